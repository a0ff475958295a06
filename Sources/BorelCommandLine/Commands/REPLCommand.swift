// `borel repl`: the interactive session.

import ArgumentParser
import Borel
import BorelREPL

struct REPLCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "repl", abstract: "Type statements and expressions.",
    discussion: """
      With a terminal, lines can be edited, names complete with Tab, and inputs are remembered between sessions. Without one, inputs are
      read from standard input and the exit code is 1 when one of them failed.
      """)

  @Argument(help: ArgumentHelp("Programs to run first.", valueName: "file"))
  var files: [String] = []

  @OptionGroup(title: "Randomness") var random: RandomOptions
  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, random: random)
    let isInteractive = console.inputIsTerminal && console.outputIsTerminal
    let session = Session(options: shell.options)
    for file in files { try session.load(file) }
    let names = CompletionSource()
    let lines: any LineSource =
      isInteractive
      ? TerminalLines(historyPath: historyPath()) { names.completions(of: $1, after: $0) } : PipedLines()
    let repl = REPL(
      session: session, lines: lines, names: names, color: console.usesColor(messages.color),
      write: { console.output($0) }, complain: { console.message($0) })
    // Ctrl-C stops an input that runs, not the session.
    repl.aroundInput = { input in
      Interrupt.installForInput()
      defer {
        Interrupt.uninstall()
        console.progress("")
      }
      input()
    }
    repl.run()
    if repl.hasFailed, !isInteractive { throw Exit(.failure) }
  }
}
