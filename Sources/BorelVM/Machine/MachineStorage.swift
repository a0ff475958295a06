// The state of a machine: the register stack, the frames, and the loop around the C core.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

/// Registers and frames live in memory of their own. Slots above the top hold no objects.
final class MachineStorage: @unchecked Sendable {
  enum State {
    case ready
    /// At an instruction that waits for a value.
    case waiting(PendingChoice)
    case finished(Value)
    case failed(Failure)
  }

  let environment: RunEnvironment
  let program: CompiledProgram
  let vm: UnsafeMutablePointer<borel_vm>
  /// Three slots in which operands from different places are brought together.
  let scratch: UnsafeMutablePointer<Slot>
  var globals: Globals
  var models = ModelContext()
  /// The stream that draws are taken from.
  let stream: UnsafeMutablePointer<RandomStream>
  var random: RandomStream {
    get { stream.pointee }
    set { stream.pointee = newValue }
  }
  var state = State.ready
  /// What a run that asks for derivatives records; nil in ordinary runs.
  var tape: Tape? {
    didSet {
      vm.pointee.tape = tape?.raw
      if tape != nil { vm.pointee.derivatives = UnsafePointer(TapeDerivatives.shared.table) }
    }
  }
  /// The log weight of the factor that the machine has stopped at, with its node.
  var factorWeight = Dual(0)
  /// A product that is made element by element while its instruction waits.
  var elementwise: ElementwiseChoice?
  /// Steps that are not yet in `vm.budget`.
  private var stepsLeft: Int
  /// Bytes allocated since the last count of what is alive, that count included.
  var allocatedBytes = 0
  /// Calls from native code into the loop that are active.
  var nesting = 0
  var isInsideMethod: Bool { nesting > 0 }
  /// The effect or value that a handler has produced.
  var effect: Stop?
  /// The register that gets the value that is waited for.
  var waitingRegister: UInt16 = 0

  /// Steps between two looks at limits and interruption.
  private static let chunk = 1 << 14
  /// Native calls into the loop inside one another: distributions in conditions of distributions and so on.
  static let maximumNesting = 100

  init(_ environment: RunEnvironment) {
    self.environment = environment
    program = environment.program
    globals =
      environment.globals.count < program.core.globals.count
      ? environment.globals.copy(count: program.core.globals.count) : environment.globals
    stepsLeft = environment.limits.steps
    vm = .allocate(capacity: 1)
    vm.initialize(to: borel_vm())
    stream = .allocate(capacity: 1)
    stream.initialize(to: RandomStream(seed: 0))
    scratch = .allocate(capacity: 4)
    scratch.initialize(repeating: .null, count: 4)
    allocateStack(slots: 64, frames: 8)
    vm.pointee.functions = UnsafePointer(program.raw.baseAddress)
    vm.pointee.layout = ObjectLayout.shared
    vm.pointee.array_tag = ObjectLayout.arrayTag
    vm.pointee.traced_array = ObjectLayout.tracedArray
    vm.pointee.real1 = UnsafePointer(RealFunctionTables.shared.one)
    vm.pointee.real2 = UnsafePointer(RealFunctionTables.shared.two)
    vm.pointee.real3 = UnsafePointer(RealFunctionTables.shared.three)
    vm.pointee.frame = vm.pointee.frames
    useGlobals()
  }

  deinit {
    let top = self.top
    for index in 0..<top { vm.pointee.stack[index].release() }
    vm.pointee.stack.deallocate()
    vm.pointee.frames.deallocate()
    vm.deallocate()
    scratch.deallocate()
    stream.deallocate()
  }

  /// A copy that shares all objects.
  func fork() -> MachineStorage {
    let copy = MachineStorage(environment)
    let frameCount = vm.pointee.frame - vm.pointee.frames + 1
    let top = self.top
    copy.vm.pointee.stack.deallocate()
    copy.vm.pointee.frames.deallocate()
    copy.allocateStack(slots: max(64, top + top / 4 + 16), frames: max(8, frameCount + 4))
    for index in 0..<top {
      let slot = vm.pointee.stack[index]
      slot.retain()
      copy.vm.pointee.stack[index] = slot
    }
    copy.vm.pointee.frames.update(from: vm.pointee.frames, count: frameCount)
    copy.vm.pointee.frame = copy.vm.pointee.frames + (frameCount - 1)
    copy.vm.pointee.budget = vm.pointee.budget
    copy.globals = globals
    copy.useGlobals()
    copy.models = models
    copy.random = random
    copy.state = state
    copy.tape = tape
    copy.elementwise = elementwise
    copy.waitingRegister = waitingRegister
    copy.stepsLeft = stepsLeft
    copy.allocatedBytes = allocatedBytes
    return copy
  }

  private func allocateStack(slots: Int, frames: Int) {
    let stack = UnsafeMutablePointer<Slot>.allocate(capacity: slots)
    stack.initialize(repeating: .null, count: slots)
    vm.pointee.stack = stack
    vm.pointee.stack_end = stack + slots
    vm.pointee.frames = .allocate(capacity: frames)
    vm.pointee.frames.initialize(repeating: borel_frame(), count: frames)
    vm.pointee.frames_end = vm.pointee.frames + frames
  }

  func useGlobals() {
    vm.pointee.globals = globals.slots
    vm.pointee.globals_object = Unmanaged.passUnretained(globals).toOpaque()
  }

  // MARK: Registers

  var frame: UnsafeMutablePointer<borel_frame> { vm.pointee.frame }
  var isAtBottom: Bool { vm.pointee.frame == vm.pointee.frames }

  /// The first slot above everything in use. The bottom frame is a sentinel with one slot, for the result.
  var top: Int { isAtBottom ? 1 : Int(frame.pointee.base) + Int(frame.pointee.function.pointee.registers) }

  /// The registers of the running frame.
  var registers: UnsafeMutablePointer<Slot> { vm.pointee.stack + Int(frame.pointee.base) }

  func register(_ index: UInt16) -> UnsafeMutablePointer<Slot> { registers + Int(index) }

  var function: CompiledFunction { program.function(of: frame) }

  /// The place of the instruction that is being performed.
  var location: CodeLocation {
    guard !isAtBottom else { return .none }
    let function = self.function
    return CodeLocation(
      spans: function.spans, instruction: frame.pointee.pc - UnsafePointer(function.code.baseAddress.unsafelyUnwrapped))
  }

  /// Puts a value with its reference into a register.
  func put(_ value: Value, _ index: UInt16) {
    let slot = register(index)
    let old = slot.pointee
    slot.pointee = Slot(owning: value)
    old.release()
  }

  /// Empties a register.
  func clear(_ index: Int) {
    let slot = registers + index
    let old = slot.pointee
    slot.pointee = .null
    old.release()
  }

  /// Empties an operand where it is a temporary.
  func consume(_ index: UInt16, keeping target: UInt16) {
    if index != target, Int(index) >= function.localCount { clear(Int(index)) }
  }

  // MARK: Calls

  func start(_ function: FunctionID, _ arguments: [Value]) {
    do throws(Failure) {
      try push(function, closure: nil, result: 0, base: 1, flags: UInt32(BOREL_FRAME_BARRIER))
      for (index, argument) in arguments.enumerated() { registers[index] = Slot(owning: argument) }
    } catch {
      state = .failed(error)
    }
  }

  /// Pushes a frame; the slots from `base` on must hold the arguments or nothing.
  func push(_ id: FunctionID, closure: FunctionObject?, result: Int, base: Int, flags: UInt32) throws(Failure) {
    let function = program.raw.baseAddress.unsafelyUnwrapped + id.index
    try ensureStack(base + Int(function.pointee.registers))
    try ensureFrame()
    vm.pointee.frame += 1
    frame.pointee = borel_frame(
      function: UnsafePointer(function), pc: function.pointee.code,
      closure: closure.flatMap { $0.state.map { UnsafePointer($0) } },
      base: UInt32(base), result: UInt32(result), flags: flags,
      closure_object: closure.map { Unmanaged.passUnretained($0).toOpaque() })
  }

  /// Makes the stack at least this large.
  func ensureStack(_ slots: Int) throws(Failure) {
    let capacity = vm.pointee.stack_end - vm.pointee.stack
    guard slots > capacity else { return }
    guard slots * MemoryLayout<Slot>.stride < environment.limits.memory else {
      throw Limits.memoryFailure(elements: slots * 2, at: location.span)
    }
    let larger = max(slots, capacity * 2)
    let moved = UnsafeMutablePointer<Slot>.allocate(capacity: larger)
    moved.initialize(repeating: .null, count: larger)
    moved.update(from: vm.pointee.stack, count: capacity)
    vm.pointee.stack.deallocate()
    vm.pointee.stack = moved
    vm.pointee.stack_end = moved + larger
  }

  private func ensureFrame() throws(Failure) {
    guard vm.pointee.frame + 1 == vm.pointee.frames_end else { return }
    let count = vm.pointee.frames_end - vm.pointee.frames
    guard count <= environment.limits.depth else { throw depthFailure() }
    let larger = min(count * 2, environment.limits.depth + 1)
    let moved = UnsafeMutablePointer<borel_frame>.allocate(capacity: larger)
    moved.initialize(repeating: borel_frame(), count: larger)
    moved.update(from: vm.pointee.frames, count: count)
    vm.pointee.frames.deallocate()
    vm.pointee.frames = moved
    vm.pointee.frame = moved + (count - 1)
    vm.pointee.frames_end = moved + larger
  }

  private func depthFailure() -> Failure {
    Failure(
      .limit,
      Diagnostic(
        code: "depth-limit", "too many calls inside one another: the limit is \(environment.limits.depth)",
        at: location.span,
        hint: "a recursion without end? Check the case that stops it; the limit is set with `--max-depth`"))
  }

  // MARK: Running

  /// What `run()` returns without running.
  var restingStop: Stop? {
    switch state {
    case .ready: nil
    case .waiting: .choice
    case .finished(let value): .finished(value)
    case .failed(let failure): .failed(failure)
    }
  }

  var pending: PendingChoice? {
    if case .waiting(let pending) = state { pending } else { nil }
  }

  func fail(_ failure: Failure) { state = .failed(failure) }

  func run() -> Stop {
    do throws(Failure) {
      if let stop = try execute() { return stop }
      let value = vm.pointee.stack[0].takeValue()
      vm.pointee.stack[0] = .null
      state = .finished(value)
      return .finished(value)
    } catch {
      let failure = located(error)
      state = .failed(failure)
      return .failed(failure)
    }
  }

  /// Runs until a frame with a barrier returns (nil) or an effect stops it.
  func execute() throws(Failure) -> Stop? {
    while true {
      switch tape == nil ? borel_vm_run(vm) : borel_vm_run_traced(vm) {
      case BOREL_INSTRUCTION:
        let instruction = frame.pointee.pc.pointee
        switch try Handlers.table[Int(instruction.operation)](self, instruction) {
        case .advance: frame.pointee.pc += 1
        case .jump(let offset): frame.pointee.pc += offset
        case .entered: break
        case .stopped:
          guard nesting == 0 else { throw effectInMethod() }
          let stop = effect
          effect = nil
          return stop
        }
      case BOREL_RETURNED: return nil
      case BOREL_LEAVING_SCOPE:
        let result = register(frame.pointee.pc.pointee.a)
        try models.leave(with: result.pointee.value)
        frame.pointee.flags &= ~UInt32(BOREL_FRAME_SCOPE)
      case BOREL_STACK_FULL:
        try ensureStack((vm.pointee.stack_end - vm.pointee.stack) + Int(UInt16.max) + 2)
      case BOREL_FRAMES_FULL: try ensureFrame()
      default: try refillBudget()
      }
    }
  }

  func effectInMethod() -> Failure {
    Failure(
      .user,
      Diagnostic(
        code: "effect-in-method", "random choices are not possible here: this function is called by a distribution",
        at: location.span))
  }

  private func refillBudget() throws(Failure) {
    if let flag = environment.interruption, flag.isSet {
      throw Failure(.limit, Diagnostic(code: "interrupted", "interrupted", at: location.span))
    }
    guard stepsLeft > 0 else {
      throw Failure(
        .limit,
        Diagnostic(
          code: "step-limit", "the limit of \(environment.limits.steps) steps is reached", at: location.span,
          hint: "a loop without end? Steps are passes of loops and calls; the limit is set with `--max-steps`"))
    }
    let portion = min(Self.chunk, stepsLeft)
    stepsLeft -= portion
    vm.pointee.budget = Int64(portion)
  }

  // MARK: Failures

  /// A failure with a place and the calls that led to it.
  func located(_ failure: Failure) -> Failure {
    var failure = failure
    if failure.diagnostic.primary == nil, let span = location.span { failure.diagnostic.primary = .init(span) }
    if failure.diagnostic.calls.isEmpty { failure.diagnostic.calls = callStack() }
    return failure
  }

  /// Unfinished calls of functions and models, innermost first; long recursions are cut.
  private func callStack() -> [Diagnostic.Call] {
    var calls: [Diagnostic.Call] = []
    var current = frame
    while current != vm.pointee.frames, calls.count < 8 {
      let function = program.function(of: current)
      let caller = current - 1
      var span: Span?
      if caller != vm.pointee.frames {
        let code = program.function(of: caller)
        // The caller's counter stands behind the call, or at an instruction that is not yet done.
        let position = caller.pointee.pc - UnsafePointer(code.code.baseAddress.unsafelyUnwrapped)
        let isBehind = current.pointee.flags & UInt32(BOREL_FRAME_BARRIER) == 0
        span = code.spans.span(isBehind ? position - 1 : position)
      }
      if let text = Self.describe(function) { calls.append(.init(text, span)) }
      current -= 1
    }
    return calls
  }

  private static func describe(_ function: CompiledFunction) -> String? {
    switch function.kind {
    case .script: nil
    case .function: "function \(function.name)"
    case .model: "model \(function.name)"
    case .lambda: "a function value"
    case .method: function.name.isEmpty ? nil : function.name
    case .defaultValue: "a default argument"
    }
  }
}
