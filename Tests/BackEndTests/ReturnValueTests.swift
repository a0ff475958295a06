// What a model returns is computed natively where it consists of numbers, and is what the virtual machine returns.

import Borel
import Testing

@Suite struct ReturnValueTests {
  func values(_ source: String, _ data: [String: any DataConvertible & Sendable] = [:]) throws
    -> [(name: String, machine: [Double], native: [Double])]
  {
    try Model(source: source).bind(data).compareReturnValues(positions: 4, seed: 1)
  }

  func agree(_ values: [(name: String, machine: [Double], native: [Double])]) -> Bool {
    values.allSatisfy { value in
      value.machine.count == value.native.count
        && zip(value.machine, value.native).allSatisfy { abs($0 - $1) <= 1e-12 * max(1, abs($0)) }
    }
  }

  @Test func recordsAndTuplesComeApart() throws {
    let values = try values(
      """
      model schools(J: Int, sigma: Real[J]) {
        mu ~ normal(0, 5)
        tau ~ half_cauchy(5)
        z ~ iid(normal(0, 1), J)
        y ~ normal(mu + tau * z, sigma)
        return {theta: mu + tau * z, positive: mu > 0, pair: (tau^2, {n: J}), name: "schools"}
      }
      """, ["J": 3, "sigma": [15.0, 10, 16], "y": [28.0, 8, -3]])
    #expect(values.prefix(4).map(\.name) == ["value.theta", "value.positive", "value.pair.0", "value.pair.1.n"])
    #expect(values.count == 16)
    #expect(agree(values))
  }

  @Test func aNumberAndAnArray() throws {
    #expect(agree(try values("model m { x ~ normal(0, 1)\n return exp(x) }")))
    #expect(agree(try values("model m { x ~ iid(exponential(1), 4)\n return cumsum(x) }")))
    // A latent variable itself.
    #expect(agree(try values("model m { x ~ iid(exponential(1), 4)\n y ~ dirichlet(x)\n return x }")))
  }

  /// A choice called `value` takes the column of the return value.
  @Test func aChoiceOfThatName() throws {
    let values = try values("model m { value ~ exponential(1)\n return 2 * value }")
    #expect(values.allSatisfy { $0.native == [$0.machine[0] / 2] })
  }

  /// Densities and libraries for other programs do not compute it.
  @Test func densitiesDoNotComputeIt() throws {
    let text = try Model(source: "model m { x ~ normal(0, 1)\n return erfcx(x) }").bind([:]).cText()
    #expect(text.components("erfcx").count == 2)
  }
}

extension String {
  fileprivate func components(_ part: String) -> [Substring] {
    var parts: [Substring] = []
    var rest = self[...]
    while let found = rest.firstRange(of: part) {
      parts.append(rest[..<found.lowerBound])
      rest = rest[found.upperBound...]
    }
    return parts + [rest]
  }
}
