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
      let hasData = !data.data.isEmpty || !data.assignments.isEmpty
      let canTell = try !hasData && session.holdsDefinitionsOnly(subject)
      let model = !canTell ? nil : try? Model(contentsOf: subject, named: data.model, options: RunOptions())
      // Without data, a model that asks for none can be told of all the same.
      let tellsBackEnd = hasData || model?.parameters.allSatisfy(\.hasDefault) ?? false
      // A session for each, so that the file is read once in each.
      console.output(try Session(options: RunOptions()).explanation(ofFile: subject, asksForData: !tellsBackEnd))
      guard tellsBackEnd else { return }
      let bound = try (model ?? Model(contentsOf: subject, named: data.model, options: RunOptions())).bind(
        files: data.data, assignments: data.assignments)
      console.output("\n" + (try bound.backEndText()))
    } else {
      console.output(try session.documentation(of: subject))
    }
  }
}
