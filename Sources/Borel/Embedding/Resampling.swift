// The resampling schemes by name.

import BorelSMC

/// How a particle filter picks the particles that go on.
public enum Resampling: String, CaseIterable, Sendable {
  case systematic, stratified, residual, multinomial

  var resampler: any Resampler {
    switch self {
    case .systematic: SystematicResampler()
    case .stratified: StratifiedResampler()
    case .residual: ResidualResampler()
    case .multinomial: MultinomialResampler()
    }
  }
}
