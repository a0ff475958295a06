// The values of a native model's inputs: arguments, observations, sizes.

import BorelIR
import BorelNative
import BorelSemantics
import BorelVM
import BorelValues

struct NativeInputs {
  let arguments: [String: Value]
  let globals: [String: Value]
  let sites: [TrialSite?]

  init(_ bound: BoundModel, _ trial: TrialRun, _ program: LoopProgram) {
    let core = bound.model.environment.program.core
    let parameters = core[bound.value.definition.function].parameters.map(\.name)
    arguments = Dictionary(zip(parameters, bound.value.arguments), uniquingKeysWith: { first, _ in first })
    var globals: [String: Value] = [:]
    for (index, global) in core.globals.enumerated() {
      globals[global.name] = bound.model.environment.globals[GlobalID(index)]
    }
    self.globals = globals
    sites = program.sites.map { trial[$0.pattern] }
  }

  func value(of source: LoopInput.Source) throws(NativeFailure) -> NativeValue {
    switch source {
    case .argument(let path): return try native(part(arguments, path))
    case .global(let path): return try native(part(globals, path))
    case .argumentSize(let path, let dimension): return try size(part(arguments, path), dimension)
    case .globalSize(let path, let dimension): return try size(part(globals, path), dimension)
    case .observed(let number): return try observed(site(number))
    case .siteSize(let number, let dimension):
      let shape = try site(number).shape
      guard shape.indices.contains(dimension) else { throw .internal(stage: "inputs", "no such dimension") }
      return .int(shape[dimension])
    case .isMissing(let number):
      let site = try site(number)
      return .bools(site.flags.map { !$0 }, site.shape)
    case .missingRank(let number):
      let site = try site(number)
      var next = 0
      let ranks = site.flags.map { isObserved in
        if !isObserved { next += 1 }
        return max(next - 1, 0)
      }
      return .ints(ranks, site.shape)
    case .missingCount(let number): return .int(try site(number).flags.count { !$0 })
    case .choice, .position, .other:
      throw .internal(stage: "inputs", "\(source) is no datum")
    }
  }

  private func site(_ number: Int) throws(NativeFailure) -> TrialSite {
    guard sites.indices.contains(number), let site = sites[number] else {
      throw .internal(stage: "inputs", "no site \(number)")
    }
    return site
  }

  private func part(_ values: [String: Value], _ path: [String]) throws(NativeFailure) -> Value {
    guard let name = path.first, let value = values[name]?.part(at: path.dropFirst()) else {
      throw .input("`\(path.joined(separator: "."))` is missing")
    }
    return value
  }

  private func native(_ value: Value) throws(NativeFailure) -> NativeValue {
    if let native = NativeValue(value) { return native }
    // An empty array of data arrives as an empty list.
    if (value.asObject as? ListObject)?.elements.isEmpty == true { return .reals([], [0]) }
    throw .input("a number or an array is needed, got \(value.kindDescription)")
  }

  private func size(_ value: Value, _ dimension: Int) throws(NativeFailure) -> NativeValue {
    if let array = value.asArray, array.shape.indices.contains(dimension) { return .int(array.shape[dimension]) }
    return .int(0)
  }

  /// All values of a site; those that are not observed are NaN, or 0 among whole numbers.
  private func observed(_ site: TrialSite) throws(NativeFailure) -> NativeValue {
    let values = site.flatValues { $0.isObserved }
    if site.shape.isEmpty {
      guard let first = values.first else { throw .internal(stage: "inputs", "\(site.pattern) has no value") }
      switch site.scalar {
      case .bool: return .bool(first != 0)
      case .int: return .int(Int(first))
      case .real: return .real(first)
      }
    }
    switch site.scalar {
    case .bool: return .bools(values.map { $0 != 0 }, site.shape)
    case .int: return .ints(values.map { $0.isNaN ? 0 : Int($0) }, site.shape)
    case .real: return .reals(values, site.shape)
    }
  }
}

extension TrialSite {
  /// True for observed elements, in row-major order of the site's shape.
  var flags: [Bool] {
    let block = valueShape.reduce(1, { $0 * $1 })
    var flags = [Bool](repeating: false, count: shape.reduce(1, { $0 * $1 }))
    for element in elements where element.isObserved {
      let start = position(of: element.indices) * block
      for offset in start..<(start + block) where flags.indices.contains(offset) { flags[offset] = true }
    }
    return flags
  }

  func position(of indices: [Int]) -> Int {
    zip(indices, indexShape).reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// The values of the elements that `isWanted`, NaN elsewhere, in row-major order.
  func flatValues(
    where isWanted: ((address: Address, indices: [Int], value: Value, isObserved: Bool)) -> Bool = { _ in true }
  ) -> [Double] {
    let block = valueShape.reduce(1, { $0 * $1 })
    var values = [Double](repeating: .nan, count: shape.reduce(1, { $0 * $1 }))
    for element in elements where isWanted(element) {
      let start = position(of: element.indices) * block
      if let array = element.value.asArray {
        for offset in 0..<min(array.count, block) where values.indices.contains(start + offset) {
          values[start + offset] = array.kind == .bool ? Double(array.storage[offset]) : array.real(offset)
        }
      } else if values.indices.contains(start) {
        switch element.value {
        case .bool(let b): values[start] = b ? 1 : 0
        default: values[start] = element.value.asReal ?? .nan
        }
      }
    }
    return values
  }
}
