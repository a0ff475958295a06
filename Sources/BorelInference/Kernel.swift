// The protocols of Markov chain kernels and of their adaptation: a kernel's author writes one step, the driver does the rest.

import BorelSemantics

/// A Markov kernel that leaves the law of its target invariant.
///
/// The state holds only what the next step needs. A step that ran into a numerical failure rejects and says so in its
/// info; what it throws ends the run.
public protocol Kernel<Target>: Sendable {
  associatedtype Target: Sendable
  /// A point that a chain can start at: a trace, or a vector of reals.
  associatedtype Position: Sendable
  associatedtype State: Sendable
  associatedtype Info: StepInfo

  func initialState(at position: Position, of target: Target) throws(Failure) -> State

  func step<Source: RandomSource>(
    _ state: inout State, of target: Target, using random: inout Source
  ) throws(Failure) -> Info
}

/// What every kernel tells about a step.
public protocol StepInfo: Sendable {
  /// The probability with which the proposal was accepted.
  var acceptance: Double { get }
  /// Why the proposal had density zero, where it failed numerically.
  var failure: Failure? { get }
}

/// Tunes a kernel during warm-up; afterwards the kernel stays as it is, and the chain is a Markov chain again.
public protocol Adaptation<Tuned>: Sendable {
  associatedtype Tuned: Kernel
  /// Called once before the first step.
  mutating func begin<Source: RandomSource>(
    _ kernel: inout Tuned, at state: Tuned.State, using random: inout Source)
  /// Called after every step of warm-up.
  mutating func update<Source: RandomSource>(
    _ kernel: inout Tuned, at state: Tuned.State, after info: Tuned.Info, using random: inout Source)
  /// Called once after the last step of warm-up.
  mutating func end(_ kernel: inout Tuned)
}

extension Adaptation {
  public mutating func begin<Source: RandomSource>(
    _ kernel: inout Tuned, at state: Tuned.State, using random: inout Source
  ) {}
  public mutating func end(_ kernel: inout Tuned) {}
}

/// The adaptation that changes nothing.
public struct NoAdaptation<Tuned: Kernel>: Adaptation {
  public init() {}
  public mutating func update<Source: RandomSource>(
    _ kernel: inout Tuned, at state: Tuned.State, after info: Tuned.Info, using random: inout Source
  ) {}
}
