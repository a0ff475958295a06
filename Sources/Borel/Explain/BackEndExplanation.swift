// Where a model runs with its data, and why: its choices with supports, shapes and dimensions, or what keeps it from native code.

import BorelIR
import BorelPasses
import BorelSemantics
import BorelSource

extension BoundModel {
  /// Where the model runs with these data, and why: its dimensions and choices, or the reason against native code with its place.
  public func backEndText() throws(BorelError) -> String {
    let trial: TrialRun
    do throws(Failure) { trial = try TrialRun(program(value)) } catch { throw self.error(error) }
    do throws(NotNative) {
      let programs = try NativePrograms(try loopProgram(trial))
      return "model \(model.name) runs natively\n" + nativeText(trial, programs)
    } catch {
      if error.kind == .internalError { throw notNative(error) }
      var text = choiceTable(trial.sites.map { Row($0, nil, sources: model.store.sources) })
      let diagnostic = Diagnostic(
        .note, code: "not-native", "this keeps it from native code: \(error.reason)", at: error.span,
        hint: error.kind.hint)
      text += "\n" + render(diagnostic, in: model.store.sources) + gradientText(trial) + improperText(trial)
      return "model \(model.name) runs on the virtual machine; in one of its executions\n" + text
    }
  }

  /// The variables with an improper prior, such as `flat()`, in the order of the model.
  public func improperPriors() throws(BorelError) -> [String] {
    do throws(Failure) { return Self.improperPriors(in: try TrialRun(program(value))) } catch {
      throw self.error(error)
    }
  }

  private static func improperPriors(in trial: TrialRun) -> [String] {
    trial.sites.filter(\.isImproper).map { site in
      site.pattern.contains("/") ? site.pattern : String(site.pattern.prefix { $0 != "[" })
    }
  }

  /// A prior that says nothing leaves it to the data whether there is a posterior.
  private func improperText(_ trial: TrialRun) -> String {
    let names = Self.improperPriors(in: trial).map { "`\($0)`" }
    guard !names.isEmpty else { return "" }
    let (verb, them) = names.count == 1 ? ("has an improper prior", "it") : ("have improper priors", "them")
    return "\(names.joined(separator: ", ")) \(verb): there is a posterior only where the data tell enough about "
      + "\(them).\n"
  }

  /// Whether the machine has gradients of the model: what they are with respect to, or what has no derivative, with its place.
  private func gradientText(_ trial: TrialRun) -> String {
    do throws(Failure) {
      let gradient = try program(value).logDensityGradient(at: trial.freeChoices)
      let free = gradient.trace.freeChoices.count
      let names = gradient.derivatives.count
      guard names > 0 else { return "\nGradients: none, because no choice that is not observed is continuous.\n" }
      let numbers = gradient.derivatives.reduce(0) { $0 + ($1.value.asArray?.count ?? 1) }
      let held =
        free == names
        ? "" : "; \(free - names == 1 ? "1 discrete one is" : "\(free - names) discrete ones are") held fixed"
      return "\nGradients: on the virtual machine, in this execution with respect to \(names) "
        + "continuous choice\(names == 1 ? "" : "s")\(numbers == names ? "" : " (\(numbers) numbers)")\(held).\n"
    } catch {
      let place = error.diagnostic.primary.map { label in
        let location = model.store.sources.location(of: label.span)
        return " (\(model.store.sources[label.span.file].name), line \(location.line))"
      }
      return "\nGradients: none, because \(error.diagnostic.message)\(place ?? "").\n"
    }
  }

  private func nativeText(_ trial: TrialRun, _ programs: NativePrograms) -> String {
    var supports: [Int: LoopSupport] = [:]
    for statement in density(of: programs.specialised).body {
      statement.visit { statement in
        if case .bind(let binding) = statement.kind { supports[binding.site] = binding.support }
      }
    }
    var rows: [Row] = []
    var dimension = 0
    for (number, site) in programs.specialised.sites.enumerated() {
      guard let found = trial[site.pattern] else { continue }
      var row = Row(found, supports[number], sources: model.store.sources)
      if site.status != .observed, site.scalar == .real {
        let count = found.unconstrainedCount(supports[number]?.kind)
        dimension += count
        row.dimension = "\(count)"
      }
      rows.append(row)
    }
    var text = choiceTable(rows)
    text += "\nThe position has \(dimension) \(dimension == 1 ? "dimension" : "dimensions").\n"
    let given = programs.givenSites.map { "`\($0.pattern)`" }
    if !given.isEmpty {
      text +=
        "\(given.joined(separator: ", ")): discrete, so without a place in it"
        + (dimension > 0 ? "; the gradient is that of the rest at given values.\n" : ".\n")
    }
    return text + improperText(trial)
  }

  /// A line of the table of choices.
  private struct Row {
    var cells: [String]
    var dimension = ""

    init(_ site: TrialSite, _ support: LoopSupport?, sources: SourceMap) {
      let line = site.span.map { "\(sources.location(of: $0).line)" } ?? ""
      let status: String
      switch site.status {
      case .latent: status = "latent"
      case .observed: status = "observed"
      case .partlyObserved:
        status = "\(site.elements.count { $0.isObserved }) of \(site.elements.count) observed"
      }
      cells = [
        site.pattern, line, status, site.supportText(support),
        site.isDense ? site.shape.map(String.init).joined(separator: " x ") : "varies",
      ]
    }
  }

  private func choiceTable(_ rows: [Row]) -> String {
    guard !rows.isEmpty else { return "\n  no choices\n" }
    let header = ["choice", "line", "", "support", "shape", "dimensions"]
    let hasDimensions = rows.contains { !$0.dimension.isEmpty }
    let table = [header] + rows.map { $0.cells + [$0.dimension] }
    let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
    var text = "\n"
    for cells in table {
      var line = " "
      for (column, cell) in cells.enumerated() where hasDimensions || column < 5 {
        let blanks = String(repeating: " ", count: widths[column] - cell.count)
        // Numbers are flush right.
        line += " " + (column == 1 || column == 5 ? blanks + cell : cell + blanks) + " "
      }
      while line.last == " " { line.removeLast() }
      text += line + "\n"
    }
    return text
  }
}

extension NotNative.Kind {
  /// What would run natively in its place.
  fileprivate var hint: String? {
    switch self {
    case .recursion: "recursion is native where data or constants end it, not choices"
    case .stochasticStructure:
      "which choices there are must follow from data: make as many as there can be and use those that are needed"
    case .unknownFunction: "one function with the condition inside it is native: `x => if b { x + 1 } else { 2 * x }`"
    case .unknownDistribution:
      "a `mixture` is native, and so is one distribution whose parameters depend on the condition"
    case .memoised: "an array of choices, read at an index, is native where their number is known"
    case .noDerivative: "its log density can be compared and sampled without gradients"
    case .construct, .discreteChoice, .internalError: nil
    }
  }
}

extension TrialSite {
  /// The set that the choices are from.
  fileprivate func supportText(_ native: LoopSupport?) -> String {
    let hasConstantBounds =
      native?.arguments.allSatisfy { if case .real = $0 { true } else { false } } ?? hasOneSupport
    switch native?.kind {
    case .real, .vector, .matrix: return "real"
    case .positive, .nonNegative: return "positive"
    case .unitInterval: return "0.0 to 1.0"
    case .interval where !hasConstantBounds: return "between bounds"
    case .above where !hasConstantBounds: return "above a bound"
    case .below where !hasConstantBounds: return "below a bound"
    case .simplex: return "simplex"
    case .ordered: return "ascending"
    case .positiveOrdered: return "positive, ascending"
    case .unitVector: return "unit vector"
    case .covariance: return "covariance matrix"
    case .correlation: return "correlation matrix"
    case .covarianceCholesky: return "Cholesky factor"
    case .correlationCholesky: return "Cholesky factor of a correlation matrix"
    default: break
    }
    guard let support else { return "" }
    return hasOneSupport ? support.text : "between bounds"
  }

  /// How many numbers of the position its free elements take.
  fileprivate func unconstrainedCount(_ kind: SupportKind?) -> Int {
    let free = elements.count { !$0.isObserved }
    let size = valueShape.reduce(1, *)
    let n = valueShape.first ?? 1
    switch kind {
    case .simplex: return free * (n - 1)
    case .covariance, .covarianceCholesky: return free * n * (n + 1) / 2
    case .correlation, .correlationCholesky: return free * n * (n - 1) / 2
    default: return free * size
    }
  }
}

extension Support {
  /// In words, as a table shows it.
  var text: String {
    switch self {
    case .reals(let lower, let upper):
      switch (lower > -.infinity, upper < .infinity) {
      case (false, false): return "real"
      case (true, false): return lower == 0 ? "positive" : "above \(lower)"
      case (false, true): return "below \(upper)"
      case (true, true): return "\(lower) to \(upper)"
      }
    case .integers(let lower, let upper):
      switch (lower, upper) {
      case (let a?, let b?): return a == b ? "\(a)" : b == a + 1 ? "\(a), \(b)" : "\(a), ..., \(b)"
      case (let a?, nil): return "\(a), \(a + 1), ..."
      case (nil, let b?): return "..., \(b)"
      case (nil, nil): return "whole numbers"
      }
    case .booleans: return "true, false"
    case .finite(let values): return "\(values.count) values"
    case .continuous(_, let isUnconstrained): return isUnconstrained ? "real" : "constrained arrays"
    case .discrete: return "discrete"
    }
  }
}
