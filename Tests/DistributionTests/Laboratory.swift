// A distribution of the standard library, compiled alone and applied to arguments, with its operations as plain functions.

import BorelDataIO
import BorelIR
import BorelNumerics
import BorelSema
import BorelSemantics
import BorelSource
import BorelStandardLibrary
import BorelSyntax
import BorelVM
import BorelValues

/// What went wrong before a distribution could be used.
struct LaboratoryError: Error, CustomStringConvertible {
  var description: String
}

/// Compiled definitions by name.
struct Laboratory {
  let definition: DistributionDefinition
  let machine: Machine

  static let folder: String = {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    return parts.joined(separator: "/") + "/stdlib/distributions"
  }()

  init(_ name: String) throws {
    // The file itself, not the copy in the binary, so that a formula can be tried without building.
    var sources = SourceMap()
    let file = SourceFile(name: "\(name).ppl", utf8: try readFile("\(Self.folder)/\(name).ppl"))
    let id = sources.add(file)
    let parsed = BorelSyntax.parse(id, in: sources)
    var analyzer = Analyzer()
    let analysis = analyzer.analyze(parsed.tree, file: id, source: file, loader: NoModules())
    let errors = (parsed.diagnostics + analysis.diagnostics).filter { $0.severity == .error }
    guard errors.isEmpty else {
      throw LaboratoryError(description: "\(name): " + errors.map(\.message).joined(separator: "; "))
    }
    guard case .distribution(let symbol) = analyzer.symbol(named: name) else {
      throw LaboratoryError(description: "\(name).ppl does not define \(name)")
    }
    let program = try CompiledProgram(analyzer.program)
    definition = program.tables[symbol]
    machine = Machine(analysis.main, [], in: RunEnvironment(program: program))
  }

  /// The distribution with these arguments; throws the failure of a violated condition.
  func apply(_ arguments: [Value]) throws(Failure) -> Specimen {
    var machine = machine
    let value = try definition.apply(arguments, at: .none, &machine)
    guard let object = value.asObject as? DistributionObject else {
      throw Failure(.internal, Diagnostic(code: "test", "no distribution"))
    }
    return Specimen(object: object, machine: machine)
  }
}

/// A distribution with its arguments.
struct Specimen {
  let object: DistributionObject
  var machine: Machine

  func logDensity(_ x: Value) throws(Failure) -> Double {
    var machine = machine
    return try object.logDensity(of: x, &machine)
  }

  func tail(_ tail: CDFTail, _ x: Double) throws(Failure) -> Double {
    var machine = machine
    return try object.cdf(at: x, tail: tail, &machine)
  }

  func quantile(_ p: Double) throws(Failure) -> Double {
    var machine = machine
    return try object.quantile(p, &machine)
  }

  func support() throws(Failure) -> Support {
    var machine = machine
    return try object.support(&machine)
  }

  func draws(_ count: Int, seed: UInt64) throws(Failure) -> [Value] {
    var machine = machine
    machine.random = RandomStream(seed: seed)
    var values: [Value] = []
    for _ in 0..<count { values.append(try object.draw(&machine)) }
    return values
  }

  /// nil where the definition has no such method.
  func mean() -> Value? {
    var machine = machine
    return try? object.mean(&machine)
  }

  func variance() -> Value? {
    var machine = machine
    return try? object.variance(&machine)
  }

  /// Points below a support have the limit even without a cdf, so one is tried that is not.
  var hasCDF: Bool { (try? tail(.lower, 0.5)) != nil && (try? tail(.lower, 1.5)) != nil }
}

extension Value {
  /// A draw as a number: Bool as 0 and 1.
  var number: Double { asReal ?? (asBool == true ? 1 : 0) }
}
