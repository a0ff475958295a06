// Programs of the language for tests: text to model values, and executions driven by hand.

import BorelIR
import BorelNumerics
import BorelSema
import BorelSemantics
import BorelSource
import BorelStandardLibrary
import BorelSyntax
import BorelVM
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the standard library's distributions.
private final class LibraryLoader: ModuleLoader {
  var sources: SourceMap

  init(_ sources: SourceMap) { self.sources = sources }

  func module(at path: String, importedFrom file: FileID) throws(ModuleFailure) -> Module { throw .missing }

  func library(_ name: String) -> Module? {
    guard let file = StandardLibrary.distributions[name] else { return nil }
    let source = SourceFile(name: "stdlib/" + file.path, text: file.text)
    let id = sources.add(source)
    let result = parse(id, in: sources)
    return Module(identity: file.path, file: id, source: source, tree: result.tree, diagnostics: result.diagnostics)
  }

  var libraryNames: [String] { StandardLibrary.distributions.keys.sorted() }
}

/// A script that has been run.
struct Script {
  let environment: RunEnvironment
  let definitions: [String: Symbol]
  let text: String

  init(_ text: String) throws {
    var sources = SourceMap()
    let source = SourceFile(name: "test.ppl", text: text)
    let file = sources.add(source)
    let syntax = parse(file, in: sources)
    try #require(syntax.diagnostics.isEmpty, "\(syntax.diagnostics.map(\.message))")
    let loader = LibraryLoader(sources)
    var analyzer = Analyzer()
    let analysis = analyzer.analyze(syntax.tree, file: file, source: source, loader: loader)
    try #require(!analysis.hasErrors, "\(analysis.diagnostics.map(\.message))")
    let program = try CompiledProgram(analyzer.program)
    var machine = Machine(analysis.main, [], in: RunEnvironment(program: program))
    switch machine.run() {
    case .finished: break
    case .failed(let failure): throw failure
    default: throw Failure(.internal, Diagnostic(code: "test", "the script stopped"))
    }
    environment = machine.environment
    definitions = Dictionary(analysis.definitions.map { ($0.name, $0.symbol) }, uniquingKeysWith: { $1 })
    self.text = text
  }

  /// The value of a global.
  func value(_ name: String) throws -> Value {
    guard case .variable(let id)? = definitions[name] else {
      throw Failure(.internal, Diagnostic(code: "test", "no global \(name)"))
    }
    return try #require(environment.globals[id])
  }

  /// The program of a global that holds a model.
  func program(_ name: String) throws -> ModelProgram { try ModelProgram(value(name), in: environment) }
}

/// One finished execution.
struct Finished {
  var value: Value
  var logPrior = 0.0
  var logLikelihood = 0.0
  var choices: [(address: String, value: String)] = []
  var logJoint: Double { logPrior + logLikelihood }
}

extension ModelProgram {
  /// Runs with the values that `choose` gives to free choices.
  func run(_ choose: (String) -> Value?) throws -> Finished {
    var run = start()
    var finished = Finished(value: .null)
    var random = RandomStream(seed: 7)
    while true {
      switch run.advance() {
      case .sample(let address):
        let value = try choose(address.description) ?? run.draw(using: &random)
        finished.logPrior += try run.logDensity(of: value)
        finished.choices.append((address.description, value.shortText))
        run.resume(with: value)
      case .observe(let address, let value):
        finished.logLikelihood += try run.logDensity(of: value)
        if let address { finished.choices.append((address.description, value.shortText)) }
      case .factor(let weight): finished.logLikelihood += weight
      case .finished(let value):
        finished.value = value
        return finished
      case .failed(let failure): throw failure
      }
    }
  }

  /// The addresses in the order in which one execution makes them, those with data marked by `=`.
  func addresses() throws -> [String] {
    var run = start()
    var random = RandomStream(seed: 7)
    var found: [String] = []
    while true {
      switch run.advance() {
      case .sample(let address):
        found.append(address.description)
        run.resume(with: try run.draw(using: &random))
      case .observe(let address, let value): found.append("\(address.map(\.description) ?? "")=\(value.shortText)")
      case .factor(let weight): found.append("factor \(weight)")
      case .finished: return found
      case .failed(let failure): throw failure
      }
    }
  }

  /// Σ of weights of all executions by the text of their values: choices with finite supports are forked.
  func enumerate() throws -> [String: Double] {
    var masses: [String: Double] = [:]
    var waiting: [(run: ModelRun, logWeight: Double)] = [(start(), 0)]
    while var (run, logWeight) = waiting.popLast() {
      loop: while true {
        switch run.advance() {
        case .sample:
          for value in try #require(try run.support().values(limit: 100)) {
            var fork = run
            let density = try fork.logDensity(of: value)
            fork.resume(with: value)
            if density > -.infinity { waiting.append((fork, logWeight + density)) }
          }
          break loop
        case .observe(_, let value): logWeight += try run.logDensity(of: value)
        case .factor(let weight): logWeight += weight
        case .finished(let value):
          masses[value.shortText, default: 0] += exp(logWeight)
          break loop
        case .failed(let failure): throw failure
        }
      }
    }
    return masses
  }
}

/// The failure of a program's first execution, or of its script.
func failure(_ text: String, _ name: String = "m") throws -> Diagnostic {
  do {
    _ = try Script(text).program(name).run { _ in nil }
  } catch let failure as Failure {
    return failure.diagnostic
  }
  Issue.record("no failure")
  return Diagnostic(code: "none", "")
}
