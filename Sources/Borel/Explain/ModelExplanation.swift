// What the models of a file consist of: parameters, choices with their supports, and what makes their structure depend on choices.

import BorelIR
import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax

extension Session {
  /// A description of every model of a file.
  ///
  /// - Parameter asksForData: whether to say that data tell where a model runs.
  public func explanation(ofFile path: String, asksForData: Bool = true) throws(BorelError) -> String {
    let source = try programSource(at: path)
    let (analysis, diagnostics, analyzer) = analyze(source)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw BorelError(.program, diagnostics, sources: store.sources)
    }
    guard !analysis.models.isEmpty else { return "\(source.name) defines no model.\n" }
    let texts = analysis.models.map { id in
      text(of: analyzer.program[id], in: analyzer.program, diagnosed: source)
        + (asksForData ? "  runs natively or on the virtual machine: `--data FILE` tells which\n" : "")
    }
    return texts.joined(separator: "\n")
  }

  /// Whether a file holds definitions alone, so that its models can be had without running anything.
  public func holdsDefinitionsOnly(_ path: String) throws(BorelError) -> Bool {
    let (analysis, diagnostics, analyzer) = analyze(try programSource(at: path))
    if diagnostics.contains(where: { $0.severity == .error }) || analysis.models.isEmpty { return false }
    return analyzer.program[analysis.main].body.allSatisfy { statement in
      if case .returnValue = statement.kind { true } else { false }
    }
  }

  private func text(of model: CoreModel, in program: CoreProgram, diagnosed source: SourceFile) -> String {
    let function = program[model.function]
    var lines = ["model \(model.name)"]
    for parameter in function.parameters {
      let type = parameter.type.map { ": \($0.text)" } ?? ""
      lines.append("  parameter \(parameter.name)\(type)\(parameter.defaultValue == nil ? "" : " (has a default)")")
    }
    let sites = model.sites.map { program[$0] }
    let sources = ChoiceSources(function.body)
    let names = sites.map { Self.pattern($0) }
    let width = names.map(\.count).max() ?? 0
    for (name, (id, site)) in zip(names, zip(model.sites, sites)) {
      var line = "  choice \(name)" + String(repeating: " ", count: width - name.count)
      if let distribution = sources.expressions[id] {
        line += " ~ \(store.sources[distribution.span.file].text(of: distribution.span))"
        if let support = support(of: distribution, in: program) { line += " on \(support)" }
      }
      line += "  (line \(store.sources.location(of: site.span).line)\(site.isConditional ? ", conditional" : ""))"
      lines.append(line)
    }
    if sites.isEmpty { lines.append("  no choices of its own") }
    let conditional = sites.filter(\.isConditional)
    if !conditional.isEmpty {
      let list = conditional.map { "`\($0.name)`" }.joined(separator: ", ")
      lines.append("  structure: depends on choices or data, because \(list) can be passed by")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// `theta[i]`, `x[i, j]`
  private static func pattern(_ site: CoreSite) -> String {
    let letters = ["i", "j", "k", "l", "m"]
    guard site.rank > 0 else { return site.name }
    return "\(site.name)[\(letters.prefix(site.rank).joined(separator: ", "))]"
  }

  /// The declared support of `name(arguments)`, where the name is that of a distribution.
  private func support(of expression: CoreExpression, in program: CoreProgram) -> String? {
    guard case .applyDistribution(let id, _) = expression.kind else { return nil }
    return store.sources[program[id].support.span.file].text(of: program[id].support.span)
  }
}

extension CoreType {
  /// `Real[n, 3]`
  var text: String {
    guard !sizes.isEmpty else { return name }
    let texts = sizes.map { size in
      switch size {
      case .named(let name): name
      case .fixed(let size): String(size)
      case .any: "_"
      }
    }
    return "\(name)[\(texts.joined(separator: ", "))]"
  }
}

/// The right sides of a body's choices, by site.
struct ChoiceSources {
  var expressions: [SiteID: CoreExpression] = [:]

  init(_ body: [CoreStatement]) { visit(body) }

  private mutating func visit(_ statements: [CoreStatement]) {
    for statement in statements {
      switch statement.kind {
      case .choice(let choice): expressions[choice.site] = choice.source
      case .conditional(_, let then, let otherwise):
        visit(then)
        visit(otherwise)
      case .forRange(_, _, _, _, let body), .forEach(_, _, let body), .whileLoop(_, let body): visit(body)
      case .evaluate(let expression), .setLocal(_, let expression), .returnValue(let expression): visit(expression)
      default: break
      }
    }
  }

  private mutating func visit(_ expression: CoreExpression) {
    switch expression.kind {
    case .sample(let site, let source): expressions[site] = source
    case .block(let statements, let value):
      visit(statements)
      visit(value)
    case .conditional(_, let then, let otherwise):
      visit(then)
      visit(otherwise)
    default: break
    }
  }
}
