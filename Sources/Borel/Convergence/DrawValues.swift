// The values of one draw as choices of an execution.

import BorelDraws
import BorelSemantics
import BorelVM
import BorelValues

/// Draws as values of choices.
struct DrawValues: Sendable {
  /// The type that a choice takes, which a file of numbers does not always tell.
  enum ChoiceKind { case real, int, bool }

  let draws: Draws
  private let addresses: [(variable: Draws.Variable, address: Address)]

  init(_ draws: Draws) {
    self.draws = draws
    addresses = draws.variables.compactMap { variable in
      guard variable.kind != .text, variable.count > 0 else { return nil }
      return Address(parsing: variable.name).map { (variable, $0) }
    }
  }

  /// The values of one draw.
  func choices(at row: Int) -> GivenChoices {
    var given = GivenChoices()
    for (variable, address) in addresses { given[address] = value(of: variable, row) }
    return given
  }

  private func value(of variable: Draws.Variable, _ row: Int) -> Value {
    if variable.shape.isEmpty {
      let x = draws.storage[variable.firstColumn * draws.count + row]
      switch variable.kind {
      case .bool where !x.isNaN: return .bool(x != 0)
      case .int: return Int(exactly: x).map { .int($0) } ?? .real(x)
      default: return .real(x)
      }
    }
    let elements = draws.elements(of: variable, draw: row)
    if variable.kind == .bool, !elements.contains(where: \.isNaN) {
      return .array(elements.map { $0 != 0 }, shape: variable.shape)
    }
    if variable.kind == .int {
      let whole = elements.compactMap { Int(exactly: $0) }
      if whole.count == elements.count { return .array(whole, shape: variable.shape) }
    }
    return .array(elements, shape: variable.shape)
  }

  static func isMissing(_ value: Value) -> Bool { if case .real(let x) = value { x.isNaN } else { false } }

  /// A number as the choice takes it: a file may have written a whole Real without its point, or a count with one.
  func typed(
    _ value: Value, _ address: Address, _ run: inout ModelRun, _ kinds: inout [Address: ChoiceKind]
  ) throws(Failure) -> Value {
    let number: Double
    switch value {
    case .real(let x): number = x
    case .int(let n): number = Double(n)
    default: return value
    }
    let kind: ChoiceKind
    if let known = kinds[address] {
      kind = known
    } else {
      switch try run.support() {
      case .booleans: kind = .bool
      case let support: kind = support.isDiscrete ? .int : .real
      }
      kinds[address] = kind
    }
    switch kind {
    case .real: return .real(number)
    case .int: return Int(exactly: number).map { .int($0) } ?? value
    case .bool: return .bool(number != 0)
    }
  }
}
