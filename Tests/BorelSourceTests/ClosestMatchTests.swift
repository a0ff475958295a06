// Suggestions for misspelt names.

import BorelSource
import Testing

@Suite struct ClosestMatchTests {
  @Test func findsASlip() {
    #expect(closestMatch(to: "haeds", among: ["heads", "tails"]) == "heads")
    #expect(closestMatch(to: "Sigma", among: ["sigma", "mu"]) == "sigma")
  }

  @Test func saysNothingWhereNothingIsNear() {
    #expect(closestMatch(to: "x", among: ["y", "z"]) == nil)
    #expect(closestMatch(to: "temperature", among: ["pressure", "volume"]) == nil)
  }
}
