// Calls of functions of the language from native code: primitives, distributions, integrators.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

extension MachineStorage {
  func call(_ function: FunctionID, _ arguments: [Value]) throws(Failure) -> Value {
    let base = top + 1
    try push(function, closure: nil, result: base - 1, base: base, flags: UInt32(BOREL_FRAME_BARRIER))
    for (index, argument) in arguments.enumerated() { registers[index] = Slot(owning: argument) }
    return try finishCall(base)
  }

  func call(_ method: FunctionID, of distribution: DistributionObject, _ x: Value?) throws(Failure) -> Value {
    let base = top + 1
    try push(method, closure: nil, result: base - 1, base: base, flags: UInt32(BOREL_FRAME_BARRIER))
    let registers = self.registers
    let count = distribution.argumentCount
    for index in 0..<count { registers[index] = Slot(owning: distribution.argument(index)) }
    if let x { registers[count] = Slot(owning: x) }
    return try finishCall(base)
  }

  func callValue(_ callee: Value, _ arguments: [Value]) throws(Failure) -> Value {
    guard let object = callee.asObject as? FunctionObject else { throw notCallable(callee) }
    let base = top + 1
    switch object.target {
    case .closure(let id):
      let expected = Int((program.raw.baseAddress.unsafelyUnwrapped + id.index).pointee.parameters)
      guard expected == arguments.count else { return try callLoosely(object, arguments) }
      // The result's slot keeps the closure alive meanwhile.
      try push(id, closure: object, result: base - 1, base: base, flags: UInt32(BOREL_FRAME_BARRIER))
      vm.pointee.stack[base - 1] = Slot(owning: callee)
      for (index, argument) in arguments.enumerated() { registers[index] = Slot(owning: argument) }
      return try finishCall(base)
    default: return try callLoosely(object, arguments)
    }
  }

  /// Runs the frame that has just been pushed and takes its result.
  func finishCall(_ base: Int) throws(Failure) -> Value {
    guard nesting < Self.maximumNesting else {
      unwind(to: vm.pointee.frame - 1, top: base - 1)
      throw Failure(
        .limit,
        Diagnostic(
          code: "depth-limit", "too many distributions and functions that need one another",
          at: location.span))
    }
    let outer = (vm.pointee.frame - 1) - vm.pointee.frames
    nesting += 1
    defer { nesting -= 1 }
    do throws(Failure) {
      _ = try execute()
    } catch {
      let failure = located(error)
      unwind(to: vm.pointee.frames + outer, top: base - 1)
      throw failure
    }
    let value = vm.pointee.stack[base - 1].takeValue()
    vm.pointee.stack[base - 1] = .null
    return value
  }

  /// Drops the frames above one, and everything in slots from `top` on.
  private func unwind(to outer: UnsafeMutablePointer<borel_frame>, top: Int) {
    for index in top..<max(top, self.top) {
      let slot = vm.pointee.stack[index]
      vm.pointee.stack[index] = .null
      slot.release()
    }
    vm.pointee.frame = outer
  }

  func notCallable(_ callee: Value) -> Failure {
    Failure(
      .user,
      Diagnostic(
        code: "not-callable", "\(callee.kindDescription) cannot be called",
        at: location.span(operand: 0) ?? location.span))
  }
}
