// `borel compile`: writes a model as a shared library that BridgeStan's clients can load.

import ArgumentParser
import Borel

struct CompileCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "compile", abstract: "Compile a model to a shared library with BridgeStan's C interface.",
    discussion: """
      The data tell the types of the arguments and which variables are observed; the library reads data of the same names \
      and types from JSON when a client constructs the model.

        borel compile schools.ppl --data schools.json --output schools_model.so
      """)

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(name: [.short, .long], help: ArgumentHelp("Where the library goes.", valueName: "file"))
  var output: String

  @Option(help: ArgumentHelp("Where the interface's C header goes, for clients in C.", valueName: "file"))
  var header: String?

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, seed: nil, threads: 0)
    if try shell.dump(program) { return }
    try shell.model(of: program, data).writeLibrary(to: output)
    if let header { try BoundModel.writeLibraryHeader(to: header) }
  }
}
