// The machine's side of the primitive table: what a row does when it is called.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// What a primitive does. Functions of reals are called by the machine without allocating; their rows say what becomes of the result
/// (`.bool`: not zero; `.int`: a whole number, an error where it is none) and whether they map over arrays (`isElementwise`).
public enum PrimitiveImplementation: Sendable {
  case real1(@convention(c) (Double) -> Double)
  case real2(@convention(c) (Double, Double) -> Double)
  case real3(@convention(c) (Double, Double, Double) -> Double)
  case real4(@convention(c) (Double, Double, Double, Double) -> Double)
  /// A function of numbers whose result is an Int where all arguments are, nil where that overflows.
  case number1(@convention(c) (Double) -> Double, @Sendable (Int) -> Int?)
  case number2(@convention(c) (Double, Double) -> Double, @Sendable (Int, Int) -> Int?)
  /// Draws from the machine's stream.
  case draw0(@Sendable (inout RandomStream) -> Double)
  case draw1(@Sendable (inout RandomStream, Double) -> Double)
  case draw2(@Sendable (inout RandomStream, Double, Double) -> Double)
  case draw3(@Sendable (inout RandomStream, Double, Double, Double) -> Double)
  /// Anything else: `.general(name)` of a `func name(_ call: inout PrimitiveCall) throws(Failure) -> Value`.
  /// (A closure needs its whole signature written out.) `isElementwise` has no meaning for these.
  case general(@Sendable (inout PrimitiveCall) throws(Failure) -> Value)
}

/// The implementations by row, one array of pairs per file of this folder.
enum PrimitiveRegistry {
  static let all: [(name: String, implementation: PrimitiveImplementation)] =
    operatorImplementations + comparisonImplementations + mathematicsImplementations + specialImplementations
    + randomImplementations
    + linearAlgebraImplementations + differentialImplementations + distributionImplementations
    + collectionImplementations + textImplementations

  /// By `PrimitiveID`; nil for host primitives.
  static let table: [PrimitiveImplementation?] = {
    var table = [PrimitiveImplementation?](repeating: nil, count: PrimitiveTable.rows.count)
    for (name, implementation) in all {
      if let id = PrimitiveTable.ids[name] { table[id.index] = implementation }
    }
    return table
  }()
}

extension PrimitiveImplementation {
  /// Names of implementations that have no row, of rows that have none, and of duplicates: all empty in a sound build.
  public static func inconsistencies() -> [String] {
    var problems: [String] = []
    var seen: Set<String> = []
    for (name, _) in PrimitiveRegistry.all {
      if !seen.insert(name).inserted { problems.append("\(name) is implemented twice") }
      if PrimitiveTable.ids[name] == nil { problems.append("\(name) has no row") }
    }
    var names: Set<String> = []
    for row in PrimitiveTable.rows {
      if !names.insert(row.name).inserted { problems.append("\(row.name) has two rows") }
      if row.effect == .host {
        if seen.contains(row.name) { problems.append("\(row.name) is the host's") }
      } else if !seen.contains(row.name) {
        problems.append("\(row.name) is not implemented")
      }
    }
    return problems
  }
}
