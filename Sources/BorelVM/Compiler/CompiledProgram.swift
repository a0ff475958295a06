// A Core program in bytecode; it grows with the program and keeps what is compiled.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues
import CBorelVM

/// The bytecode of a whole program with the tables of its models and distributions. Immutable and shared by all machines.
public final class CompiledProgram: @unchecked Sendable {
  public let core: CoreProgram
  public let tables: ModelTables
  let functions: [CompiledFunction]
  let raw: UnsafeMutableBufferPointer<borel_function>

  /// Compiles a program; with `previous`, only what it has beyond that one.
  public init(_ core: CoreProgram, extending previous: CompiledProgram? = nil) throws(Failure) {
    self.core = core
    var tables = previous?.tables ?? ModelTables()
    tables.extend(to: core)
    self.tables = tables
    var functions = previous?.functions ?? []
    functions.reserveCapacity(core.functions.count)
    for index in functions.count..<max(core.functions.count, functions.count) {
      functions.append(try FunctionCompiler.compile(FunctionID(index), in: core))
    }
    self.functions = functions
    raw = .allocate(capacity: max(functions.count, 1))
    for (index, function) in functions.enumerated() {
      (raw.baseAddress.unsafelyUnwrapped + index).initialize(to: function.raw)
    }
  }

  deinit { raw.deallocate() }

  /// The compiled function that a frame runs.
  func function(of frame: UnsafePointer<borel_frame>) -> CompiledFunction {
    let index = frame.pointee.function - UnsafePointer(raw.baseAddress.unsafelyUnwrapped)
    return functions[index]
  }
}
