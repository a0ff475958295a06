// R-hat, effective sizes and standard errors against ArviZ 0.23.4, PSIS-LOO and WAIC against R's loo 2.5.1, on stored values.

import BorelConvergence
import Foundation
import Testing

/// What `make convergence FIXTURES=...` writes.
private struct Reference: Decodable {
  struct Chains: Decodable {
    var kind: String
    var chains: Int
    var length: Int
    var seed: Int
    var measures: [String: Measure]
  }

  struct Likelihoods: Decodable {
    var kind: String
    var chains: Int
    var length: Int
    var observations: Int
    var seed: Int
    var measures: [String: [Double]]
  }

  enum Measure: Decodable {
    case number(Double)
    case list([Double])

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let list = try? container.decode([Double].self) {
        self = .list(list)
      } else {
        self = .number(try container.decode(Double.self))
      }
    }
  }

  var chains: [Chains]
  var likelihoods: [Likelihoods]

  static func load() throws -> Reference {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "ReferenceValues.json")
    // Bare NaN and Infinity, as Python writes them, are no JSON.
    let text = try String(contentsOf: file, encoding: .utf8).replacing(/(-?)(NaN|Infinity)/) { "\"\($0.1)\($0.2)\"" }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return try decoder.decode(Reference.self, from: Data(text.utf8))
  }
}

/// The relative difference; 0 of two NaNs and of equal infinities.
private func distance(_ a: Double, _ b: Double, floor: Double = 0) -> Double {
  if a == b || (a.isNaN && b.isNaN) { return 0 }
  guard a.isFinite, b.isFinite else { return .infinity }
  return abs(a - b) / max(abs(a), abs(b), floor)
}

@Suite struct ConvergenceReferenceTests {
  private static let quantities: [String: EstimatedQuantity] = [
    "bulk": .bulk, "tail": .tail, "mean": .mean, "sd": .standardDeviation, "median": .median,
    "quantile_10": .quantile(0.1), "quantile_97": .quantile(0.97),
  ]

  /// Rounding alone separates the two: 1e-10 leaves four orders of magnitude above what is seen, and two below what is promised.
  @Test func chainsAgreeWithArviZ() throws {
    let cases = try Reference.load().chains
    #expect(cases.count > 100)
    var compared = 0
    for entry in cases {
      let chains = try #require(seededDraws(entry.kind, chains: entry.chains, length: entry.length, seed: entry.seed))
      for (name, expected) in entry.measures {
        let place = "\(name) of \(entry.kind) \(entry.chains)x\(entry.length) seed \(entry.seed)"
        compared += 1
        switch expected {
        case .list(let fractions):
          for (chain, fraction) in zip(chains, fractions) where entry.kind != "constant" {
            #expect(distance(energyFraction(chain), fraction) < 1e-10, "\(place)")
          }
        case .number(let number):
          let found: Double
          if name == "rhat" {
            found = rHat(chains)
          } else {
            let quantity = try #require(Self.quantities[String(name.drop { $0 != "_" }.dropFirst())])
            found = name.hasPrefix("ess") ? effectiveSize(chains, of: quantity) : monteCarloError(chains, of: quantity)
          }
          #expect(distance(found, number) < 1e-10, "\(place): \(found), ArviZ has \(number)")
        }
      }
    }
    #expect(compared > 1000)
  }

  /// Sums of many exponentials differ in their last digits; errors below 1e-3 are compared absolutely.
  @Test func likelihoodsAgreeWithLoo() throws {
    let cases = try Reference.load().likelihoods
    #expect(cases.count == 30)
    for entry in cases {
      let columns = try #require(
        seededLikelihoods(
          entry.kind, chains: entry.chains, length: entry.length, observations: entry.observations, seed: entry.seed))
      let loo = LeaveOneOut(columns.map { .init(logLikelihood: $0, chainCount: entry.chains) })
      let waic = WidelyApplicable(columns.map { .init(logLikelihood: $0) })
      func estimates(_ sums: PointwiseSum...) -> [Double] { sums.flatMap { [$0.value, $0.standardError] } }
      let found: [String: [Double]] = [
        "loo": estimates(loo.elpd, loo.parameters, loo.criterion), "elpd": loo.points.map(\.elpd),
        "p_loo": loo.points.map(\.parameterShare), "mcse": loo.points.map(\.standardError),
        "k": loo.points.map(\.shape), "r_eff": loo.points.map(\.relativeEfficiency),
        "waic": estimates(waic.elpd, waic.parameters, waic.criterion), "elpd_waic": waic.points.map(\.elpd),
        "p_waic": waic.points.map(\.parameterShare),
      ]
      for (name, expected) in entry.measures {
        let values = try #require(found[name])
        #expect(values.count == expected.count)
        for (a, b) in zip(values, expected) {
          #expect(
            distance(a, b, floor: 1e-3) < 1e-8,
            "\(name) of \(entry.kind) \(entry.chains)x\(entry.length): \(a), loo has \(b)")
        }
      }
    }
  }
}
