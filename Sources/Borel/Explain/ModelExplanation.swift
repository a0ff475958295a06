// What the models of a file consist of: parameters, choices with their supports, and what makes their structure depend on choices.

import BorelIR
import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax

extension Session {
  /// A description of every model of a file.
  public func explanation(ofFile path: String) throws(BorelError) -> String {
    let source = try programSource(at: path)
    let (analysis, diagnostics, analyzer) = analyze(source)
    if diagnostics.contains(where: { $0.severity == .error }) {
      throw BorelError(.program, diagnostics, sources: store.sources)
    }
    guard !analysis.models.isEmpty else { return "\(source.name) defines no model.\n" }
    let texts = analysis.models.map { text(of: analyzer.program[$0], in: analyzer.program, diagnosed: source) }
    return texts.joined(separator: "\n")
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
    lines.append("  runs natively or on the virtual machine: `--data FILE` tells which")
    let conditional = sites.filter(\.isConditional)
    if conditional.isEmpty {
      lines.append("  structure: the same in every execution")
    } else {
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
