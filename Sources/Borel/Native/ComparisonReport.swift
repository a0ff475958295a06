// What the comparison of the back ends reports, and how much effort it makes.

import BorelNative

/// What a comparison found.
public struct ComparisonReport: Sendable {
  /// Log densities that both back ends gave and that agree.
  public var values = 0
  /// Points without a density on either.
  public var failures = 0
  /// Points at which rounding moves the log density by more than the back ends differ.
  public var illConditioned = 0
  /// Components of gradients that agree with differences.
  public var components = 0
  /// Components at kinks, or where differences are no estimate.
  public var undecided = 0
  public var disagreements: [String] = []
  /// Why an execution stopped on the virtual machine: the program is wrong for some of its choices, and nothing was compared after it.
  public var stop: String?
  public init() {}
}

/// How well the native side of a comparison is compiled: as models are, or with less effort where there are thousands.
public enum ComparisonEffort: Sendable {
  case full, some, none

  var compiler: CompilerEffort {
    switch self {
    case .full: .full
    case .some: .some
    case .none: .none
    }
  }
}
