// `borel version`.

import ArgumentParser
import Borel

struct VersionCommand: Subcommand {
  static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

  @OptionGroup(visibility: .hidden) var messages: MessageOptions

  func run(_ console: Console) throws { console.output("borel \(borelVersion)\n") }
}
