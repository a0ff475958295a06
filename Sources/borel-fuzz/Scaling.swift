// Checks that time grows linearly with the length of the text, on shapes that invite worse.

import BorelSyntax

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// One shape at two lengths.
struct Scaling {
  let name: String
  /// Seconds for 100 kB and for 1 MB.
  let small: Double
  let large: Double
  /// Seconds for lexing and parsing 1 MB.
  let parsing: Double

  var ratio: Double { large / max(small, 1e-9) }

  /// Ten times the text may take ten times the time, and as much again for caches and luck; times too short to
  /// measure do not count.
  var isLinear: Bool { large < 0.03 || ratio < 25 }

  /// A megabyte parses in less than a second.
  var isFast: Bool { parsing < 1 }
}

/// A text of about `length` bytes for each shape.
private let shapes: [(name: String, make: @Sendable (Int) -> String)] = [
  ("flat program", { repeated("let x = f(a, b + 1)[i].c * 2\ny[i] ~ normal(x, 1)\nif a < b { c } else { d }\n", $0) }),
  ("one long line", { "let x = [" + repeated("1, ", $0) + "1]" }),
  ("one long sum", { "let x = " + repeated("a + ", $0) + "a" }),
  ("open parentheses", { repeated("(", $0) }),
  ("closed parentheses", { repeated("(", $0 / 2) + repeated(")", $0 / 2) }),
  ("calls in calls", { repeated("f(", $0 / 2) + repeated(")", $0 / 4) }),
  ("chain of calls", { "f" + repeated("(1)", $0) }),
  ("chain of members", { "f" + repeated(".a", $0) }),
  ("open blocks", { repeated("if a {\n", $0) }),
  ("else if", { "if a {} " + repeated("else if a {} ", $0) }),
  ("open braces", { repeated("{", $0) }),
  ("closing brackets", { repeated("})]", $0) }),
  ("mixed brackets", { repeated("([{", $0) }),
  ("crossed brackets", { repeated("(]", $0) }),
  ("unclosed calls", { repeated("f(a\n", $0) }),
  ("minus signs", { "x = " + repeated("-", $0) + "1" }),
  ("powers", { "x = " + repeated("2^", $0) + "1" }),
  ("lambdas", { "x = " + repeated("x => ", $0) + "1" }),
  ("records", { "x = " + repeated("{a: ", $0) }),
  ("long string", { "let x = \"" + repeated("a\\n", $0) + "\"" }),
  ("unclosed strings", { repeated("\"abc\n", $0) }),
  ("quotes", { repeated("\"", $0) }),
  ("single quotes", { repeated("' ", $0) }),
  ("line comments", { repeated("// comment\n", $0) }),
  ("comments in a list", { "f(" + repeated("a, // c\n", $0) + "b)" }),
  ("nested comments", { repeated("/*", $0) }),
  ("semicolons", { repeated(";", $0) }),
  ("blank lines", { "a" + repeated("\n", $0) + "b" }),
  ("long name", { repeated("x", $0) }),
  ("long number", { repeated("1", $0) }),
  ("not UTF-8", { _ in "" }),
  ("typographic quotes", { repeated("“", $0) }),
  ("errors", { repeated("let = 3 4 5 )\n", $0) }),
  ("models", { repeated("model m(x) {\n  a ~ normal(0, 1)\n  return a\n}\n", $0) }),
  ("blocks in calls", { repeated("f(x => { a; b }, {a: 1})\n", $0) }),
  ("chained comparisons", { "x = " + repeated("a < ", $0) + "b" }),
]

private func repeated(_ piece: String, _ length: Int) -> String {
  String(repeating: piece, count: max(1, length / piece.utf8.count))
}

/// Times all stages on all shapes.
func measureScaling() -> [Scaling] {
  shapes.map { shape in
    func bytes(_ length: Int) -> [UInt8] {
      shape.name == "not UTF-8" ? [UInt8](repeating: 0xFF, count: length) : Array(shape.make(length).utf8)
    }
    let large = bytes(1_000_000)
    return Scaling(
      name: shape.name, small: seconds(5, on: bytes(100_000)) { _ = check(&$0) },
      large: seconds(3, on: large) { _ = check(&$0) },
      parsing: seconds(3, on: large) { $0.result = parse($0.file, in: $0.sources) })
  }
}

/// The least processor time over some repetitions; other work on the machine does not count.
private func seconds(_ repetitions: Int, on bytes: [UInt8], _ work: (inout FuzzCase) -> Void) -> Double {
  var best = Double.infinity
  for _ in 0..<repetitions {
    let start = processorTime()
    var fuzzCase = FuzzCase(bytes)
    work(&fuzzCase)
    best = min(best, processorTime() - start)
  }
  return best
}

private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}
