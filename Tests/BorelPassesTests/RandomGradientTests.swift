// The gradient pass on random programs; BOREL_PROGRAMS sets how many, BOREL_SEED the first.

import BorelIR
import BorelPasses
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct RandomGradientTests {
  static func number(_ name: String, default value: Int) -> Int {
    getenv(name).flatMap { Int(String(cString: $0)) } ?? value
  }

  @Test func randomProgramsAgreeWithDifferences() throws {
    let first = Self.number("BOREL_SEED", default: 1)
    for seed in first..<(first + Self.number("BOREL_PROGRAMS", default: 400)) {
      let text = ProgramWriter.program(seed: UInt64(seed))
      try checkGradient(text, at: [0.4, -0.7, 1.1, 0.2, -0.3], ProgramWriter.inputs, note: "seed \(seed)")
    }
  }
}
