// Traces as draws: names, kinds, arrays, values and missing choices.

import BorelDraws
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues
import InferenceTestSupport
import Testing

@Suite struct RecorderTests {
  func trace(_ choices: [(String, Value)], value: Value = .null) throws -> Trace {
    var trace = Trace()
    for (text, value) in choices {
      let address = try #require(Address(parsing: text))
      trace.record(Choice(address: address, value: value, logDensity: 0, isObserved: false))
    }
    trace.value = value
    return trace
  }

  @Test func choicesBecomeColumns() throws {
    var recorder = TraceRecorder()
    recorder.record(
      try trace(
        [
          ("b", .bool(true)), ("theta[0]", .real(1)), ("theta[1]", .real(2)), ("v", .array([3, 4])),
          ("leaf[1]/x[0]", .int(7)),
        ],
        value: .record([("m", .real(0.5)), ("p", .tuple([.int(1), .string("a")]))])))
    recorder.record(try trace([("b", .bool(false)), ("theta[0]", .real(5))]))
    let draws = Draws(chains: [recorder.draws])
    #expect(draws.variables.map(\.name) == ["b", "theta", "v", "leaf[1]/x", "value.m", "value.p.0", "value.p.1"])
    #expect(draws.variables.map(\.kind) == [.bool, .real, .int, .int, .real, .int, .text])
    #expect(draws["theta[0]"].map(Array.init) == [1, 5])
    #expect(draws["theta[1]"]?.last?.isNaN == true)
    #expect(draws["leaf[1]/x[0]"]?.first == 7)
    #expect(draws["v[1]"]?.first == 4)
  }

  @Test func aChoiceCalledValueComesFirst() throws {
    var recorder = TraceRecorder()
    recorder.record(try trace([("value", .int(3))], value: .int(9)))
    #expect(Draws(chains: [recorder.draws])["value"].map(Array.init) == [3])
  }

  @Test func logsMergeInOrder() {
    func failure(_ code: String, _ message: String) -> Failure { Failure(.numerical, Diagnostic(code: code, message)) }
    var first = NumericalFailureLog()
    first.record(failure("a", "one"))
    var second = NumericalFailureLog()
    second.record(failure("b", "two"))
    second.record(failure("a", "three"))
    second.record(failure("b", "four"))
    first.merge(second)
    #expect(first.count == 4)
    #expect(first.entries.map(\.count) == [2, 2])
    #expect(first.entries.map(\.first.message) == ["one", "two"])
    #expect(first.mostFrequent?.first.message == "one")
  }

  @Test func parallelPiecesKeepOrderAndTheFirstFailure() throws {
    for threads in [1, 4] {
      let squares = try parallelMap(100, threads: threads) { $0 * $0 }
      #expect(squares == (0..<100).map { $0 * $0 })
      #expect {
        try parallelMap(100, threads: threads) { index throws(Failure) in
          if index >= 17 { throw Failure(.user, Diagnostic(code: "\(index)", "stop")) }
          return index
        }
      } throws: { ($0 as? Failure)?.diagnostic.code == "17" }
    }
    #expect(try parallelMap(0, threads: 4) { $0 }.isEmpty)
  }
}
