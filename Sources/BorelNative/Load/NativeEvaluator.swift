// One caller's evaluations of a compiled function: buffers and workspace, which after the first call are large enough.

import BorelIR
import CBorelNative

/// How an evaluation ended.
public enum NativeStatus: Int, Sendable {
  case ok
  /// A condition on a distribution's parameters does not hold.
  case badParameter
  case badIndex
  case badShape
  /// A matrix is singular or not positive definite.
  case routineFailed
  /// Any other failure of the program.
  case failed
  /// More memory is needed than there is.
  case outOfMemory
}

/// Memory for the arrays of an evaluation.
final class NativeWorkspace {
  private(set) var size = 0
  private var start: UnsafeMutableRawPointer?
  var state = borel_workspace(next: nil, end: nil, missing: 0)

  init(size: Int) { allocate(size) }
  deinit { start?.deallocate() }

  private func allocate(_ size: Int) {
    start?.deallocate()
    start = .allocate(byteCount: size, alignment: 64)
    self.size = size
    reset()
  }

  func reset() {
    let first = start?.assumingMemoryBound(to: CChar.self)
    state.next = first
    state.end = first.map { $0 + size }
  }

  /// A size for the next try: nil where no machine has that much.
  static func larger(than size: Int, missing: UInt) -> Int? {
    guard missing < 1 << 40, size < 1 << 40 else { return nil }
    return max(2 * size, size + (Int(missing) + 4095) / 4096 * 4096)
  }

  func grow() -> Bool {
    guard let larger = Self.larger(than: size, missing: state.missing) else { return false }
    allocate(larger)
    return true
  }
}

/// Evaluates one function of a model. Not to be shared by threads: make one per thread.
public final class NativeEvaluator {
  public let model: NativeModel
  private let function: Int
  private let run:
    @convention(c) (
      UnsafeMutableRawPointer?, UnsafePointer<UnsafeRawPointer?>?, UnsafeMutablePointer<Double>?,
      UnsafePointer<UnsafeMutableRawPointer?>?, UnsafeMutablePointer<borel_workspace>?
    ) -> Int
  private let workspace = NativeWorkspace(size: 1 << 12)
  private let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
  private let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let owned: [UnsafeMutableRawPointer]
  /// Numbers of elements.
  public let inputCounts: [Int]
  public let outputCounts: [Int]

  public init(_ model: NativeModel, function: Int) throws(NativeFailure) {
    guard model.module.source.functions.indices.contains(function), let run = model.module.functions[function].run
    else {
      throw .internal(stage: "evaluate", "there is no function \(function)")
    }
    self.model = model
    self.function = function
    self.run = run
    (inputCounts, outputCounts) = model.counts(of: function)
    inputs = .allocate(capacity: max(inputCounts.count, 1))
    inputs.initialize(repeating: nil, count: max(inputCounts.count, 1))
    outputs = .allocate(capacity: max(outputCounts.count, 1))
    outputs.initialize(repeating: nil, count: max(outputCounts.count, 1))
    owned = outputCounts.map { .allocate(byteCount: 8 * max($0, 1), alignment: 64) }
    for (place, buffer) in owned.enumerated() { outputs[place] = buffer }
  }

  deinit {
    inputs.deallocate()
    outputs.deallocate()
    for buffer in owned { buffer.deallocate() }
  }

  /// The dimension of the point at which the function is evaluated.
  public var dimension: Int { inputCounts.first ?? 0 }

  /// Evaluates at a point. The pointer must hold `dimension` elements; `gradient`, where given, takes the place of the first
  /// output's own buffer and must hold as many elements.
  @discardableResult
  public func evaluate(
    at position: UnsafePointer<Double>, value: inout Double, gradient: UnsafeMutablePointer<Double>? = nil
  ) -> NativeStatus {
    inputs[0] = UnsafeRawPointer(position)
    return evaluate(value: &value, firstOutput: gradient.map { UnsafeMutableRawPointer($0) })
  }

  /// Evaluates with one pointer for each input, in the order of `NativeSource.Function.inputs`; scalars by pointer as well.
  public func evaluate(
    inputs given: [UnsafeRawPointer], value: inout Double
  ) -> NativeStatus {
    guard given.count == inputCounts.count else { return .failed }
    for (place, pointer) in given.enumerated() { inputs[place] = pointer }
    return evaluate(value: &value, firstOutput: nil)
  }

  private func evaluate(value: inout Double, firstOutput: UnsafeMutableRawPointer?) -> NativeStatus {
    if let firstOutput, !owned.isEmpty { outputs[0] = firstOutput }
    defer { if firstOutput != nil, let first = owned.first { outputs[0] = first } }
    while true {
      workspace.reset()
      let status = run(model.memory, inputs, &value, outputs, &workspace.state)
      if status == Int(borel_needs_workspace) {
        if workspace.grow() { continue }
        return .outOfMemory
      }
      return NativeStatus(rawValue: status) ?? .failed
    }
  }

  // MARK: Outputs of the last evaluation

  public func reals(ofOutput place: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: owned[place].assumingMemoryBound(to: Double.self), count: outputCounts[place])
  }

  /// The elements of an output, Int and Bool as Real.
  public func realElements(ofOutput place: Int) -> [Double] {
    let count = outputCounts[place]
    switch model.module.source.functions[function].outputs[place].scalar {
    case .real: return Array(reals(ofOutput: place))
    case .int: return (0..<count).map { Double(owned[place].load(fromByteOffset: 8 * $0, as: Int.self)) }
    case .bool: return (0..<count).map { Double(owned[place].load(fromByteOffset: $0, as: UInt8.self)) }
    }
  }
}
