// `borel loo`: predictive accuracy by leave-one-out cross-validation, from files with log likelihoods or from a model and its fit.

import ArgumentParser
import Borel

struct LooCommand: Subcommand {
  static let configuration = CommandConfiguration(
    commandName: "loo", abstract: "Estimate and compare predictive accuracy: PSIS-LOO and WAIC.",
    discussion: """
        borel loo model.ppl --data data.json --fit fit_*.csv
        borel loo fit_*.csv
        borel loo small_*.csv large_*.csv
        borel loo small.ppl large.ppl --data data.json --fit small_*.csv large_*.csv

      Without a model the files need a variable log_lik with one element per observation. Files that differ in the number before the
      ending only are chains of one fit; several fits are compared, and several models take them in order.
      """)

  @Argument(help: ArgumentHelp("Models, or files of draws with log_lik.", valueName: "file"))
  var files: [String]

  @Option(parsing: .upToNextOption, help: ArgumentHelp("The files of draws of the models.", valueName: "file"))
  var fit: [String] = []

  @OptionGroup(title: "Data of the models") var data: DataOptions

  @Option(help: ArgumentHelp("The variable of the files that holds log likelihoods.", valueName: "name"))
  var variable = "log_lik"

  @Flag(help: "WAIC instead of PSIS-LOO.")
  var waic = false

  @Option(
    parsing: .unconditional, help: ArgumentHelp("How many of the worst observations are listed.", valueName: "n"))
  var worst = 5

  @Flag(help: "Print everything as JSON, pointwise values included.")
  var json = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Threads to use; results do not depend on it. 0 means one per processor.", valueName: "n"))
  var threads = 0

  @OptionGroup(title: "Limits") var limits: LimitOptions
  @OptionGroup(title: "Messages") var messages: MessageOptions

  private var models: [String] { files.filter { $0.hasSuffix(".ppl") } }

  func validate() throws {
    if worst < 0 { throw ValidationError("--worst must be at least 0, got \(worst)") }
    if threads < 0 || threads > 4096 { throw ValidationError("--threads must lie between 0 and 4096, got \(threads)") }
    if !models.isEmpty, models.count < files.count {
      throw ValidationError("models and files of draws are mixed: draws of models stand behind --fit")
    }
    if models.isEmpty, !fit.isEmpty { throw ValidationError("--fit needs a model: borel loo model.ppl --fit FILES") }
    if !models.isEmpty, fit.isEmpty { throw ValidationError("a model needs its draws: --fit FILES") }
    let groups = SavedPosterior.groups(of: fit)
    if !models.isEmpty, groups.count != models.count {
      let names = groups.compactMap(\.first).joined(separator: ", ")
      throw ValidationError("\(models.count) models, but \(groups.count) fits, beginning with \(names)")
    }
  }

  func run(_ console: Console) throws {
    let shell = Shell(console: console, messages: messages, limits: limits, seed: nil, threads: threads)
    let criterion: PredictiveCriterion = waic ? .waic : .loo
    let groups = SavedPosterior.groups(of: models.isEmpty ? files : fit)
    var fits: [CrossValidation] = []
    for (index, group) in groups.enumerated() {
      let saved = try SavedPosterior(contentsOf: group)
      let likelihood = try likelihood(of: saved, index, shell)
      let name = groups.count > 1 && groups.count == models.count ? models[index] : saved.name
      fits.append(CrossValidation(likelihood, by: criterion, name: name, threads: shell.options.threadCount))
    }
    if fits.count > 1 {
      let comparison = try FitComparison(fits)
      console.output(json ? comparison.json : comparison.text + "\n")
      if !comparison.hasSameNames, !messages.quiet {
        console.message("note: the fits name their observations differently; were they made with the same data?")
      }
    } else if let fit = fits.first {
      console.output(json ? fit.json : fit.text(worst: worst) + "\n")
    }
    try console.report(fits.flatMap(\.verdicts), messages)
  }

  private func likelihood(of saved: SavedPosterior, _ index: Int, _ shell: Shell) throws -> LogLikelihood {
    guard models.indices.contains(index) else { return try saved.logLikelihood(named: variable) }
    return try shell.watching {
      let model = try Model(contentsOf: models[index], named: data.model, options: shell.options)
      return try model.bind(files: data.data, assignments: data.assignments).logLikelihood(at: saved)
    }
  }
}
