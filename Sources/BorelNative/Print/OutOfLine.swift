// Which calls of vector mathematics stand out of line: those that run a few times at most, where a function has many of them.

import BorelIR

/// The calls of vector mathematics that one function makes outside of its long loops.
///
/// Inlined, each of them costs the compiler time (fourteen in the gradient of a hidden Markov model, a seventh of all it takes), and
/// gains nothing where the function spends its own time in loops over data. Where a function has few, or no such loops, all of them
/// are inlined.
struct OutOfLine {
  /// A function is worth it from this many calls.
  private static let fewest = 8
  /// Evaluations of one call that are still few.
  private static let longest = 16

  /// Whether calls that run a few times are to stand out of line.
  let isWorthwhile: Bool

  init(_ program: LoopProgram, _ spellings: CSpellings) {
    var calls = 0
    var hasLongLoop = false
    func visit(_ statements: [LoopStatement], times: Int) {
      for statement in statements {
        switch statement.kind {
        case .define(_, .apply(.primitive(let id), _)):
          if case .mathematics(let name)? = spellings.spelling(of: PrimitiveTable[id].name), Self.canStand(name) {
            calls += 1
          }
        case .loop(let loop):
          guard let inner = Self.times(times, of: loop) else {
            hasLongLoop = true
            continue
          }
          visit(loop.body, times: inner)
        case .conditional(_, let then, let otherwise):
          visit(then, times: times)
          visit(otherwise, times: times)
        default: break
        }
      }
    }
    visit(program.body, times: 1)
    isWorthwhile = hasLongLoop && calls >= Self.fewest
  }

  /// How often the body of `loop` runs where the loop itself runs `times` times; nil where that is often, or not known.
  static func times(_ times: Int?, of loop: LoopFor) -> Int? {
    guard let times, case .int(let lower) = loop.lower, case .int(let upper) = loop.upper else { return nil }
    let (trips, overflow) = upper.subtractingReportingOverflow(lower)
    guard !overflow, trips <= longest else { return nil }
    let product = times * max(trips, 0)
    return product <= longest ? product : nil
  }

  /// Sines, cosines and tangents ask their function to run again for large angles.
  static func canStand(_ name: String) -> Bool { !["bm_sin", "bm_cos", "bm_tan"].contains(name) }

  static func name(_ function: String) -> String { function + "_once" }

  /// The definition for a function with that many operands.
  static func definition(_ function: String, operands: Int) -> String {
    let names = ["x", "y", "z", "u"].prefix(operands)
    let parameters = names.map { "double \($0)" }.joined(separator: ", ")
    return """
      static __attribute__((noinline, const)) double \(name(function))(\(parameters)) {
        return \(function)(\(names.joined(separator: ", ")));
      }

      """
  }
}
