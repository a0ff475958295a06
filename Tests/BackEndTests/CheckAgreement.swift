// What the tests of shipped models check of a model with its data.

import Borel
import Testing

/// Log densities of draws from the prior, gradients and their differences agree between the back ends.
func checkAgreement(
  _ bound: BoundModel, _ name: String, draws: Int = 20, differences: Double = 1e-4
) throws {
  for (machine, native) in try bound.compareBackEnds(draws: draws, seed: 3) where machine > -.infinity {
    #expect(
      abs(machine - native) <= 1e-10 * max(1, abs(machine)), "\(name): \(machine) on the machine, \(native) natively")
  }
  let native = try bound.nativeDensity()
  for seed: UInt64 in 1...3 {
    let (error, dimension) = try native.gradientError(seed: seed)
    #expect(error < 1e-5 || dimension == 0, "\(name): gradient and differences are \(error) apart")
  }
  // Differences of solutions of differential equations see the integrator's steps, which are as exact as 1e-6.
  let found = try bound.compareGradients(points: 2, seed: 1)
  guard found.dimension > 0 else { return }
  #expect(found.points > 0)
  #expect(try #require(found.native) < 1e-8, "\(name): the tape and native code")
  #expect(found.differences < differences, "\(name): the tape and differences")
}
