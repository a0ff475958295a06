// `borel explain`: what an error code means, what a function or distribution is, or what a program's models consist of.

import ArgumentParser
import Borel

struct ExplainCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Explain an error code, a function, a distribution, or the models of a file.",
    discussion: """
        borel explain unknown-name
        borel explain gamma
        borel explain schools.ppl
        borel explain schools.ppl --data schools.json
      """)

  @Argument(
    help: ArgumentHelp("A code, a name or a program; left out, lists what can be explained.", valueName: "subject"))
  var subject: String?

  @OptionGroup(title: "Data of a program, to learn where its model runs") var data: DataOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  func run(_ console: Console) throws {
    let session = Session(options: RunOptions())
    guard let subject else {
      console.output(session.documentationIndex)
      return
    }
    if subject.hasSuffix(".ppl") {
      console.output(try session.explanation(ofFile: subject))
      guard !data.data.isEmpty || !data.assignments.isEmpty else { return }
      let model = try Model(contentsOf: subject, named: data.model, options: RunOptions())
      console.output(try model.bind(files: data.data, assignments: data.assignments).backEndText())
    } else {
      console.output(try session.documentation(of: subject))
    }
  }
}
