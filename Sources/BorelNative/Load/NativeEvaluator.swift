// One caller's evaluations of a compiled function: buffers and workspace, which after the first call are large enough.

import BorelIR
import BorelRoutines

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
  /// A system of differential equations could not be solved to the tolerance.
  case notIntegrated
}

/// Memory for the arrays of an evaluation.
///
/// A call takes as long as a small density, so what it touches lies in one block behind a pointer that never changes: no
/// reference is counted and no access has to be checked for others.
struct NativeWorkspace {
  private struct State {
    var workspace: borel_workspace
    var start: UnsafeMutablePointer<CChar>
    var size: Int
  }
  private let state: UnsafeMutablePointer<State>

  init(size: Int) {
    state = .allocate(capacity: 1)
    state.initialize(
      to: State(workspace: borel_workspace(next: nil, end: nil, missing: 0), start: Self.memory(size), size: size))
  }

  func deallocate() {
    state.pointee.start.deallocate()
    state.deallocate()
  }

  private static func memory(_ size: Int) -> UnsafeMutablePointer<CChar> {
    UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 64).assumingMemoryBound(to: CChar.self)
  }

  /// All of the memory, free.
  @inline(__always)
  func reset() -> UnsafeMutablePointer<borel_workspace> {
    state.pointee.workspace.next = state.pointee.start
    state.pointee.workspace.end = state.pointee.start + state.pointee.size
    return UnsafeMutableRawPointer(state).assumingMemoryBound(to: borel_workspace.self)
  }

  /// A size for the next try: nil where no machine has that much.
  static func larger(than size: Int, missing: UInt) -> Int? {
    guard missing < 1 << 40, size < 1 << 40 else { return nil }
    return max(2 * size, size + (Int(missing) + 4095) / 4096 * 4096)
  }

  func grow() -> Bool {
    guard let larger = Self.larger(than: state.pointee.size, missing: state.pointee.workspace.missing) else {
      return false
    }
    state.pointee.start.deallocate()
    state.pointee.start = Self.memory(larger)
    state.pointee.size = larger
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
  private let memory: UnsafeMutableRawPointer
  private let workspace = NativeWorkspace(size: 1 << 12)
  private let inputs: UnsafeMutablePointer<UnsafeRawPointer?>
  /// Where the pointer of the point stands: behind the others for a function without one.
  private let position: UnsafeMutablePointer<UnsafeRawPointer?>
  private let outputs: UnsafeMutablePointer<UnsafeMutableRawPointer?>
  private let owned: [UnsafeMutableRawPointer]
  private let firstOwned: UnsafeMutableRawPointer?
  /// Numbers of elements.
  public let inputCounts: [Int]
  public let outputCounts: [Int]
  /// Which input is the point at which the function is evaluated.
  public let positionPlace: Int?

  public init(_ model: NativeModel, function: Int) throws(NativeFailure) {
    guard model.module.source.functions.indices.contains(function), let run = model.module.functions[function].run
    else {
      throw .internal(stage: "evaluate", "there is no function \(function)")
    }
    self.model = model
    self.function = function
    self.run = run
    memory = model.memory
    (inputCounts, outputCounts) = model.counts(of: function)
    inputs = .allocate(capacity: inputCounts.count + 1)
    inputs.initialize(repeating: nil, count: inputCounts.count + 1)
    positionPlace = model.module.source.functions[function].inputs.firstIndex { $0.source == .position }
    position = inputs + (positionPlace ?? inputCounts.count)
    outputs = .allocate(capacity: max(outputCounts.count, 1))
    outputs.initialize(repeating: nil, count: max(outputCounts.count, 1))
    owned = outputCounts.map { .allocate(byteCount: 8 * max($0, 1), alignment: 64) }
    firstOwned = owned.first
    for (place, buffer) in owned.enumerated() { outputs[place] = buffer }
  }

  deinit {
    workspace.deallocate()
    inputs.deallocate()
    outputs.deallocate()
    for buffer in owned { buffer.deallocate() }
  }

  /// The dimension of the point at which the function is evaluated; 0 for a function without one.
  public var dimension: Int { positionPlace.map { inputCounts[$0] } ?? 0 }

  /// Sets where an input other than the point is read, a scalar as well, in every evaluation to come.
  public func setInput(_ place: Int, to pointer: UnsafeRawPointer) {
    inputs[place] = pointer
  }

  /// Evaluates at a point, with the other inputs as they were set. The pointer must hold `dimension` elements; `gradient`, where
  /// given, takes the place of the first output's own buffer and must hold as many elements.
  @discardableResult
  public func evaluate(
    at position: UnsafePointer<Double>, value: inout Double, gradient: UnsafeMutablePointer<Double>? = nil
  ) -> NativeStatus {
    self.position.pointee = UnsafeRawPointer(position)
    return evaluate(value: &value, firstOutput: gradient.map { UnsafeMutableRawPointer($0) })
  }

  /// Evaluates with one pointer for each input, in the order of `NativeSource.Function.inputs`; scalars by pointer as well.
  /// Where the workspace turns out to be too small, the function starts again: `restart` puts back what it has changed.
  public func evaluate(
    inputs given: [UnsafeRawPointer], value: inout Double, restart: () -> Void = {}
  ) -> NativeStatus {
    guard given.count == inputCounts.count else { return .failed }
    for (place, pointer) in given.enumerated() { inputs[place] = pointer }
    return evaluate(value: &value, firstOutput: nil, restart: restart)
  }

  @inline(__always)
  private func evaluate(
    value: inout Double, firstOutput: UnsafeMutableRawPointer?, restart: () -> Void = {}
  ) -> NativeStatus {
    if let firstOwned { outputs[0] = firstOutput ?? firstOwned }
    let status = run(memory, inputs, &value, outputs, workspace.reset())
    return status == 0 ? .ok : evaluateAgain(status, &value, restart)
  }

  /// The status of an evaluation that has not succeeded, with more memory where that was missing.
  @inline(never)
  private func evaluateAgain(_ first: Int, _ value: inout Double, _ restart: () -> Void) -> NativeStatus {
    var status = first
    while status == Int(borel_needs_workspace) {
      guard workspace.grow() else { return .outOfMemory }
      restart()
      status = run(memory, inputs, &value, outputs, workspace.reset())
    }
    return NativeStatus(rawValue: status) ?? .failed
  }

  // MARK: Outputs of the last evaluation

  public func reals(ofOutput place: Int) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: owned[place].assumingMemoryBound(to: Double.self), count: outputCounts[place])
  }

  /// True where an output holds Reals, which `reals` gives without a copy.
  public func isReal(output place: Int) -> Bool {
    model.module.source.functions[function].outputs[place].scalar == .real
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
