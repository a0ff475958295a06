// What the commands that run programs share: options for the driver, warnings, progress, the seed's notice, output.

import Borel

struct Shell {
  let console: Console
  let messages: MessageOptions
  let options: RunOptions
  private let warnings = WarningCount()

  init(console: Console, messages: MessageOptions, limits: LimitOptions, random: RandomOptions) {
    self.init(console: console, messages: messages, limits: limits, seed: random.seed, threads: random.threads)
  }

  init(console: Console, messages: MessageOptions, limits: LimitOptions, seed: UInt64?, threads: Int) {
    self.console = console
    self.messages = messages
    let color = console.usesColor(messages.color)
    let quiet = messages.quiet
    let progress = ProgressLine(console: console)
    let warnings = warnings
    var options = RunOptions(seed: seed, threads: threads, cancellation: Interrupt.cancellation)
    options.limits = RunOptions.Limits(
      steps: limits.maxSteps, depth: limits.maxDepth, memory: limits.maxMemory << 20)
    options.output = { console.output($0) }
    options.notice = { notice in
      if notice.kind == .warning { warnings.add() }
      if !quiet { console.message(notice.rendered(color: color)) }
    }
    if !quiet { options.progress = { progress.show($0) } }
    self.options = options
  }

  /// Prints a stage of the program instead of running it, where `--dump` asks for one.
  func dump(_ program: ProgramOptions) throws -> Bool {
    guard let stage = program.dump else { return false }
    let session = Session(options: options)
    console.output(try session.dump(stage, ofFile: program.file))
    return true
  }

  /// The model of a file, with its statements run and its data bound.
  func model(of program: ProgramOptions, _ data: DataOptions) throws -> BoundModel {
    try watching {
      let model = try Model(contentsOf: program.file, named: data.model, options: options)
      return try model.bind(files: data.data, assignments: data.assignments)
    }
  }

  /// Runs something that can be interrupted; Ctrl-C makes it end early.
  func watching<Result>(_ body: () throws -> Result) throws -> Result {
    Interrupt.install()
    defer { console.progress("") }
    return try body()
  }

  /// Prints a posterior, writes it where `--output` says, and tells whether the run was interrupted or had warnings.
  /// - Parameters:
  ///   - isWritten: the draws are in the output's files already, without what `--drop` leaves out.
  ///   - treeDepth: for draws of Markov chains, whose problems are to be told: the limit of trajectories.
  func finish(
    _ posterior: Posterior, _ output: OutputOptions, isWritten: Bool = false, treeDepth: Int? = nil
  ) throws {
    let kept = isWritten ? posterior : try posterior.selecting(keep: output.save, drop: output.drop)
    if let path = output.output, !isWritten { try kept.write(to: path) }
    if output.output != "-" { console.output(output.json ? kept.summaryJSON : kept.description + "\n") }
    if let treeDepth, !posterior.wasCancelled {
      try console.report(kept.verdicts(maximumTreeDepth: treeDepth), messages)
    }
    try end(wasInterrupted: posterior.wasCancelled)
  }

  /// Turns an interruption, or warnings under `--strict`, into an exit code.
  func end(wasInterrupted: Bool = false) throws {
    if wasInterrupted || Interrupt.cancellation.isCancelled {
      console.message("interrupted")
      throw Exit(.interrupted)
    }
    if messages.strict, warnings.count > 0 { throw Exit(.warnings) }
  }
}
