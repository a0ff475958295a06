// Recording chains, joining them, and finding columns again.

import BorelConvergence
import BorelDraws
import Testing

@Suite struct DrawsTests {
  @Test func joinsChainsOfScalarsAndArrays() throws {
    var chains: [DrawsRecorder] = []
    for chain in 0..<2 {
      var recorder = DrawsRecorder()
      for draw in 0..<3 {
        recorder.beginDraw()
        recorder.set("mu", Double(10 * chain + draw), kind: .real)
        recorder.set("theta", shape: [2], elements: [Double(draw), Double(-draw)], kind: .real)
        for i in 0..<2 { recorder.set("x", at: [i], shape: [2], elements: [1, Double(i)], kind: .int) }
        recorder.setStatistic("accepted", 1, kind: .bool)
      }
      chains.append(recorder)
    }
    let draws = Draws(chains: chains)
    #expect(draws.variables.map(\.name) == ["mu", "theta", "x"])
    #expect(draws.variables.map(\.shape) == [[], [2], [2, 2]])
    #expect(draws.chainLengths == [3, 3])
    #expect(draws.columnCount == 8)
    #expect(draws.storage.count == 48)
    #expect(try Array(#require(draws["mu"])) == [0, 1, 2, 10, 11, 12])
    #expect(try Array(#require(draws["theta[1]"])) == [0, -1, -2, 0, -1, -2])
    #expect(try Array(#require(draws["x[1, 1]"])) == [1, 1, 1, 1, 1, 1])
    #expect(draws["theta"] == nil)
    #expect(draws["theta[2]"] == nil)
    #expect(draws["nu"] == nil)
    let x = try #require(draws.variable("x"))
    #expect(x.elementName(2) == "x[1,0]")
    #expect(draws.elements(of: x, draw: 4) == [1, 0, 1, 1])
    #expect(Array(draws.column(0, chain: 1)) == [10, 11, 12])
  }

  @Test func absentElementsAreMissing() throws {
    var recorder = DrawsRecorder()
    for draw in 0..<4 {
      recorder.beginDraw()
      recorder.set("k", Double(draw), kind: .int)
      for i in 0..<draw { recorder.set("z", at: [i], Double(i), kind: .real) }
    }
    let draws = Draws(chains: [recorder])
    let z = try #require(draws.variable("z"))
    #expect(z.shape == [3])
    let z1 = try Array(#require(draws["z[1]"]))
    #expect(z1.map(\.isNaN) == [true, true, false, false])
    let row = try #require(Summary(draws).groups.last?.rows.last)
    #expect(row.name == "z[2]")
    #expect(row.presence == 0.25)
    #expect(row.mean == 2)
  }

  @Test func scatteredIndicesBecomeVariables() {
    var recorder = DrawsRecorder()
    recorder.beginDraw()
    recorder.set("f", at: [1_000_000_000], 1, kind: .real)
    recorder.set("f", at: [3], 2, kind: .real)
    recorder.set("g", 1, kind: .real)
    recorder.set("g", at: [0], 2, kind: .real)
    let draws = Draws(chains: [recorder])
    #expect(draws.variables.map(\.name) == ["f[1000000000]", "f[3]", "g", "g[0]"])
    #expect(draws["f[3]"]?.first == 2)
    #expect(draws["g[0]"]?.first == 2)
  }

  @Test func emptyArraysAreKept() {
    var recorder = DrawsRecorder()
    recorder.beginDraw()
    recorder.set("b", shape: [0], elements: [], kind: .real)
    let draws = Draws(chains: [recorder])
    #expect(draws.variables.map(\.shape) == [[0]])
    #expect(draws.columnCount == 0)
  }

  @Test func kindsWidenAndTextsAreCoded() throws {
    var first = DrawsRecorder()
    first.beginDraw()
    first.set("a", 1, kind: .int)
    first.set("t", text: "rain")
    first.beginDraw()
    first.set("a", 1.5, kind: .real)
    first.set("t", text: "sun")
    var second = DrawsRecorder()
    second.beginDraw()
    second.set("a", 2, kind: .int)
    second.set("t", text: "sun")
    second.beginDraw()
    second.set("a", 2, kind: .int)
    second.set("t", 3, kind: .int)
    let draws = Draws(chains: [first, second])
    #expect(draws.variable("a")?.kind == .real)
    let t = try #require(draws.variable("t"))
    #expect(t.kind == .text)
    #expect(t.labels == ["rain", "sun", "3"])
    #expect(try Array(#require(draws["t"])) == [0, 1, 1, 2])
  }

  @Test func weightsAreNormalisedOnTheLogScale() throws {
    var recorder = DrawsRecorder()
    for weight in [-1000, -1000, -Double.infinity, -1000] {
      recorder.beginDraw(logWeight: weight)
      recorder.set("x", weight.isInfinite ? 99 : 1, kind: .int)
    }
    let draws = Draws(chains: [recorder])
    #expect(try #require(draws.weights) == [1.0 / 3, 1.0 / 3, 0, 1.0 / 3])
    #expect(abs(try #require(draws.weightEffectiveSize) - 3) < 1e-12)
    let row = try #require(Summary(draws).groups.first?.rows.first)
    #expect(row.mean == 1)
    #expect(row.quantile95 == 1)
  }

  @Test func zeroWeightsAreSaidToBeZero() {
    var recorder = DrawsRecorder()
    recorder.beginDraw(logWeight: -.infinity)
    recorder.set("x", 1, kind: .real)
    let draws = Draws(chains: [recorder])
    #expect(draws.weights == nil)
    #expect(draws.weightEffectiveSize == 0)
    #expect(Summary(draws).notes == ["all weights are zero: nothing to summarise"])
  }
}
