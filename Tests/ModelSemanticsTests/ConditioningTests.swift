// Conditioning and intervening: exact results on small models, partial conditions, submodels.

import BorelSemantics
import BorelVM
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Sums of at most a few hundred products of probabilities.
private let tolerance = 1e-12

private let sprinkler = """
  model wet_grass {
    cloudy ~ bernoulli(0.5)
    sprinkler ~ bernoulli(if cloudy { 0.1 } else { 0.5 })
    rain ~ bernoulli(if cloudy { 0.8 } else { 0.2 })
    wet ~ bernoulli(if sprinkler && rain { 0.99 } else { if sprinkler || rain { 0.9 } else { 0.0 } })
    return rain
  }
  """

@Suite struct ConditioningTests {
  /// P(rain, wet, ...) summed by brute force over the same network.
  private func bruteForce(_ keep: (_ cloudy: Bool, _ sprinkler: Bool, _ rain: Bool) -> Bool, cutSprinkler: Bool) -> (
    rain: Double, all: Double
  ) {
    var (rainMass, all) = (0.0, 0.0)
    for c in [false, true] {
      for s in [false, true] {
        for r in [false, true] where keep(c, s, r) {
          var p = 0.5
          if !cutSprinkler { p *= c ? (s ? 0.1 : 0.9) : 0.5 }
          p *= c ? (r ? 0.8 : 0.2) : (r ? 0.2 : 0.8)
          p *= s && r ? 0.99 : s || r ? 0.9 : 0
          all += p
          if r { rainMass += p }
        }
      }
    }
    return (rainMass, all)
  }

  @Test func conditioningOnAChild() throws {
    let masses = try Script(sprinkler + "\nlet m = wet_grass() | {wet: true}").program("m").enumerate()
    let expected = bruteForce({ _, _, _ in true }, cutSprinkler: false)
    #expect(abs((masses["true"] ?? 0) - expected.rain) < tolerance)
    #expect(abs((masses["true"] ?? 0) + (masses["false"] ?? 0) - expected.all) < tolerance)
  }

  @Test func interveningIsNotConditioning() throws {
    let script = try Script(
      sprinkler
        + "\nlet seen = wet_grass() | {wet: true, sprinkler: true}\nlet set = do(wet_grass(), {sprinkler: true}) | {wet: true}"
    )
    let seen = try script.program("seen").enumerate()
    let expectedSeen = bruteForce({ _, s, _ in s }, cutSprinkler: false)
    #expect(abs((seen["true"] ?? 0) - expectedSeen.rain) < tolerance)
    let set = try script.program("set").enumerate()
    let expectedSet = bruteForce({ _, s, _ in s }, cutSprinkler: true)
    #expect(abs((set["true"] ?? 0) - expectedSet.rain) < tolerance)
    #expect(abs((set["false"] ?? 0) - (expectedSet.all - expectedSet.rain)) < tolerance)
    #expect(abs(expectedSeen.rain - expectedSet.rain) > 0.01)
  }

  @Test func dataAreConverted() throws {
    // 0 and 1 are taken for Bools, Ints for Reals; the program sees the type of a draw.
    let program = try Script(
      """
      model coin {
        x ~ bernoulli(0.25)
        y ~ normal(0, 1)
        return if x { y } else { -y }
      }
      let m = coin() | {x: 1, y: 2}
      """
    ).program("m")
    let run = try program.run { _ in nil }
    #expect(run.value.shortText == "2")
    #expect(abs(run.logLikelihood - (log(0.25) + normalLogDensity(2, 0, 1))) < tolerance)
  }

  @Test func partOfAProduct() throws {
    let script = try Script(
      """
      model coins {
        x ~ bernoulli([0.1, 0.2, 0.3])
        return x
      }
      let free = coins()
      let some = coins() | {x: {1: true}}
      let holes = coins() | {x: [null, 1, null]}
      let keyed = coins() | {"x[1]": 1}
      let set = do(coins(), {x: {1: true}})
      let whole = coins() | {x: [0, 1, 1]}
      """)
    let free = try script.program("free").enumerate()
    #expect(abs(free.values.reduce(0, +) - 1) < tolerance)
    for name in ["some", "holes", "keyed"] {
      let part = try script.program(name).enumerate()
      #expect(part.count == 4)
      for (value, mass) in part { #expect(abs(mass - (free[value] ?? 0)) < tolerance) }
      #expect(try script.program(name).addresses() == ["x[0]", "x[1]=true", "x[2]"])
    }
    let set = try script.program("set").enumerate()
    for (value, mass) in set { #expect(abs(mass - (free[value] ?? 0) / 0.2) < tolerance) }
    #expect(abs(set.values.reduce(0, +) - 1) < tolerance)
    #expect(try script.program("whole").addresses() == ["x=[false, true, true]"])
    #expect(try abs(script.program("whole").run { _ in nil }.logLikelihood - log(0.9 * 0.2 * 0.3)) < tolerance)
  }

  @Test func elementsOfALoop() throws {
    let script = try Script(
      """
      model series(n: Int) {
        for i in 0..<n { y[i] ~ normal(i, 1) }
        return y
      }
      let whole = series(3) | {y: [0, 1, 2]}
      let part = series(3) | {y: {2: 5}}
      let steps = series(3) | {y: {0: 1}} | {"y[2]": 2.5}
      """)
    #expect(try script.program("whole").addresses() == ["y[0]=0", "y[1]=1", "y[2]=2"])
    #expect(try script.program("part").addresses() == ["y[0]", "y[1]", "y[2]=5"])
    #expect(try script.program("steps").addresses() == ["y[0]=1", "y[1]", "y[2]=2.5"])
    let run = try script.program("whole").run { _ in nil }
    #expect(abs(run.logLikelihood - 3 * normalLogDensity(0, 0, 1)) < tolerance)
  }

  @Test func matricesOfChoices() throws {
    let script = try Script(
      """
      model grid {
        for i in 0..<2 { for j in 0..<2 { x[i, j] ~ normal(0, 1) } }
        for i in 0..<2 { row[i] ~ normal([0, 0], 1) }
        return x
      }
      let m = grid() | {x: [[1, 2], [3, 4]], row: [[5, 6], [7, 8]]}
      let rows = grid() | {x: {1: [3, 4]}, row: {0: {1: 6}}}
      """)
    #expect(
      try script.program("m").addresses()
        == ["x[0,0]=1", "x[0,1]=2", "x[1,0]=3", "x[1,1]=4", "row[0]=[5, 6]", "row[1]=[7, 8]"])
    #expect(
      try script.program("rows").addresses()
        == ["x[0,0]", "x[0,1]", "x[1,0]=3", "x[1,1]=4", "row[0,0]", "row[0,1]=6", "row[1]"])
  }
}

@Suite struct SubmodelTests {
  private let tree = """
    model leaf(scale) {
      x ~ normal(0, scale)
      return 2 * x
    }
    model tree {
      left ~ leaf(1)
      for i in 0..<2 { branch[i] ~ leaf(i + 1) }
      total ~ normal(left + branch[0] + branch[1], 0.5)
      return total
    }
    """

  @Test func addressesAndConditions() throws {
    let script = try Script(
      tree + "\nlet m = tree() | {\"left/x\": 0.5, branch: {1: {x: 3}}, total: 7}\nlet f = tree()")
    #expect(try script.program("f").addresses() == ["left/x", "branch[0]/x", "branch[1]/x", "total"])
    #expect(try script.program("m").addresses() == ["left/x=0.5", "branch[0]/x", "branch[1]/x=3", "total=7"])
    let run = try script.program("m").run { _ in .real(0.25) }
    let expected =
      normalLogDensity(0.5, 0, 1) + normalLogDensity(3, 0, 2) + normalLogDensity(7, 1 + 0.5 + 6, 0.5)
    #expect(abs(run.logLikelihood - expected) < tolerance)
    #expect(abs(run.logPrior - normalLogDensity(0.25, 0, 1)) < tolerance)
    #expect(try script.program("f").sites.map(\.name) == ["left/x", "branch/x", "total"])
  }

  @Test func conditionsWithinAModel() throws {
    let script = try Script(
      """
      model inner {
        a ~ normal(0, 1)
        b ~ normal(a, 1)
        return b
      }
      model outer(y) {
        s ~ inner() | {b: y}
        t ~ do(inner(), {a: 3})
        return s + t
      }
      let m = outer(2) | {"s/a": 1}
      let clash = outer(2) | {"s/b": 5}
      let agree = outer(2) | {"s/b": 2}
      """)
    #expect(try script.program("m").addresses() == ["s/a=1", "s/b=2", "t/b"])
    #expect(try script.program("agree").addresses() == ["s/a", "s/b=2", "t/b"])
    do {
      _ = try script.program("clash").addresses()
      Issue.record("no failure")
    } catch let failure as Failure {
      #expect(
        failure.diagnostic.message
          == "`s/b` is conditioned on two different values, 5 outside and 2 by the submodel itself")
    }
  }

  @Test func recursion() throws {
    // The depth of a random list is geometric.
    let script = try Script(
      """
      model list {
        more ~ bernoulli(0.25)
        if more {
          rest ~ list()
          return 1 + rest
        }
        return 0
      }
      let m = list() | {"rest/rest/more": false}
      """)
    let masses = try script.program("m").enumerate()
    // Runs that stop before the condition contradict it.
    #expect(masses.count == 3 && masses["0"] == 0 && masses["1"] == 0)
    #expect(abs((masses["2"] ?? 0) - 0.25 * 0.25 * 0.75) < tolerance)
  }

  @Test func anonymousChoices() throws {
    let script = try Script(
      """
      model m1 {
        let f = i => sample(bernoulli(0.5))
        let a = f(0)
        let b = f(1)
        let c = sample(normal(0, 1))
        return a
      }
      let m = m1() | {"sample#1[1]": true}
      """)
    #expect(try script.program("m").addresses() == ["sample#1", "sample#1[1]=true", "sample#2"])
  }
}

@Suite struct ForkTests {
  @Test func forksGoSeparateWays() throws {
    let program = try Script(
      """
      model walk(n: Int) {
        for i in 0..<n { x[i] ~ normal(0, 1) }
        return x
      }
      let m = walk(3)
      """
    ).program("m")
    var run = program.start()
    guard case .sample = run.advance() else { throw Failure(.internal, .init(code: "test", "no choice")) }
    run.resume(with: .real(1))
    guard case .sample = run.advance() else { throw Failure(.internal, .init(code: "test", "no choice")) }
    var other = run
    func finish(_ run: inout ModelRun, _ values: [Double]) -> String {
      for value in values {
        run.resume(with: .real(value))
        let effect = run.advance()
        if case .finished(let value) = effect { return value.shortText }
      }
      return "unfinished"
    }
    #expect(finish(&run, [2, 3]) == "[1, 2, 3]")
    #expect(finish(&other, [20, 30]) == "[1, 20, 30]")
  }

  @Test func memoisedValuesAreRememberedPerFork() throws {
    let program = try Script(
      """
      model people(n: Int) {
        let tall = mem(person => sample(bernoulli(0.3)))
        for i in 0..<n {
          who[i] ~ discrete_uniform(0, 1)
          seen[i] ~ bernoulli(if tall(who[i]) { 0.9 } else { 0.2 })
        }
        return tall(0)
      }
      let m = people(2) | {seen: [true, false]}
      let named = people(2) | {seen: [true, false], "tall(0)/sample#1": true}
      """)
    // By hand: who is equally likely 0 or 1, and a person's height is drawn once.
    var expected = [true: 0.0, false: 0.0]
    for a in [true, false] {
      for b in [true, false] {
        for first in 0...1 {
          for second in 0...1 {
            func seen(_ who: Int) -> Double { (who == 0 ? a : b) ? 0.9 : 0.2 }
            let prior = (a ? 0.3 : 0.7) * (b ? 0.3 : 0.7) * 0.25
            expected[a, default: 0] += prior * seen(first) * (1 - seen(second))
          }
        }
      }
    }
    let masses = try program.program("m").enumerate()
    for (tall, mass) in expected { #expect(abs((masses[tall ? "true" : "false"] ?? 0) - mass) < tolerance) }
    let named = try program.program("named").enumerate()
    #expect(named["false"] == nil)
    #expect(abs((named["true"] ?? 0) - (expected[true] ?? 0)) < tolerance)
  }

  @Test func memoisedRecursion() throws {
    let script = try Script(
      """
      model m1 {
        let step = mem((i, k) => sample(bernoulli(0.5)))
        let a = step(1, 2)
        let b = step(1, 2)
        let c = step(2, 1)
        return a == b
      }
      let m = m1()
      """)
    #expect(try script.program("m").addresses() == ["step(1,2)/sample#1", "step(2,1)/sample#1"])
    let masses = try script.program("m").enumerate()
    #expect(masses == ["true": 1])
  }
}
