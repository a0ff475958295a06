// The gradient of every log density with respect to the variate and the parameters against differences.

import BorelIR
import BorelSema
import BorelSemantics
import BorelSource
import BorelStandardLibrary
import BorelSyntax
import BorelVM
import BorelValues
import DerivativeTestSupport
import Testing

/// A model that observes a variate given as a choice, under parameters given as choices.
private struct GradientLaboratory {
  let environment: RunEnvironment
  let model: ModelID

  private final class Loader: ModuleLoader {
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

  /// Arguments with shapes are free choices with a flat density, others parameters of the model; the variate comes last.
  init(_ name: String, shapes: [[Int]?]) throws {
    let names = shapes.indices.map { $0 == shapes.count - 1 ? "x" : "p\($0)" }
    let free = zip(names, shapes).compactMap { name, shape in
      shape.map { $0.isEmpty ? "  \(name) ~ flat()" : "  \(name) ~ iid(flat(), \($0))" }
    }
    let fixed = zip(names, shapes).filter { $0.1 == nil }.map(\.0)
    let text = """
      distribution flat() on Real {
        logpdf(x) = 0.0 * x
        sample() = 0.0
      }
      model m(\(fixed.joined(separator: ", "))) {
      \(free.joined(separator: "\n"))
        factor(logpdf(\(name)(\(names.dropLast().joined(separator: ", "))), x))
      }
      """
    var sources = SourceMap()
    let source = SourceFile(name: "test.ppl", text: text)
    let file = sources.add(source)
    let syntax = parse(file, in: sources)
    var analyzer = Analyzer()
    let analysis = analyzer.analyze(syntax.tree, file: file, source: source, loader: Loader(sources))
    let problems = (syntax.diagnostics + analysis.diagnostics).filter { $0.severity == .error }
    try #require(problems.isEmpty, "\(problems.map(\.message))")
    guard case .model(let id)? = analyzer.symbol(named: "m") else { throw LaboratoryError(description: "no model") }
    model = id
    environment = RunEnvironment(program: try CompiledProgram(analyzer.program))
  }

  func program(_ arguments: [Value]) -> ModelProgram {
    ModelProgram(ModelObject(environment.program.tables[model], arguments: arguments), in: environment)
  }
}

@Suite struct GradientBattery {
  /// Compares at one point; the number of components that differences could tell.
  private func check(_ name: String, _ arguments: [Value], _ x: Value) throws -> (checked: Int, offered: Int) {
    func isReal(_ value: Value) -> Bool {
      if case .real = value { return true }
      return value.asArray?.kind == .real
    }
    let shapes = (arguments + [x]).map { isReal($0) ? $0.asArray?.shape ?? [] : nil }
    let laboratory = try GradientLaboratory(name, shapes: shapes)
    let fixed = arguments.filter { !isReal($0) } + (isReal(x) ? [] : [x])
    let program = laboratory.program(fixed)
    var given = GivenChoices()
    for (index, argument) in arguments.enumerated() where isReal(argument) {
      given[Address(AddressName("p\(index)"))] = argument
    }
    if isReal(x) { given[Address(AddressName("x"))] = x }
    let plain = try program.logDensity(of: given)
    guard plain.isFinite else { return (0, 0) }
    let gradient = try program.logDensityGradient(at: given)
    #expect(abs(gradient.logDensity - plain) <= 1e-13 * max(1, abs(plain)))
    var (checked, offered) = (0, 0)
    for (address, derivative) in gradient.derivatives {
      guard let value = given[address] else { continue }
      let derivatives = derivative.asReal.map { [$0] } ?? derivative.asArray?.realElements ?? []
      for (offset, found) in derivatives.enumerated() {
        let place = value.asReal ?? value.asArray?.real(offset) ?? .nan
        let nearest = [0.0, 1.0].map { abs(place - $0) }.filter { $0 > 0 }.min() ?? 1
        let step = 0.05 * min(nearest, max(abs(place), 1e-3))
        let density = { (moved: Double) -> Double in
          var other = given
          if let array = value.asArray {
            let copy = array.copy()
            copy.reals[offset] = moved
            other[address] = .object(copy)
          } else {
            other[address] = .real(moved)
          }
          return (try? program.logDensity(of: other)) ?? .nan
        }
        let expected = difference(of: density, at: place, step: step)
        offered += 1
        let noise = 1e-13 * max(1, abs(plain)) / step
        if isKink(at: place, step: 1e-3 * step, around: plain, density) { continue }
        guard expected.value.isFinite, expected.error <= 1e-6 * abs(expected.value) + noise else { continue }
        checked += 1
        #expect(
          abs(found - expected.value) <= 1e-5 * abs(expected.value) + 10 * noise,
          "\(name) at \(x.shortText), ∂/∂\(address)[\(offset)]: \(found), not \(expected.value) ± \(expected.error)")
      }
    }
    return (checked, offered)
  }

  /// Whether the slopes on both sides differ, as those of a double exponential at its location do.
  private func isKink(at x: Double, step: Double, around value: Double, _ f: (Double) -> Double) -> Bool {
    let (left, right) = ((value - f(x - step)) / step, (f(x + step) - value) / step)
    return abs(left - right) > 0.1 * max(abs(left), abs(right)) && abs(left - right) * step > 1e-10 * max(1, abs(value))
  }

  /// At the points for which oracles gave the density.
  @Test(arguments: continuousRows) func ofNumbers(_ row: Row) throws {
    var (checked, offered) = (0, 0)
    for reference in row.references {
      let count = try check(row.name, row.values(of: reference.arguments).map(real), .real(reference.x))
      checked += count.checked
      offered += count.offered
    }
    #expect(2 * checked >= offered, "\(row.name): \(checked) of \(offered)")
  }

  private func real(_ value: Value) -> Value { value.asReal.map { .real($0) } ?? value }

  /// With respect to the parameters only.
  @Test(arguments: discreteRows) func ofCounts(_ row: Row) throws {
    var (checked, offered) = (0, 0)
    for reference in row.references {
      guard let k = Int(exactly: reference.x) else { continue }
      let count = try check(row.name, row.values(of: reference.arguments), .int(k))
      checked += count.checked
      offered += count.offered
    }
    #expect(2 * checked >= offered, "\(row.name): \(checked) of \(offered)")
  }

  @Test(arguments: arrayRows) func ofArrays(_ row: ArrayRow) throws {
    for point in row.points { _ = try check(row.name, row.arguments, point.x) }
  }
}
