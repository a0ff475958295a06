// A model in the form that conditioning and running it need: its sites by name and what can be told about their sources.

import BorelIR
import BorelSemantics
import BorelSource
import BorelValues

/// A model of the language.
public final class ModelDefinition: Sendable {
  /// What stands on the right of a site's `~`, as far as the text tells.
  enum Source: Sendable, Equatable {
    case distribution
    case model(ModelID)
    /// Only known when it runs.
    case unknown
  }

  /// All sites of one name.
  struct Variable: Sendable {
    let name: String
    let sites: [SiteDefinition]
    let source: Source
    /// True where an execution can pass all of them by, or can choose how many elements there are.
    let isConditional: Bool

    var rank: Int { sites.first?.rank ?? 0 }
  }

  public let id: ModelID
  public let name: String
  public let function: FunctionID
  public let parameters: [String]
  public let span: Span
  /// Variables by name in textual order.
  let variables: [Variable]
  /// The other names that the body assigns.
  let otherNames: Set<String>

  init(_ id: ModelID, in program: CoreProgram, sites: [SiteDefinition]) {
    let model = program[id]
    let function = program[model.function]
    self.id = id
    name = model.name
    self.function = model.function
    parameters = function.parameters.map(\.name)
    span = model.span
    let analysis = ModelAnalysis(function, in: program)
    var order: [String] = []
    var byName: [String: [SiteDefinition]] = [:]
    for site in model.sites where sites.indices.contains(site.index) {
      let site = sites[site.index]
      if byName[site.name.text] == nil { order.append(site.name.text) }
      byName[site.name.text, default: []].append(site)
    }
    variables = order.map { name in
      let sites = byName[name] ?? []
      let sources = sites.map { analysis.sources[$0.id] ?? .unknown }
      let first = sources.first ?? .unknown
      return Variable(
        name: name, sites: sites, source: sources.allSatisfy { $0 == first } ? first : .unknown,
        isConditional: sites.allSatisfy { $0.isConditional || analysis.randomlyRepeated.contains($0.id) })
    }
    otherNames = Set(function.locals).subtracting(order).subtracting(parameters).subtracting([""])
  }

  func variable(_ name: String) -> Variable? { variables.first { $0.name == name } }
}

/// What the body of a model tells about its sites without running.
struct ModelAnalysis {
  private(set) var sources: [SiteID: ModelDefinition.Source] = [:]
  /// Sites in loops whose number of passes depends on a choice.
  private(set) var randomlyRepeated: Set<SiteID> = []

  init(_ function: CoreFunction, in program: CoreProgram) {
    var bodies = [function.body]
    var followed: Set<FunctionID> = []
    while let body = bodies.popLast() {
      var found: [(SiteID, ModelDefinition.Source)] = []
      CoreVisitor(
        statement: { node in
          if case .choice(let choice) = node.kind { found.append((choice.site, Self.source(choice.source))) }
        },
        expression: { node in
          switch node.kind {
          case .sample(let site, let source): found.append((site, Self.source(source)))
          case .closure(let id, _) where followed.insert(id).inserted: bodies.append(program[id].body)
          default: break
          }
        }
      ).visit(body)
      for (site, source) in found { sources[site] = source }
    }
    var loops = RandomLoops()
    loops.run(function.body)
    randomlyRepeated = loops.sites
  }

  private static func source(_ e: CoreExpression) -> ModelDefinition.Source {
    switch e.kind {
    case .applyDistribution: .distribution
    case .applyModel(let id, _): .model(id)
    case .condition(let model, _): source(model)
    case .block(_, let value): source(value)
    case .callPrimitive(let id, let arguments):
      PrimitiveTable[id].name == "do" && !arguments.isEmpty ? source(arguments[0]) : .unknown
    default: .unknown
    }
  }
}

/// Finds the sites in loops whose bounds depend on choices, by following which locals hold random values.
private struct RandomLoops {
  private(set) var sites: Set<SiteID> = []
  private var random: Set<LocalID> = []

  /// Random locals only grow, so the walk is repeated until nothing is added.
  mutating func run(_ body: [CoreStatement]) {
    var before = -1
    while random.count > before {
      before = random.count
      walk(body, isRandom: false)
    }
  }

  private mutating func walk(_ body: [CoreStatement], isRandom: Bool) {
    for statement in body {
      switch statement.kind {
      case .choice(let choice):
        random.insert(choice.local)
        if isRandom { sites.insert(choice.site) }
      case .setLocal(let local, let e):
        if isRandom || self.isRandom(e) { random.insert(local) }
        walk(e, isRandom: isRandom)
      case .update(.local(let local), _, let e):
        if isRandom || self.isRandom(e) { random.insert(local) }
        walk(e, isRandom: isRandom)
      case .evaluate(let e), .returnValue(let e), .factor(let e): walk(e, isRandom: isRandom)
      case .conditional(let e, let then, let otherwise):
        // The branches are conditional sites already; what they assign depends on the choice.
        let branch = isRandom || self.isRandom(e)
        walk(then, isRandom: branch)
        walk(otherwise, isRandom: branch)
      case .forRange(let local, let lower, let upper, _, let body):
        let loop = isRandom || self.isRandom(lower) || self.isRandom(upper)
        if loop { random.insert(local) }
        walk(body, isRandom: loop)
      case .forEach(let local, let e, let body):
        let loop = isRandom || self.isRandom(e)
        if loop { random.insert(local) }
        walk(body, isRandom: loop)
      case .whileLoop(_, let body): walk(body, isRandom: true)
      default: break
      }
    }
  }

  private mutating func walk(_ e: CoreExpression, isRandom: Bool) {
    if case .block(let statements, _) = e.kind { walk(statements, isRandom: isRandom) }
  }

  private func isRandom(_ e: CoreExpression) -> Bool {
    var found = false
    CoreVisitor(expression: { node in
      switch node.kind {
      case .local(let local): if random.contains(local) { found = true }
      case .sample: found = true
      default: break
      }
    }).visit(e)
    return found
  }
}
