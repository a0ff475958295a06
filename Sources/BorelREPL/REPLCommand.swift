// The commands that start with a colon, as a table: help, completion and lookup all read it.

import Borel

/// The error of a command that was given too little.
private func usage(_ message: String) -> BorelError {
  BorelError(.program, [Diagnostic(code: "usage", message, hint: ":help lists the commands")])
}

/// One command of the loop.
struct REPLCommand: Sendable {
  enum Outcome {
    case text(String)
    case quit
  }

  let name: String
  /// What stands behind the name in the help, such as `FILE`.
  let argument: String
  let summary: String
  let perform: @Sendable (Session, String) throws(BorelError) -> Outcome

  static let all: [REPLCommand] = [
    REPLCommand(name: "help", argument: "", summary: "this list") { (_, _) throws(BorelError) in .text(help) },
    REPLCommand(
      name: "load", argument: "FILE", summary: "run a file; its definitions stay"
    ) { (session, path) throws(BorelError) in
      guard !path.isEmpty else { throw usage(":load needs the name of a file") }
      return .text(try session.load(path).text ?? "")
    },
    REPLCommand(
      name: "type", argument: "EXPRESSION", summary: "what kind of value it is, and its shape"
    ) { (session, text) throws(BorelError) in
      guard !text.isEmpty else { throw usage(":type needs an expression") }
      return .text(try session.kind(of: text))
    },
    REPLCommand(
      name: "doc", argument: "NAME", summary: "what a function, distribution or error code is; also ?NAME"
    ) { (session, name) throws(BorelError) in
      guard !name.isEmpty else { throw usage(":doc needs a name") }
      return .text(try session.documentation(of: name))
    },
    REPLCommand(
      name: "dump", argument: "STAGE TEXT", summary: "show a stage of the pipeline: tokens, ast, core or bytecode"
    ) { (session, text) throws(BorelError) in
      let parts = text.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let stage = Stage(rawValue: String(parts[0])) else {
        throw usage(
          ":dump needs a stage (\(Stage.allCases.map(\.rawValue).joined(separator: ", "))) and a text")
      }
      return .text(try session.dump(stage, of: String(parts[1])))
    },
    REPLCommand(name: "reset", argument: "", summary: "forget everything") { (session, _) throws(BorelError) in
      session.reset()
      return .text("")
    },
    REPLCommand(name: "quit", argument: "", summary: "leave; so does the end of input") {
      (_, _) throws(BorelError) in .quit
    },
  ]

  private static var help: String {
    let heads = all.map { ":\($0.name) \($0.argument)" }
    let width = heads.map(\.count).max() ?? 0
    let rows = zip(heads, all).map { head, command in
      "  " + head + String(repeating: " ", count: width - head.count + 2) + command.summary
    }
    return """
      Type statements and expressions; the value of an expression is shown unless the input ends with `;`.
      An input goes on over several lines until it is complete; a blank line ends it. Tab completes names.
      Commands can be shortened:
      \(rows.joined(separator: "\n"))
      """
  }
}
