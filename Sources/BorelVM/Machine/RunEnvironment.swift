// What a machine runs in: the program, the globals it sees, its host and its limits.

import BorelSemantics
import BorelSource

/// Everything around a machine. A value: whoever starts another machine for the same program passes it on.
public struct RunEnvironment: Sendable {
  public var program: CompiledProgram
  public var globals: Globals
  public var host: (any Host)?
  public var limits: Limits
  /// Read now and then; a value other than 0 stops the machine with the code `interrupted`.
  public var interruption: InterruptionFlag?
  /// What host calls of this machine are told.
  public var context: HostContext

  public init(
    program: CompiledProgram, globals: Globals? = nil, host: (any Host)? = nil, limits: Limits = Limits(),
    interruption: InterruptionFlag? = nil, context: HostContext = HostContext(isInsideInference: false, depth: 0)
  ) {
    self.program = program
    self.globals = globals ?? Globals(count: program.core.globals.count)
    self.host = host
    self.limits = limits
    self.interruption = interruption
    self.context = context
  }
}

/// A number in memory that a signal handler sets; the memory must outlive all machines.
public struct InterruptionFlag: @unchecked Sendable {
  let pointer: UnsafePointer<Int32>
  public init(_ pointer: UnsafePointer<Int32>) { self.pointer = pointer }
  public var isSet: Bool { pointer.pointee != 0 }
}
