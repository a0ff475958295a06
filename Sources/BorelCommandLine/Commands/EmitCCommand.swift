// `borel emit-c`: prints the C that a model compiles to.

import ArgumentParser
import Borel

struct EmitCCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "emit-c", abstract: "Print the C that a model compiles to.",
    discussion: "The data give the types of the arguments and tell which variables are observed.")

  @OptionGroup var program: ProgramOptions
  @OptionGroup(title: "Data") var data: DataOptions

  @Flag(help: "Compare log densities and gradients of both back ends, and differences, at random points instead.")
  var compare = false

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, seed: nil, threads: 0)
    if try shell.dump(program) { return }
    let model = try shell.model(of: program, data)
    guard compare else {
      console.output(try model.cText())
      return
    }
    for (machine, native) in try model.compareBackEnds(draws: 10, seed: 1) {
      console.output("\(machine) \(native) \(abs(machine - native) / max(1, abs(machine)))\n")
    }
    let (error, dimension) = try model.nativeDensity().gradientError(seed: 1)
    let machine = try model.compareGradients(seed: 1)
    console.output("gradient of \(dimension) dimensions: \(error) from differences")
    console.output(
      ", \(machine.native ?? .nan) from that of the virtual machine, which is \(machine.differences) from differences\n"
    )
  }
}
