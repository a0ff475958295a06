// What a proposal at a single choice is, and the table of proposals with the supports that each is for.

import BorelSemantics
import BorelValues

/// A way to propose another value for one choice of a trace.
public protocol SiteProposal: Sendable {
  /// Whether it is for choices like this. The answer must be the same for every value that the proposal can lead to.
  func applies(to value: Value, in support: Support) -> Bool
  /// Whether it has a scale to be tuned.
  var isScaled: Bool { get }
  /// Another value, or nil where the current one is to stay.
  func propose<Source: RandomSource>(
    from value: Value, in support: Support, scale: Double, using random: inout Source
  ) -> ProposedValue?
}

/// A proposed value with its part of the acceptance ratio.
public struct ProposedValue: Sendable {
  public var value: Value
  /// log q(v | v') - log q(v' | v), 0 for symmetric proposals
  public var logRatio: Double

  public init(_ value: Value, logRatio: Double = 0) {
    self.value = value
    self.logRatio = logRatio
  }
}

/// A row of the table of proposals. A choice takes one of the rows that apply, with probability proportional to their shares.
public struct ProposalRow: Sendable {
  public var name: String
  public var share: Double
  /// nil for a draw from the choice's own distribution, which is for every choice.
  public var proposal: (any SiteProposal)?

  public init(_ name: String, share: Double, _ proposal: (any SiteProposal)? = nil) {
    self.name = name
    self.share = share
    self.proposal = proposal
  }

  /// The rows used by default.
  public static let standard = [
    ProposalRow("prior", share: 1),
    ProposalRow("other-value", share: 4, OtherValue()),
    ProposalRow("integer-walk", share: 9, IntegerWalk()),
    ProposalRow("real-walk", share: 9, RealWalk()),
    ProposalRow("element-walk", share: 6, ElementWalk()),
    ProposalRow("block-walk", share: 3, BlockWalk()),
    ProposalRow("transfer", share: 9, Transfer()),
    ProposalRow("element-step", share: 6, ElementStep()),
    ProposalRow("integer-transfer", share: 3, IntegerTransfer()),
  ]

  /// Only draws from the choices' own distributions.
  public static let prior = [ProposalRow("prior", share: 1)]
}
