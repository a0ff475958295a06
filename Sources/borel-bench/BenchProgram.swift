// A .ppl program compiled once, with the measurements that are made on it.

import BorelIR
import BorelNumerics
import BorelSema
import BorelSemantics
import BorelSource
import BorelSyntax
import BorelVM
import BorelValues

struct BenchProgram {
  let environment: RunEnvironment
  private let analyzer: Analyzer

  init(_ name: String) throws {
    var sources = SourceMap()
    let source = SourceFile(name: name, text: try readText("\(programFolder)/\(name)"))
    let file = sources.add(source)
    let parsed = parse(file, in: sources)
    var analyzer = Analyzer()
    let analysis = analyzer.analyze(parsed.tree, file: file, source: source, loader: NoModules())
    let problems = (parsed.diagnostics + analysis.diagnostics).filter { $0.severity == .error }
    guard problems.isEmpty else { throw BenchFailure(render(problems, in: sources)) }
    self.analyzer = analyzer
    environment = RunEnvironment(program: try CompiledProgram(analyzer.program), limits: Limits(steps: .max / 2))
  }

  /// Processor time and result of a function of one Int.
  func time(_ function: String, _ work: Int) throws -> (seconds: Double, result: Double) {
    guard case .function(let id)? = analyzer.symbol(named: function) else { throw BenchFailure("no \(function)") }
    var machine = Machine(id, [.int(work)], in: environment)
    let start = processorTime()
    let stop = machine.run()
    let seconds = processorTime() - start
    switch stop {
    case .finished(let value): return (seconds, value.asReal ?? .nan)
    case .failed(let failure): throw failure
    default: throw BenchFailure("\(function) stopped")
    }
  }

  /// A run of a model of one Int.
  func run(_ model: String, _ work: Int) throws -> ModelRun {
    guard case .model(let id)? = analyzer.symbol(named: model) else { throw BenchFailure("no \(model)") }
    let object = ModelObject(environment.program.tables[id], arguments: [.int(work)])
    return ModelProgram(object, in: environment).start()
  }
}

/// Nanoseconds per stop: alone, and with a draw or a log density each.
func suspensionCost() throws -> (bare: Double, scored: Double) {
  let program = try BenchProgram("suspension.ppl")
  let steps = 200_000
  func cost(isScored: Bool) throws -> Double {
    var run = try program.run("walk", steps)
    var random = RandomStream(seed: 1)
    var weight = 0.0
    var stops = 0
    let start = processorTime()
    loop: while true {
      switch run.advance() {
      case .sample:
        stops += 1
        let value: Value = isScored ? try run.draw(using: &random) : .real(0.1)
        if isScored { weight += try run.logDensity(of: value) }
        run.resume(with: value)
      case .observe(_, let value):
        stops += 1
        if isScored { weight += try run.logDensity(of: value) }
      case .finished: break loop
      case .failed(let failure): throw failure
      case .factor: break
      }
    }
    guard weight.isFinite else { throw BenchFailure("the weight is not finite") }
    return 1e9 * (processorTime() - start) / Double(stops)
  }
  return (
    median(try (0..<5).map { _ in try cost(isScored: false) }),
    median(try (0..<5).map { _ in try cost(isScored: true) })
  )
}

/// Nanoseconds to copy a machine that waits at a choice and holds an array, and to run the copy to its next choice.
func forkCosts() throws -> (small: Double, large: Double) {
  let program = try BenchProgram("fork.ppl")
  func waiting(_ size: Int) throws -> ModelRun {
    var run = try program.run("holder", size)
    guard case .sample = run.advance() else { throw BenchFailure("the model does not wait") }
    return run
  }
  let small = try waiting(10)
  let large = try waiting(1_000_000)
  func cost(_ run: ModelRun) -> Double {
    let count = 20_000
    let start = processorTime()
    for _ in 0..<count {
      var copy = run
      copy.resume(with: .real(0.5))
      _ = copy.advance()
    }
    return 1e9 * (processorTime() - start) / Double(count)
  }
  var costs: (small: [Double], large: [Double]) = ([], [])
  for _ in 0..<7 {
    costs.small.append(cost(small))
    costs.large.append(cost(large))
  }
  return (median(costs.small), median(costs.large))
}
