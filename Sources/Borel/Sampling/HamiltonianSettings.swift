// The settings of samplers that move all continuous choices of a model by its gradient.

import BorelDraws
import BorelMCMC

/// The metrics that a sampler may adapt.
public typealias MetricKind = BorelMCMC.MetricKind

/// Settings of NUTS, of Hamiltonian Monte Carlo with trajectories of fixed length, and of random-walk Metropolis over unconstrained space.
///
/// Names and defaults are Stan's where it has them.
public struct HamiltonianSettings: Sendable, Equatable {
  public enum Algorithm: String, Sendable, CaseIterable {
    case nuts, hmc
    case randomWalk = "random-walk"
  }

  /// Where chains start, in unconstrained space.
  public enum Start: Sendable, Equatable {
    /// Every coordinate uniform between -radius and radius.
    case random(radius: Double)
    /// An execution of the model from its prior.
    case prior
    /// Chain c at point c modulo their number.
    case points([[Double]])
  }

  public var algorithm: Algorithm
  /// Draws per chain.
  public var draws: Int
  /// Iterations before the first draw, during which step size and metric adapt.
  public var warmup: Int
  public var chains: Int
  /// Of so many iterations after warm-up one is kept.
  public var thin: Int
  /// δ: the mean acceptance that the step size is tuned to.
  public var targetAcceptance: Double
  /// A trajectory has at most 2^maximumDepth - 1 steps.
  public var maximumDepth: Int
  public var metric: MetricKind
  /// The first step size, searched for where it is nil; without warm-up the one that is used.
  public var stepSize: Double?
  /// The share by which the step size varies between iterations.
  public var jitter: Double
  /// The time that a trajectory of `hmc` takes.
  public var integrationTime: Double
  public var savesWarmup: Bool
  public var start: Start
  /// Inverse metrics for chain c modulo their number, such as those of an earlier fit; then the metric is not adapted.
  public var inverseMetrics: [InverseMetric]
  /// Ends the run before `draws` when it is met.
  public var until: StoppingRule?
  /// Plants an error in the sampler, for checks that have to notice it.
  public var fault: Fault?

  /// Errors that a check must notice.
  public enum Fault: String, Sendable, CaseIterable {
    /// NUTS always moves to the new half of a trajectory, whatever the weights.
    case prefersNewHalf = "prefers-new-half"
  }

  public init(
    algorithm: Algorithm = .nuts, draws: Int = 1000, warmup: Int = 1000, chains: Int = 4, thin: Int = 1,
    targetAcceptance: Double = 0.8, maximumDepth: Int = 10, metric: MetricKind = .auto, stepSize: Double? = nil,
    jitter: Double = 0, integrationTime: Double = 2 * Double.pi, savesWarmup: Bool = false,
    start: Start = .random(radius: 2), inverseMetrics: [InverseMetric] = [], until: StoppingRule? = nil
  ) {
    self.algorithm = algorithm
    self.draws = max(draws, 0)
    self.warmup = max(warmup, 0)
    self.chains = max(chains, 1)
    self.thin = max(thin, 1)
    self.targetAcceptance = targetAcceptance
    self.maximumDepth = maximumDepth
    self.metric = metric
    self.stepSize = stepSize
    self.jitter = jitter
    self.integrationTime = integrationTime
    self.savesWarmup = savesWarmup
    self.start = start
    self.inverseMetrics = inverseMetrics
    self.until = until
  }

  /// What each draw tells of the sampler, by Stan's names.
  var statistics: [(name: String, kind: Draws.Kind)] {
    switch algorithm {
    case .nuts:
      [
        ("lp__", .real), ("accept_stat__", .real), ("stepsize__", .real), ("treedepth__", .int),
        ("n_leapfrog__", .int), ("divergent__", .int), ("energy__", .real),
      ]
    case .hmc:
      [
        ("lp__", .real), ("accept_stat__", .real), ("stepsize__", .real), ("int_time__", .real),
        ("divergent__", .int), ("energy__", .real),
      ]
    case .randomWalk: [("lp__", .real), ("accept_stat__", .real), ("stepsize__", .real)]
    }
  }

  func write(_ info: HamiltonianInfo, logDensity: Double, to row: UnsafeMutableBufferPointer<Double>) {
    row[0] = logDensity
    row[1] = info.acceptance
    row[2] = info.stepSize
    switch algorithm {
    case .nuts:
      row[3] = Double(info.depth)
      row[4] = Double(info.leapfrogs)
      row[5] = info.isDivergent ? 1 : 0
      row[6] = info.energy
    case .hmc:
      row[3] = info.stepSize * Double(info.leapfrogs)
      row[4] = info.isDivergent ? 1 : 0
      row[5] = info.energy
    case .randomWalk: break
    }
  }
}

/// Conditions on every element of the result, all of which must hold: `ess_bulk>=400 && rhat<1.01`.
public struct StoppingRule: Sendable, Equatable {
  public enum Quantity: String, Sendable, CaseIterable {
    case essBulk = "ess_bulk"
    case essTail = "ess_tail"
    case rhat, mcse
  }
  public struct Condition: Sendable, Equatable {
    public var quantity: Quantity
    /// `<`, `<=`, `>` or `>=`
    public var comparison: String
    public var bound: Double

    func holds(_ value: Double) -> Bool {
      switch comparison {
      case "<": value < bound
      case "<=": value <= bound
      case ">": value > bound
      default: value >= bound
      }
    }
  }
  public var conditions: [Condition]

  /// The rule as it is written.
  public var text: String {
    conditions.map { "\($0.quantity.rawValue)\($0.comparison)\($0.bound)" }.joined(separator: " && ")
  }

  /// An error where the text is not such a rule.
  public init(parsing text: String) throws(BorelError) {
    conditions = []
    for part in text.components(separatedBy: "&&") {
      let trimmed = part.filter { $0 != " " }
      guard let comparison = ["<=", ">=", "<", ">"].first(where: { trimmed.contains($0) }) else {
        throw Self.error(trimmed)
      }
      let sides = trimmed.components(separatedBy: comparison)
      guard sides.count == 2, let quantity = Quantity(rawValue: sides[0]), let bound = Double(sides[1]),
        !bound.isNaN
      else { throw Self.error(trimmed) }
      conditions.append(Condition(quantity: quantity, comparison: comparison, bound: bound))
    }
  }

  private static func error(_ part: String) -> BorelError {
    BorelError(
      .data, code: "stopping-rule", "`\(part)` is no condition to stop at",
      hint: "such as 'ess_bulk>=400 && rhat<1.01'; the quantities are "
        + Quantity.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", "))
  }
}

extension String {
  /// The parts between occurrences of a separator.
  fileprivate func components(separatedBy separator: String) -> [String] {
    var parts: [String] = []
    var rest = self[...]
    while let range = rest.firstRange(of: separator) {
      parts.append(String(rest[..<range.lowerBound]))
      rest = rest[range.upperBound...]
    }
    return parts + [String(rest)]
  }
}
