// The type checker: follows what is known of every value forward through Core and reports what is certainly wrong.

import BorelIR
import BorelSource

extension Lowerer {
  /// Checks the functions of this analysis; libraries are checked by their own tests.
  func checkTypes() {
    let checker = TypeChecker(
      program: state.program, globals: state.globalTypes, summaries: state.summaries,
      resultTypes: state.resultTypes, bindingTypes: bindingTypes, poisoned: poisoned)
    checker.checkAll(newFunctions)
    diagnostics += checker.diagnostics
    state.globalTypes = checker.globals
    state.summaries = checker.summaries
  }
}

final class TypeChecker {
  let program: CoreProgram
  let resultTypes: [FunctionID: CoreType]
  let bindingTypes: [Span: CoreType]
  let poisoned: Set<Span>
  /// Types of the constants among the globals that have been set.
  var globals: [GlobalID: ShapeType]
  /// Result types by function.
  var summaries: [FunctionID: ShapeType]
  var diagnostics: [Diagnostic] = []
  private var reported: Set<Span> = []
  /// Closures met, with the types of what they capture.
  private var closures: [(FunctionID, [ShapeType])] = []
  private var seenClosures: Set<FunctionID> = []
  private var inProgress: Set<FunctionID> = []

  /// What is known while a function is followed.
  struct Frame {
    var function: CoreFunction
    var locals: [ShapeType]
    var captures: [ShapeType]
    /// True where control cannot come.
    var isDead = false
    var results: [ShapeType] = []
    /// Locals of which nothing is known until the loop around is left.
    var frozen: Set<Int> = []
    var loopDepth = 0
    /// What the locals were before each change, so that branches can be undone.
    private(set) var changes: [(index: Int, before: ShapeType)] = []

    init(function: CoreFunction, locals: [ShapeType], captures: [ShapeType]) {
      self.function = function
      self.locals = locals
      self.captures = captures
    }

    mutating func set(_ index: Int, _ type: ShapeType) {
      changes.append((index, locals[index]))
      locals[index] = type
    }

    mutating func undo(to mark: Int) {
      while changes.count > mark, let (index, before) = changes.popLast() { locals[index] = before }
    }

    /// What the locals changed since a mark are now.
    func values(since mark: Int) -> [Int: ShapeType] {
      var values: [Int: ShapeType] = [:]
      for (index, _) in changes[mark...] { values[index] = locals[index] }
      return values
    }

    /// What the locals changed since a mark were at any time since, joined.
    func everyValue(since mark: Int) -> [Int: ShapeType] {
      var values = values(since: mark)
      for (index, before) in changes[mark...] { values[index] = values[index]?.joined(before) }
      return values
    }
  }

  var frame = Frame(
    function: CoreFunction(
      name: "", kind: .script, parameters: [], locals: [], captures: [], body: [], isStochastic: false,
      span: Span(file: FileID(index: 0), start: 0, end: 0)), locals: [], captures: [])
  /// Nothing is reported while positive.
  var silence = 0
  /// Set when something would have been reported.
  var foundError = false
  var depth = 0
  /// Evaluations on behalf of calls; limited, since calls inside calls multiply.
  private var evaluationCount = 0
  private static let maximumEvaluations = 50_000

  init(
    program: CoreProgram, globals: [GlobalID: ShapeType], summaries: [FunctionID: ShapeType],
    resultTypes: [FunctionID: CoreType], bindingTypes: [Span: CoreType], poisoned: Set<Span>
  ) {
    self.program = program
    self.globals = globals
    self.summaries = summaries
    self.resultTypes = resultTypes
    self.bindingTypes = bindingTypes
    self.poisoned = poisoned
  }

  // MARK: Functions

  func checkAll(_ functions: [FunctionID]) {
    // Scripts first: they tell the types of the constants that functions read.
    let scripts = functions.filter { program[$0].kind == .script }
    for id in scripts { check(id) }
    for id in functions where program[id].kind != .script && program[id].kind != .lambda {
      // Nested functions are checked when the closure that captures their variables is met.
      if program[id].captures.isEmpty { check(id) }
    }
  }

  private func check(_ id: FunctionID) {
    _ = follow(id, captures: [])
    while let (closure, captures) = closures.popLast() { _ = follow(closure, captures: captures) }
  }

  func meetClosure(_ id: FunctionID, _ captures: [ShapeType]) {
    guard silence == 0, program[id].kind == .lambda || !captures.isEmpty, seenClosures.insert(id).inserted
    else { return }
    closures.append((id, captures))
  }

  /// Follows a body from the types of its parameters; returns the type of its result.
  private func follow(_ id: FunctionID, captures: [ShapeType], arguments: [ShapeType]? = nil) -> ShapeType {
    let function = program[id]
    let outer = frame
    var locals = [ShapeType](repeating: .unknown, count: function.locals.count)
    for (index, parameter) in function.parameters.enumerated() where index < locals.count {
      if let arguments, index < arguments.count, arguments[index] != .unknown {
        locals[index] = arguments[index]
      } else if let type = parameter.type, !isDistributionParameter(function) || !type.sizes.isEmpty {
        locals[index] = declared(type)
      }
    }
    frame = Frame(function: function, locals: locals, captures: captures)
    run(function.body)
    var result = frame.results.first ?? .unknown
    for other in frame.results.dropFirst() { result = result.joined(other) }
    frame = outer
    if let type = resultTypes[id], result == .unknown { result = declared(type) }
    if arguments == nil { summaries[id] = result.widened }
    return result
  }

  /// A scalar parameter of a distribution takes arrays too: they make an independent product.
  private func isDistributionParameter(_ function: CoreFunction) -> Bool { function.kind == .method }

  /// The type of a function's result whatever its arguments.
  func summary(_ id: FunctionID) -> ShapeType {
    if let known = summaries[id] { return known }
    guard program[id].captures.isEmpty, inProgress.count < 24, inProgress.insert(id).inserted else { return .unknown }
    defer { inProgress.remove(id) }
    silence += 1
    defer { silence -= 1 }
    return follow(id, captures: []).widened
  }

  /// The result of a function for certain arguments, and whether they make it fail; says nothing.
  func evaluate(_ id: FunctionID, _ arguments: [ShapeType]) -> (result: ShapeType, fails: Bool) {
    guard inProgress.count < 8, evaluationCount < TypeChecker.maximumEvaluations, inProgress.insert(id).inserted
    else { return (.unknown, false) }
    evaluationCount += 1
    let found = foundError
    silence += 1
    foundError = false
    defer {
      inProgress.remove(id)
      silence -= 1
      foundError = found
    }
    let result = follow(id, captures: [], arguments: arguments)
    return (result, foundError)
  }

  // MARK: Reporting

  func report(
    _ code: String, _ message: String, at span: Span, label: String = "", secondary: [Diagnostic.Label] = [],
    hint: String? = nil, severity: Diagnostic.Severity = .error
  ) {
    if severity == .error { foundError = true }
    guard silence == 0, !frame.isDead, reported.insert(span).inserted else { return }
    diagnostics.append(
      Diagnostic(severity, code: code, message, at: span, label: label, secondary: secondary, hint: hint))
  }

  // MARK: Declared types

  /// What an annotation tells of a value.
  func declared(_ type: CoreType) -> ShapeType {
    let shape = type.sizes.map { size -> Int? in
      if case .fixed(let count) = size { count } else { nil }
    }
    switch type.name {
    case "Bool": return shape.isEmpty ? .bool(nil) : .numbers(.bool, shape)
    case "Int": return shape.isEmpty ? .int(nil) : .numbers(.int, shape)
    // An Int is as good as a Real.
    case "Real": return shape.isEmpty ? .number : .numbers(.number, shape)
    case "String": return .string(nil)
    default: return .unknown
    }
  }

  /// Why a value cannot have a declared type, nil where it may.
  func mismatch(_ value: ShapeType, _ type: CoreType, sizes: inout [String: (Int, Span)], at span: Span) -> String? {
    let expected = text(of: type)
    func no(_ isWrong: Bool) -> String? { isWrong ? expected : nil }
    switch (type.name, value) {
    case (_, .unknown), ("Any", _), (_, .host): return nil
    case ("Bool", _), ("Int", _), ("Real", _):
      if value.isNeverNumeric { return expected }
      if type.sizes.isEmpty {
        if case .array = value { return expected }
        if case .list = value { return expected }
        if type.name == "Int", case .real = value { return expected }
        if type.name == "Int" || type.name == "Real", case .bool = value { return expected }
        return no(type.name == "Bool" && value.isNumber)
      }
      guard case .array(let elements, let shape) = value else {
        if case .list = value { return nil }
        return expected
      }
      if type.name == "Int", elements.kind == .real { return expected }
      guard let shape else { return nil }
      if shape.count != type.sizes.count { return expected }
      for (size, count) in zip(type.sizes, shape) {
        guard let count else { continue }
        switch size {
        case .any: break
        case .fixed(let wanted): if wanted != count { return expected }
        case .named(let name):
          if let (wanted, _) = sizes[name] {
            if wanted != count { return "\(expected) with \(name) = \(wanted)" }
          } else {
            sizes[name] = (count, span)
          }
        }
      }
      return nil
    case ("String", .string), ("Record", .record), ("List", .list), ("Tuple", .tuple), ("Function", .function),
      ("Distribution", .distribution), ("Model", .model):
      return nil
    case ("List", .array): return nil
    // Models and distributions that take no more arguments can be called like functions.
    case ("Function", .distribution), ("Function", .model): return nil
    default: return expected
    }
  }

  func text(of type: CoreType) -> String {
    guard !type.sizes.isEmpty else {
      if type.name == "Any" { return "a value" }
      return type.name == "Int" ? "an Int" : "a \(type.name)"
    }
    let sizes = type.sizes.map { size in
      switch size {
      case .named(let name): name
      case .fixed(let count): "\(count)"
      case .any: "_"
      }
    }
    return "an array \(type.name)[\(sizes.joined(separator: ", "))]"
  }
}
