// The stages of the pipeline that can be shown.

/// A form that a program takes on its way from text to running code.
public enum Stage: String, CaseIterable, Sendable {
  case tokens, ast, core, bytecode
}

/// The version of Borel.
public let borelVersion = "0.1.0"
