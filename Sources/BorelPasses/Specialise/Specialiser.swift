// Specialises a model in Core to LoopIR for the types of its arguments and the set of conditioned addresses.
//
// The program is run on abstract values: what is known now (functions, records, distributions, constants) disappears, numbers
// become operands, and loops over unknown bounds are run once to become loops of LoopIR.

import BorelIR
import BorelSource
import BorelValues

/// The model as a LoopIR program with choices, or why there is none.
public func specialise(_ request: SpecialisationRequest) throws(NotNative) -> LoopProgram {
  var specialiser = Specialiser(request)
  return try specialiser.run()
}

struct Specialiser {
  /// What an open block of the builder belongs to.
  enum Scope {
    case loop(index: LoopVariable, lower: LoopOperand, upper: LoopOperand)
    case branch
    case score
  }

  /// What a local variable of the running function stands for.
  enum Binding {
    case value(AbstractValue)
    /// A scalar that loops or branches change.
    case mutable(LoopVariable)
    /// An array of the local's own; `isLent` once somebody else may hold it.
    case array(LoopVariable, isLent: Bool)
    /// A short vector that loops or branches change, its elements in scalars.
    case scalars([LoopVariable])
    /// The array of a site with indices.
    case site(Int)
    /// The values of submodels with indices.
    case built(LoopVariable)
    /// A list to which every pass of the loop that runs appends one element.
    case growing(GrowingList)
  }

  struct Frame {
    var function: CoreFunction
    var locals: [Binding?]
    var captures: [AbstractValue]
    var closure: AbstractValue?
    var address: AddressPrefix
    /// Loops that are open in this frame.
    var loopDepth = 0
    /// For each loop that runs, innermost last, the variable that `break` sets to false; nil in those that are unrolled.
    var breakFlags: [LoopVariable?] = []
  }

  /// Where a model's choices lie: `leaf[_]/` with the indices of its submodels.
  struct AddressPrefix {
    var pattern = ""
    var indices: [LoopOperand] = []
  }

  /// A local of a function, whichever call of it.
  struct FrameLocal: Hashable {
    var function: FunctionID?
    var local: LocalID
  }

  func key(_ local: LocalID) -> FrameLocal { FrameLocal(function: calls.last, local: local) }

  /// Vectors up to this length live in scalars, loops up to this many passes are unrolled.
  static let shortLength = 8

  enum Flow {
    case normal
    case returned(AbstractValue)
    /// The rest of the loop's body is passed by, and with `broke` what is left of the loop.
    case continued
    case broke
  }

  let request: SpecialisationRequest
  var core: CoreProgram { request.program }
  var builder: LoopBuilder
  var frame: Frame
  var scopes: [Scope] = []
  var calls: [FunctionID] = []
  var siteNumbers: [String: Int] = [:]
  /// Mutable Ints that a Real was assigned to, and short vectors that are indexed by what is only known at run time; the loop
  /// that made them is run again with a Real, or with the vector in memory.
  var widened: Set<FrameLocal> = []
  var spilled: Set<FrameLocal> = []
  var needsAnotherPass = false
  /// Known sizes that are not what they have to be.
  private var disagreement: NotNative?
  var statementCount = 0
  /// The values of sites of one scalar in a simulation.
  var drawnScalars: [Int: LoopVariable] = [:]
  /// The place of the choice whose formula is inlined: statements of a formula count as the choice's.
  var methodSpan: Span?

  /// Beyond these a program is taken to recurse, or to unroll, without end.
  static let callLimit = 200
  static let statementLimit = 200_000

  init(_ request: SpecialisationRequest) {
    self.request = request
    let name =
      request.program.models.indices.contains(request.model.index) ? request.program[request.model].name : "model"
    builder = LoopBuilder(LoopProgram(name: name))
    frame = Frame(
      function: CoreFunction(
        name: name, kind: .script, parameters: [], locals: [], captures: [], body: [], isStochastic: true,
        span: request.program.models.indices.contains(request.model.index)
          ? request.program[request.model].span : Span(file: FileID(index: 0), start: 0, end: 0)),
      locals: [], captures: [], closure: nil, address: AddressPrefix())
  }

  mutating func run() throws(NotNative) -> LoopProgram {
    guard core.models.indices.contains(request.model.index) else {
      throw NotNative(.internalError, "no such model", at: nil)
    }
    let function = core[core[request.model].function]
    var arguments: [AbstractValue?] = []
    for (index, parameter) in function.parameters.enumerated() {
      guard index < request.arguments.count, let argument = request.arguments[index] else {
        arguments.append(nil)
        continue
      }
      arguments.append(
        try given(argument, [parameter.name], isGlobal: false, name: parameter.name, at: parameter.span))
    }
    let value = try callModel(core[request.model].function, arguments, at: core[request.model].span)
    // A choice of this name takes its place in the draws.
    if !builder.program.sites.contains(where: { $0.pattern == "value" || $0.pattern.hasPrefix("value[") }) {
      try addResult(value, named: "value")
    }
    // The machine says more of it, and only where it happens.
    if let disagreement { throw disagreement }
    if request.isSimulation { return simulation() }
    return builder.finish()
  }

  /// Keeps the model's return value where it is numbers: fields of records as `value.field`, parts of tuples as `value.0`.
  private mutating func addResult(_ value: AbstractValue, named name: String, depth: Int = 0) throws(NotNative) {
    guard depth < 16 else { return }
    switch value {
    case .scalar(let operand): builder.program.results.append((name, operand))
    case .array(let array):
      builder.program.results.append((name, .variable(try materialise(array, name: "value"))))
    case .record(let fields):
      for (key, field) in fields { try addResult(field, named: "\(name).\(key)", depth: depth + 1) }
    case .tuple(let parts):
      for (index, part) in parts.enumerated() { try addResult(part, named: "\(name).\(index)", depth: depth + 1) }
    default: break
    }
  }

  // MARK: Given values

  /// The abstract value of something given from outside: its numbers become inputs.
  mutating func given(
    _ argument: LoopArgument, _ path: [String], isGlobal: Bool, name: String, at span: Span?
  ) throws(NotNative) -> AbstractValue {
    func source() -> LoopInput.Source { isGlobal ? .global(path) : .argument(path) }
    switch argument {
    case .bool: return .scalar(.variable(builder.input(source(), name: name, .bool)))
    case .int: return .scalar(.variable(builder.input(source(), name: name, .int)))
    case .real: return .scalar(.variable(builder.input(source(), name: name, .real)))
    case .array(let scalar, let rank):
      var sizes: [LoopOperand] = []
      for dimension in 0..<rank {
        let size: LoopInput.Source =
          isGlobal ? .globalSize(path, dimension: dimension) : .argumentSize(path, dimension: dimension)
        let suffix = rank == 1 ? "" : dimension == 0 ? "_rows" : dimension == 1 ? "_columns" : "_size\(dimension)"
        sizes.append(.variable(builder.input(size, name: rank == 1 ? "n_\(name)" : name + suffix, .int)))
      }
      let variable = builder.input(source(), name: name, scalar, sizes: sizes)
      return .array(AbstractArray(scalar: scalar, sizes: sizes, source: .variable(variable)))
    case .null: return .null
    case .string(let text): return .string(text)
    case .tuple(let parts): return .tuple(try given(parts, path, isGlobal: isGlobal, name: name, at: span))
    case .list(let parts): return .list(try given(parts, path, isGlobal: isGlobal, name: name, at: span))
    case .record(let fields):
      var result: [(key: String, value: AbstractValue)] = []
      for field in fields {
        let value = try given(
          field.value, path + [field.key], isGlobal: isGlobal, name: "\(name)_\(field.key)", at: span)
        result.append((field.key, value))
      }
      return .record(result)
    case .function(let id): return .function(id)
    case .primitive(let id): return .primitive(id)
    case .distribution(let id): return .distributionDefinition(id)
    case .model(let id): return .modelDefinition(id)
    case .other(let kind):
      throw NotNative(.construct, "`\(path.joined(separator: "."))` is \(kind)", at: span)
    }
  }

  private mutating func given(
    _ parts: [LoopArgument], _ path: [String], isGlobal: Bool, name: String, at span: Span?
  ) throws(NotNative) -> [AbstractValue] {
    var result: [AbstractValue] = []
    for (index, part) in parts.enumerated() {
      result.append(
        try given(part, path + [String(index)], isGlobal: isGlobal, name: "\(name)_\(index)", at: span))
    }
    return result
  }

  // MARK: Calls

  mutating func callModel(
    _ id: FunctionID, _ arguments: [AbstractValue?], at span: Span?
  ) throws(NotNative) -> AbstractValue {
    try call(id, arguments, captures: [], closure: nil, at: span)
  }

  /// Runs a function in a frame of its own: inlining.
  mutating func call(
    _ id: FunctionID, _ arguments: [AbstractValue?], captures: [AbstractValue], closure: AbstractValue?,
    address: AddressPrefix? = nil, at span: Span?
  ) throws(NotNative) -> AbstractValue {
    guard core.functions.indices.contains(id.index) else {
      throw NotNative(.internalError, "no such function", at: span)
    }
    let function = core[id]
    guard calls.count < Self.callLimit else {
      throw NotNative(
        .recursion,
        "`\(function.name)` calls itself, and where that ends is only known when it runs", at: span)
    }
    calls.append(id)
    defer { calls.removeLast() }
    let caller = frame
    frame = Frame(
      function: function, locals: Array(repeating: nil, count: max(function.locals.count, function.parameters.count)),
      captures: captures, closure: closure, address: address ?? caller.address)
    for (index, parameter) in function.parameters.enumerated() {
      if index < arguments.count, let argument = arguments[index] {
        frame.locals[index] = .value(argument)
      } else if let defaultValue = parameter.defaultValue {
        let before = (0..<index).map { localValueIfBound($0) }
        frame.locals[index] = .value(try call(defaultValue, before, captures: [], closure: nil, at: span))
      } else {
        throw NotNative(.internalError, "`\(function.name)` lacks an argument", at: span)
      }
      if case .value(let value)? = frame.locals[index] {
        frame.locals[index] = .value(declared(parameter, try sized(parameter, value)))
      }
    }
    let flow = try execute(function.body[...])
    // The builder's span is that of the caller again.
    frame = caller
    builder.span = methodSpan ?? span ?? builder.span
    switch flow {
    case .returned(let value): return value
    case .normal, .continued, .broke: return .null
    }
  }

  private func localValueIfBound(_ index: Int) -> AbstractValue? {
    if case .value(let value)? = frame.locals.indices.contains(index) ? frame.locals[index] : nil { return value }
    return nil
  }

  /// An argument in the type that its parameter declares: an Int for a Real widens.
  private mutating func declared(_ parameter: CoreParameter, _ value: AbstractValue) -> AbstractValue {
    guard parameter.type?.name == "Real" else { return value }
    switch value {
    case .scalar(let operand): return .scalar(builder.real(operand))
    default: return value
    }
  }

  /// The argument with the sizes that its parameter declares: equal names stand for equal sizes, which are one operand from then on.
  private mutating func sized(_ parameter: CoreParameter, _ value: AbstractValue) throws(NotNative) -> AbstractValue {
    guard let type = parameter.type, !type.sizes.isEmpty, case .array(var array) = value,
      array.rank == type.sizes.count
    else { return value }
    for (dimension, size) in type.sizes.enumerated() {
      let known: LoopOperand
      switch size {
      case .fixed(let count): known = .int(count)
      case .any: continue
      case .named(let name):
        // A name is an Int parameter, or the size of an array parameter before this one.
        guard let other = declaredSize(name, before: parameter) else { continue }
        known = other
      }
      if array.sizes[dimension] == known { continue }
      requireEqual(array.sizes[dimension], known, .shape)
      array.sizes[dimension] = known
      if case .variable(let variable) = array.source, builder.program[variable].role == .input, isInput(known) {
        builder.program[variable].sizes[dimension] = known
      }
    }
    return .array(array)
  }

  private func isInput(_ operand: LoopOperand) -> Bool {
    guard case .variable(let variable) = operand else { return true }
    return builder.program[variable].role == .input
  }

  private func declaredSize(_ name: String, before parameter: CoreParameter) -> LoopOperand? {
    for (index, other) in frame.function.parameters.enumerated() {
      guard case .value(let value)? = frame.locals.indices.contains(index) ? frame.locals[index] : nil else {
        continue
      }
      if other.name == name, case .scalar(let operand) = value { return operand }
      if other.name == parameter.name { return nil }
      if let sizes = other.type?.sizes, case .array(let array) = value, array.rank == sizes.count,
        let dimension = sizes.firstIndex(of: .named(name))
      {
        return array.sizes[dimension]
      }
    }
    return nil
  }

  // MARK: Checks

  /// Fails the evaluation unless the sizes are equal; equal sizes are one operand from then on where that is possible.
  mutating func requireEqual(_ a: LoopOperand, _ b: LoopOperand, _ check: LoopCheck) {
    if a == b { return }
    if case (.int(let m), .int(let n)) = (a, b), check == .shape, disagreement == nil {
      disagreement = NotNative(
        .construct, "these shapes never agree: one has size \(m) where the other has \(n)", at: builder.span)
    }
    require(builder.apply(.equal, a, b), check)
  }

  mutating func require(_ condition: LoopOperand, _ check: LoopCheck) {
    if case .bool(true) = condition { return }
    builder.append(.require(condition, check))
  }
}
