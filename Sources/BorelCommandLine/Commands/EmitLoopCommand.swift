// `borel emit-loop`: prints the typed intermediate form of a model for its data.

import ArgumentParser
import Borel

struct EmitLoopCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "emit-loop", abstract: "Print a model in LoopIR, the typed form that native code is made of.",
    discussion: "The data give the types of the arguments and tell which variables are observed.")

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Option(
    help: ArgumentHelp(
      "After which pass: \(LoopStage.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "stage"))
  var stage = LoopStage.specialised

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, seed: nil, threads: 0)
    if try shell.dump(program) { return }
    console.output(try shell.model(of: program, data).loopText(stage))
  }
}

extension LoopStage: ExpressibleByArgument {}
