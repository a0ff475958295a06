// The bytecode of one function with its constants, side tables and spans.

import BorelIR
import BorelSource
import BorelValues
import CBorelVM

/// One step of an access path; its operands stand in consecutive registers in the order of the path.
enum AccessStep: Sendable {
  /// One entry per dimension.
  case subscripts([SubscriptKind])
  case field(String)

  enum SubscriptKind: Sendable {
    case index
    /// Two operands.
    case range(closed: Bool)
    case all
  }

  var operandCount: Int {
    guard case .subscripts(let kinds) = self else { return 0 }
    return kinds.reduce(0) { count, kind in
      switch kind {
      case .index: count + 1
      case .range: count + 2
      case .all: count
      }
    }
  }
}

/// What a CHOICE instruction needs besides its operands.
struct ChoiceTable: Sendable {
  var site: SiteID
  /// The register of the variable.
  var register: Int
  var indexCount: Int
  var hasStrategy: Bool
}

/// The code of a function. Constants are owned; the tables are indexed by operands.
final class CompiledFunction: @unchecked Sendable {
  let id: FunctionID
  let name: String
  let kind: CoreFunction.Kind
  let parameters: [CoreParameter]
  let span: Span
  /// Registers from here on are temporaries: whoever reads one as an operand empties it.
  let localCount: Int
  let code: UnsafeMutableBufferPointer<borel_instruction>
  let constants: UnsafeMutableBufferPointer<Slot>
  let registerCount: Int
  let spans: InstructionSpans
  let paths: [[AccessStep]]
  let keys: [[String]]
  let labels: [[String?]]
  let names: [String]
  let choices: [ChoiceTable]
  /// Names of the locals by register, for dumps.
  let registerNames: [String]

  init(
    id: FunctionID, function: CoreFunction, localCount: Int, registerCount: Int, code: [borel_instruction],
    constants: [Value], spans: InstructionSpans, paths: [[AccessStep]], keys: [[String]], labels: [[String?]],
    names: [String], choices: [ChoiceTable], registerNames: [String]
  ) {
    self.id = id
    name = function.name
    kind = function.kind
    parameters = function.parameters
    span = function.span
    self.localCount = localCount
    self.registerCount = registerCount
    self.code = .allocate(capacity: code.count)
    _ = self.code.initialize(from: code)
    self.constants = .allocate(capacity: max(constants.count, 1))
    for (index, constant) in constants.enumerated() { self.constants[index] = Slot(owning: constant) }
    if constants.isEmpty { self.constants[0] = .null }
    constantCount = constants.count
    self.spans = spans
    self.paths = paths
    self.keys = keys
    self.labels = labels
    self.names = names
    self.choices = choices
    self.registerNames = registerNames
  }

  let constantCount: Int

  deinit {
    for index in 0..<constantCount { constants[index].release() }
    constants.deallocate()
    code.deallocate()
  }

  /// The form that the loop sees.
  var raw: borel_function {
    borel_function(
      code: UnsafePointer(code.baseAddress), constants: UnsafePointer(constants.baseAddress),
      parameters: UInt32(parameters.count), registers: UInt32(registerCount))
  }
}
