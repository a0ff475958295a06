// Why there is no native code for a program.

import BorelSource

/// A program that has no native form, or a machine that cannot make one.
public enum NativeFailure: Error, Sendable {
  /// The program uses what LoopIR's C form does not have: it runs on the virtual machine.
  case unsupported(String, Span?)
  /// No C compiler was found; the programs that were looked for.
  case noCompiler(searched: [String])
  /// The compiler could not be run, or the result could not be stored or loaded.
  case system(String)
  /// The inputs do not fit the program.
  case input(String)
  /// A fault of ours, with the stage it came up in.
  case `internal`(stage: String, String)

  public var diagnostic: Diagnostic {
    switch self {
    case .unsupported(let message, let span):
      Diagnostic(code: "not-native", message, at: span)
    case .noCompiler(let searched):
      Diagnostic(
        code: "no-c-compiler", "no C compiler was found; looked for \(searched.joined(separator: ", "))",
        hint: "install gcc or clang, or name one in the environment variable CC")
    case .system(let message): Diagnostic(code: "native-code", message)
    case .input(let message): Diagnostic(code: "native-input", message)
    case .internal(let stage, let message):
      Diagnostic(code: "internal", "internal error, please report (native code, \(stage)): \(message)")
    }
  }
}
