// The types of a model's arguments and globals for specialisation, and their values by path.

import BorelIR
import BorelPasses
import BorelSource
import BorelVM
import BorelValues

extension LoopArgument {
  /// The type and structure of a value.
  init(_ value: Value) {
    switch value {
    case .null: self = .null
    case .bool: self = .bool
    case .int: self = .int
    case .real: self = .real
    case .object(let object):
      switch object {
      case let array as ArrayObject:
        self = .array(array.kind == .real ? .real : array.kind == .int ? .int : .bool, rank: array.rank)
      case let text as StringObject: self = .string(text.string)
      case let list as ListObject:
        // An empty array of data arrives as an empty list.
        self = list.elements.isEmpty ? .array(.real, rank: 1) : .list(list.elements.map(LoopArgument.init))
      case let tuple as TupleObject: self = .tuple(tuple.elements.map(LoopArgument.init))
      case let record as RecordObject:
        self = .record(
          zip(record.keys, record.values).map { LoopArgument.Field(key: $0, value: LoopArgument($1)) })
      case let function as FunctionObject:
        switch function.target {
        case .closure(let id): self = function.captures.isEmpty ? .function(id) : .other("a closure")
        case .primitive(let id): self = .primitive(id)
        case .model(let id): self = .model(id)
        case .distribution(let id): self = .distribution(id)
        case .memoised: self = .other("a memoised function")
        }
      default: self = .other(value.kindDescription)
      }
    }
  }
}

extension Value {
  /// The part of a value at a path of fields and positions.
  func part(at path: ArraySlice<String>) -> Value? {
    guard let key = path.first else { return self }
    let rest = path.dropFirst()
    if let record = asRecord { return record[key]?.part(at: rest) }
    guard let index = Int(key) else { return nil }
    if let list = asObject as? ListObject, list.elements.indices.contains(index) {
      return list.elements[index].part(at: rest)
    }
    if let tuple = asObject as? TupleObject, tuple.elements.indices.contains(index) {
      return tuple.elements[index].part(at: rest)
    }
    return nil
  }
}

extension BoundModel {
  /// What the model is given, in types, with the choices that a trial run made.
  func specialisationRequest(_ trial: TrialRun) -> SpecialisationRequest {
    let core = model.environment.program.core
    var globals: [GlobalID: LoopArgument] = [:]
    for index in core.globals.indices {
      let id = GlobalID(index)
      if let value = model.environment.globals[id] { globals[id] = LoopArgument(value) }
    }
    return SpecialisationRequest(
      program: core, model: value.definition.id, arguments: value.arguments.map(LoopArgument.init), globals: globals,
      sites: trial.facts)
  }

  /// The model in LoopIR, with choices.
  func loopProgram(_ trial: TrialRun) throws(NotNative) -> LoopProgram {
    if !value.interventions.isEmpty {
      throw NotNative(.construct, "variables are set by `do`", at: nil)
    }
    return try specialise(specialisationRequest(trial))
  }
}
