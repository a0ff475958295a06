// A site in the form that running it needs: its interned name and its place among the sites of its model.

import BorelIR
import BorelSemantics
import BorelSource

/// A place where a program makes a choice.
public final class SiteDefinition: Sendable {
  public let id: SiteID
  public let name: AddressName
  public let rank: Int
  public let isAnonymous: Bool
  public let isConditional: Bool
  public let span: Span
  /// One bit for the sites without indices of each name in a model, so that a second choice at the same address is seen at once;
  /// 0 for other sites and for the names from the 65th on.
  let visitMask: UInt64

  init(_ id: SiteID, _ site: CoreSite, name: AddressName, visitMask: UInt64) {
    self.id = id
    self.name = name
    rank = site.rank
    isAnonymous = site.isAnonymous
    isConditional = site.isConditional
    span = site.span
    self.visitMask = visitMask
  }
}
