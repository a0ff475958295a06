// A compiled model with its data: the struct that its functions read, filled and prepared once.

import BorelIR
import BorelRoutines

/// A compiled model with its data. Immutable, to be shared by threads; each caller evaluates with a `NativeEvaluator` of its own.
public final class NativeModel: @unchecked Sendable {
  public let module: NativeModule
  let memory: UnsafeMutableRawPointer
  private var blocks: [UnsafeMutableRawPointer] = []

  /// Binds the values that `value` gives for the sources of the inputs, and runs the preparations.
  public init(
    _ module: NativeModule, value: (LoopInput.Source) throws(NativeFailure) -> NativeValue
  ) throws(NativeFailure) {
    self.module = module
    memory = .allocate(byteCount: module.source.modelSize, alignment: 64)
    memory.initializeMemory(as: UInt8.self, repeating: 0, count: module.source.modelSize)
    memory.storeBytes(of: borel_standard_runtime(), as: UnsafePointer<borel_runtime>?.self)
    let fields = module.source.fields
    var shapes: [Int: [Int]] = [:]
    var scalars: [Int: Int] = [:]
    for (place, field) in fields.enumerated() where !field.isPrepared && place != module.source.dimensionField {
      let value = try value(field.source)
      guard let bits = value.bits(field.scalar) else {
        throw .input("`\(field.name)` needs \(field.scalar.rawValue) values")
      }
      let place8 = memory + field.offset
      if let shape = value.shape {
        guard shape.count == field.rank, shape.allSatisfy({ $0 >= 0 }), shape.reduce(1, *) == bits.count else {
          throw .input("`\(field.name)` needs an array of \(field.rank) dimensions")
        }
        shapes[place] = shape
        place8.storeBytes(of: store(bits, as: field.scalar), as: UnsafeMutableRawPointer.self)
      } else {
        guard field.rank == 0, let first = bits.first else { throw .input("`\(field.name)` needs an array") }
        if field.scalar == .bool {
          place8.storeBytes(of: UInt8(truncatingIfNeeded: first), as: UInt8.self)
        } else {
          place8.storeBytes(of: first, as: UInt64.self)
          if field.scalar == .int { scalars[place] = Int(Int64(bitPattern: first)) }
        }
      }
    }
    for (place, field) in fields.enumerated() {
      guard let shape = shapes[place] else { continue }
      for (dimension, size) in field.sizes.enumerated() {
        let wanted: Int? =
          switch size {
          case .constant(let n): n
          case .field(let other): scalars[other]
          case nil: nil
          }
        if let wanted, shape[dimension] != wanted {
          throw .input("`\(field.name)` has size \(shape[dimension]) in dimension \(dimension + 1), not \(wanted)")
        }
      }
    }
    if let field = module.source.dimensionField, let count = module.dimension {
      let dimension = count(memory)
      guard dimension >= 0 else { throw .input("the model has \(dimension) dimensions") }
      memory.storeBytes(of: dimension, toByteOffset: fields[field].offset, as: Int.self)
    }
    try prepare()
  }

  deinit {
    memory.deallocate()
    for block in blocks { block.deallocate() }
  }

  /// Copies elements to memory of the model's own.
  private func store(_ bits: [UInt64], as scalar: LoopScalar) -> UnsafeMutableRawPointer {
    let width = scalar == .bool ? 1 : 8
    let block = UnsafeMutableRawPointer.allocate(byteCount: max(bits.count * width, 64), alignment: 64)
    blocks.append(block)
    if scalar == .bool {
      for (place, bit) in bits.enumerated() {
        block.storeBytes(of: UInt8(truncatingIfNeeded: bit), toByteOffset: place, as: UInt8.self)
      }
    } else {
      bits.withUnsafeBytes { bytes in
        if let start = bytes.baseAddress { block.copyMemory(from: start, byteCount: bytes.count) }
      }
    }
    return block
  }

  /// Runs the preparations; their arrays stay in the workspace, which the model keeps.
  private func prepare() throws(NativeFailure) {
    for (place, function) in module.source.functions.enumerated() where function.isPreparation {
      var size = 1 << 12
      while true {
        let block = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64)
        let start = block.assumingMemoryBound(to: CChar.self)
        var workspace = borel_workspace(next: start, end: start + size, missing: 0)
        var value = 0.0
        let status = module.functions[place].run(memory, nil, &value, nil, &workspace)
        if status == Int(borel_needs_workspace) {
          block.deallocate()
          guard let larger = NativeWorkspace.larger(than: size, missing: workspace.missing) else {
            throw .system("out of memory")
          }
          size = larger
          continue
        }
        blocks.append(block)
        guard let status = NativeStatus(rawValue: status), status == .ok else {
          throw .input("the data do not fit the model: \(NativeStatus(rawValue: status) ?? .failed)")
        }
        break
      }
    }
  }

  /// Numbers of elements of the inputs, then of the outputs, of a function.
  func counts(of function: Int) -> (inputs: [Int], outputs: [Int]) {
    let info = module.source.functions[function]
    var counts = [Int](repeating: 1, count: info.inputs.count + info.outputs.count + 1)
    _ = module.functions[function].sizes(memory, &counts)
    return (
      Array(counts[..<info.inputs.count]), Array(counts[info.inputs.count..<(info.inputs.count + info.outputs.count)])
    )
  }
}
