// What is said about draws with one known fault each, and that sound draws pass.

import BorelConvergence
import BorelDraws
import Testing

/// Four chains of 500 draws of named columns; statistics are those whose names end in `__`.
private func table(
  _ columns: [(name: String, value: (_ chain: Int, _ draw: Int, _ u: inout SeededUniforms) -> Double)], seed: Int = 1,
  chains: Int = 4, length: Int = 500, arrays: [(name: String, count: Int)] = []
) -> Draws {
  var u = SeededUniforms(seed: seed)
  var values = Array(repeating: [Double](), count: columns.count)
  for chain in 0..<chains {
    for draw in 0..<length {
      for (index, column) in columns.enumerated() { values[index].append(column.value(chain, draw, &u)) }
    }
  }
  var variables: [Draws.Variable] = []
  var statistics: [Draws.Variable] = []
  for (index, column) in columns.enumerated() {
    let variable = Draws.Variable(name: column.name, shape: [], kind: .real, firstColumn: index)
    if column.name.hasSuffix("__") { statistics.append(variable) } else { variables.append(variable) }
  }
  var next = 0
  for (name, count) in arrays {
    variables.removeAll { (next..<next + count).contains($0.firstColumn) }
    variables.append(.init(name: name, shape: [count], kind: .real, firstColumn: next))
    next += count
  }
  return Draws(
    variables: variables, statistics: statistics, chainLengths: Array(repeating: length, count: chains),
    storage: values.flatMap { $0 })
}

@Suite struct VerdictTests {
  /// Independent draws: R-hat stays below 1.01 and sizes near 2000 by many standard errors, and the seed is fixed.
  @Test func soundDrawsPass() {
    let draws = table([
      ("x", { $2.bell() }), ("lp__", { $2.bell() }), ("energy__", { $2.bell() }), ("divergent__", { _, _, _ in 0 }),
      ("treedepth__", { _, _, _ in 3 }), ("n_leapfrog__", { _, _, _ in 7 }), ("one", { _, _, _ in 1 }),
    ])
    #expect(draws.verdicts() == [])
    #expect(ConvergenceMeasures(draws).columns.map(\.name) == ["lp__", "x"])
  }

  @Test func divergencesAreCountedAndPlaced() throws {
    var last = 0.0
    let draws = table([
      (
        "tau",
        { _, _, u in
          last = u.next()
          return last
        }
      ), ("other", { $2.bell() }), ("divergent__", { _, _, _ in last < 0.02 ? 1 : 0 }),
    ])
    let verdict = try #require(draws.verdicts().first)
    #expect(verdict.code == "divergences")
    let number = draws.column(2).count { $0 > 0 }
    #expect(verdict.message.hasPrefix("\(number) of 2000 draws ("))
    #expect(verdict.message.contains("small tau"))
    #expect(!verdict.message.contains("other"))
    #expect(verdict.hint.contains("funnel"))
  }

  /// Where divergences have no place, none is named.
  @Test func scatteredDivergencesNameNothing() throws {
    let draws = table([("x", { $2.bell() }), ("divergent__", { _, _, u in u.next() < 0.02 ? 1 : 0 })])
    let verdict = try #require(draws.verdicts().first)
    #expect(verdict.code == "divergences")
    #expect(!verdict.message.contains(", at "))
  }

  @Test func slowChainsHaveLargeRHatAndSmallSizes() {
    var state = 0.0
    let draws = table([
      (
        "slow",
        { _, draw, u in
          state = draw == 0 ? 0 : 0.999 * state + u.bell()
          return state
        }
      ), ("fast", { $2.bell() }),
    ])
    let verdicts = draws.verdicts()
    #expect(Set(verdicts.map(\.code)).isSuperset(of: ["rhat", "ess"]))
    for verdict in verdicts { #expect(!verdict.message.contains("fast"), "\(verdict.message)") }
  }

  @Test func energiesThatCreepAreTold() throws {
    var energy = 0.0
    let draws = table([
      ("x", { $2.bell() }),
      (
        "energy__",
        { chain, _, u in
          energy = chain == 2 ? 0.98 * energy + u.bell() : u.bell()
          return energy
        }
      ),
    ])
    let verdict = try #require(draws.verdicts().first { $0.code == "ebfmi" })
    #expect(verdict.message.contains("in chain 3,"))
    #expect(!verdict.message.contains("chain 1"))
  }

  /// 2^10 - 1 steps at depth 10 are a trajectory that was cut; fewer are one that turned.
  @Test func onlyCutTreesCount() throws {
    let draws = table([
      ("x", { $2.bell() }), ("treedepth__", { _, draw, _ in draw % 10 == 0 ? 10 : 4 }),
      ("n_leapfrog__", { _, draw, _ in draw % 100 == 0 ? 1023 : draw % 10 == 0 ? 800 : 15 }),
    ])
    let verdict = try #require(draws.verdicts().first { $0.code == "treedepth" })
    #expect(verdict.message == "20 of 2000 draws (1.0 %) reached the maximum tree depth of 10")
    #expect(draws.verdicts(maximumTreeDepth: 12).isEmpty)
  }

  @Test func stuckChainsAreNamed() throws {
    let one = table([("x", { chain, _, u in chain == 1 ? 2.5 : u.bell() }), ("y", { $2.bell() })])
    #expect(one.verdicts().first?.code == "stuck")
    #expect(one.verdicts().first?.message == "x stays at 2.50 in chain 2")
    let all = table([("x", { chain, _, u in chain == 1 ? 2.5 : u.bell() })])
    #expect(all.verdicts().first?.message == "chain 2 never moved")
    let everywhere = table([("x", { chain, _, _ in Double(chain) })])
    #expect(everywhere.verdicts().first?.message == "chains 1, 2, 3 and 4 never moved")
    #expect(!everywhere.verdicts().contains { $0.code == "multimodal" })
  }

  @Test func chainsInTwoModesAreTold() throws {
    let draws = table([("mu", { chain, _, u in (chain % 2 == 0 ? -5 : 5) + u.bell() }), ("y", { $2.bell() })])
    let verdict = try #require(draws.verdicts().first)
    #expect(verdict.code == "multimodal")
    #expect(verdict.message.contains("chains 1 and 3 at -"))
    #expect(verdict.message.contains("chains 2 and 4 at "))
    #expect(draws.verdicts().contains { $0.code == "rhat" })
  }

  @Test func labelSwitchingIsTold() throws {
    let draws = table(
      [
        ("a", { chain, _, u in (chain == 0 ? -3 : 3) + u.bell() }),
        ("b", { chain, _, u in (chain == 0 ? 3 : -3) + u.bell() }),
      ], arrays: [("mu", 2)])
    let verdict = try #require(draws.verdicts().first)
    #expect(verdict.code == "multimodal")
    #expect(verdict.message.contains("label switching"))
    #expect(verdict.hint.contains("mu ~ ordered(d, 2)"))
  }

  /// Drifting chains are slow, not several modes.
  @Test func driftIsNotMultimodality() {
    let draws = table([("x", { chain, draw, u in 0.02 * Double(draw) * Double(chain) + u.bell() })])
    let codes = draws.verdicts().map(\.code)
    #expect(codes.contains("rhat"))
    #expect(!codes.contains("multimodal"))
  }

  @Test func infiniteValuesAreCounted() throws {
    let draws = table([("x", { _, draw, u in draw == 7 ? .infinity : u.bell() })])
    let verdict = try #require(draws.verdicts().first)
    #expect(verdict.code == "infinite")
    #expect(verdict.message == "infinite values: x in 4 of 2000 draws")
  }

  @Test func weightedDrawsAreNotJudgedAsChains() {
    let draws = Draws(
      variables: [.init(name: "x", shape: [], kind: .real, firstColumn: 0)], chainLengths: [4], storage: [1, 1, 1, 2],
      logWeights: [0, 0, 0, 0])
    #expect(draws.verdicts() == [])
    #expect(Draws(variables: [], chainLengths: [], storage: []).verdicts() == [])
  }

  @Test func paretoShapesAreTold() throws {
    let shapes = [("y[0]", 0.3), ("y[1]", 0.71), ("y[2]", Double.infinity)].map { (name: $0.0, shape: $0.1) }
    let verdict = try #require(paretoVerdict(shapes, estimate: "leaving it out", hint: "look"))
    #expect(verdict.message.hasPrefix("Pareto k is above 0.7 for 2 of 3: y[2] inf, y[1] 0.71;"))
    #expect(paretoVerdict(Array(shapes.prefix(1)), estimate: "", hint: "") == nil)
  }
}
