// Programs as text, compiled and run by the machine.

import BorelIR
import BorelNumerics
import BorelSema
import BorelSemantics
import BorelSource
import BorelSyntax
import BorelVM
import BorelValues

struct TestFailure: Error, CustomStringConvertible {
  let description: String
}

struct TestProgram {
  var sources = SourceMap()
  let environment: RunEnvironment
  let main: FunctionID
  let analyzer: Analyzer

  init(_ text: String, limits: Limits = Limits()) throws {
    let source = SourceFile(name: "test.ppl", text: text)
    let file = sources.add(source)
    let parsed = parse(file, in: sources)
    var analyzer = Analyzer()
    let analysis = analyzer.analyze(parsed.tree, file: file, source: source, loader: NoModules())
    let problems = (parsed.diagnostics + analysis.diagnostics).filter { $0.severity == .error }
    guard problems.isEmpty else { throw TestFailure(description: render(problems, in: sources)) }
    self.analyzer = analyzer
    main = analysis.main
    environment = RunEnvironment(program: try CompiledProgram(analyzer.program), limits: limits)
  }

  /// Runs the top-level statements; the value of the last expression.
  func run() throws -> Value {
    var machine = Machine(main, [], in: environment)
    switch machine.run() {
    case .finished(let value): return value
    case .failed(let failure): throw failure
    default: throw TestFailure(description: "the script stopped at an effect")
    }
  }

  func model(_ name: String, _ arguments: [Value] = []) throws -> ModelRun {
    guard case .model(let id)? = analyzer.symbol(named: name) else {
      throw TestFailure(description: "no model \(name)")
    }
    return ModelProgram(ModelObject(environment.program.tables[id], arguments: arguments), in: environment).start()
  }

  /// The failure of the script with the text that its span covers.
  func failure() throws -> (failure: Failure, text: String) {
    do {
      let value = try run()
      throw TestFailure(description: "no failure, but \(value.shortText)")
    } catch let failure as Failure {
      let text = failure.diagnostic.primary.map { sources[$0.span.file].text(of: $0.span) } ?? ""
      return (failure, text)
    }
  }
}

/// The value of a script as text.
func evaluate(_ text: String) throws -> String { ValueText.literal(try TestProgram(text).run()) }
