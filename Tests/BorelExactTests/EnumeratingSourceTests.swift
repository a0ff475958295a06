// The enumerating source itself: laws of its primitives, and that it notices what it cannot enumerate.

import BorelExact
import BorelSemantics
import InferenceTestSupport
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct EnumeratingSourceTests {
  @Test func uniformsAnswerConsistently() throws {
    let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> [Bool] in
      var u = source.uniformVariate()
      return [0.7, 0.2, 0.5, 0.2, 1, 0].map { u.isBelow($0) }
    }
    let expected: [[Bool]: Double] = [
      [true, true, true, true, true, false]: 0.2, [true, false, true, false, true, false]: 0.3,
      [true, false, false, false, true, false]: 0.2, [false, false, false, false, true, false]: 0.3,
    ]
    #expect(law.count == expected.count)
    for (outcome, probability) in expected { #expect(abs((law[outcome] ?? 0) - probability) < 1e-15) }
  }

  @Test func derivedChoices() throws {
    let index = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Int in
      source.index(weights: [1, 0, 3, 4]) * 10 + source.uniformInt(below: 2)
    }
    #expect(index.count == 6)
    for (outcome, weight) in [(0, 1.0), (20, 3), (30, 4)] {
      #expect(abs((index[outcome] ?? 0) - weight / 16) < 1e-15)
    }
    let accepted = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Bool in
      source.accepts(logProbability: log(0.25))
    }
    #expect(abs((accepted[true] ?? 0) - 0.25) < 1e-15)
    for (logProbability, outcome) in [(-Double.infinity, false), (Double.nan, false), (3.0, true)] {
      let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Bool in
        source.accepts(logProbability: logProbability)
      }
      #expect(law == [outcome: 1])
    }
  }

  @Test func programsAreDrawnFromTheirOwnLaw() throws {
    let law = try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Int in
      try geometricLength.simulate(using: &source).value.asInt ?? -1
    }
    for count in 0..<5 { #expect(abs((law[count] ?? 0) - pow(0.5, Double(count + 1))) < 1e-15) }
    #expect(throws: Failure.self) {
      try exactLaw { (source: inout EnumeratingSource) throws(Failure) -> Int in
        _ = try ProcessProgram { sampleReal("x", .normal(0, 1)) { .finish(.real($0)) } }.simulate(using: &source)
        return 0
      }
    }
    #expect(throws: Failure.self) {
      try exactLaw(limit: 100) { (source: inout EnumeratingSource) throws(Failure) -> Int in
        (0..<10).reduce(0) { sum, _ in sum + source.uniformInt(below: 2) }
      }
    }
  }
}
