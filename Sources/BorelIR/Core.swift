// Core: the whole language after names are resolved and sugar is gone, with its three effects explicit.

import BorelSource
import BorelValues

public struct FunctionID: Hashable, Sendable { public let index: Int; public init(_ index: Int) { self.index = index } }
public struct ModelID: Hashable, Sendable { public let index: Int; public init(_ index: Int) { self.index = index } }
public struct DistributionID: Hashable, Sendable {
  public let index: Int; public init(_ index: Int) { self.index = index }
}
public struct GlobalID: Hashable, Sendable { public let index: Int; public init(_ index: Int) { self.index = index } }
public struct SiteID: Hashable, Sendable { public let index: Int; public init(_ index: Int) { self.index = index } }

/// A local variable of one function; parameters come first.
public struct LocalID: Hashable, Sendable { public let index: Int; public init(_ index: Int) { self.index = index } }

/// A program in Core. It only grows: a session that reads more text appends and keeps every identifier valid.
public struct CoreProgram: Sendable {
  public var functions: [CoreFunction] = []
  public var models: [CoreModel] = []
  public var distributions: [CoreDistribution] = []
  public var globals: [CoreGlobal] = []
  public var sites: [CoreSite] = []
  public init() {}

  public subscript(id: FunctionID) -> CoreFunction { functions[id.index] }
  public subscript(id: ModelID) -> CoreModel { models[id.index] }
  public subscript(id: DistributionID) -> CoreDistribution { distributions[id.index] }
  public subscript(id: SiteID) -> CoreSite { sites[id.index] }
}

/// A top-level `let` or `var`. Scripts set it; functions and models read it.
public struct CoreGlobal: Sendable {
  public var name: String
  public var isMutable: Bool
  public var span: Span
  public init(name: String, isMutable: Bool, span: Span) {
    self.name = name
    self.isMutable = isMutable
    self.span = span
  }
}

/// A declared type: element name and one entry per dimension.
public struct CoreType: Sendable {
  public enum Size: Sendable, Equatable {
    case named(String)
    case fixed(Int)
    case any
  }
  public var name: String
  public var sizes: [Size]
  public var span: Span
  public init(name: String, sizes: [Size], span: Span) {
    self.name = name
    self.sizes = sizes
    self.span = span
  }
}

public struct CoreParameter: Sendable {
  public var name: String
  public var type: CoreType?
  /// A function of the parameters before it that computes the default, called when the argument is left out.
  public var defaultValue: FunctionID?
  public var span: Span
  public init(name: String, type: CoreType? = nil, defaultValue: FunctionID? = nil, span: Span) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.span = span
  }
}

/// A body with its local variables.
public struct CoreFunction: Sendable {
  public enum Kind: String, Sendable {
    /// Top-level statements of a file or of one REPL input.
    case script
    case function
    /// `x => e`; it may sample where it stands inside a model.
    case lambda
    case model
    /// A method of a distribution, or one of its `where` conditions.
    case method
    /// Computes a default argument.
    case defaultValue
  }
  public var name: String
  public var kind: Kind
  public var parameters: [CoreParameter]
  /// Names of all locals, parameters first; temporaries have empty names.
  public var locals: [String]
  /// Names of the captured variables; `.capture(i)` reads them. Closures capture values when they are made.
  public var captures: [String]
  public var body: [CoreStatement]
  /// True where running the body may sample, observe or factor.
  public var isStochastic: Bool
  public var span: Span

  public init(
    name: String, kind: Kind, parameters: [CoreParameter], locals: [String], captures: [String],
    body: [CoreStatement], isStochastic: Bool, span: Span
  ) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
    self.locals = locals
    self.captures = captures
    self.body = body
    self.isStochastic = isStochastic
    self.span = span
  }
}

/// A model: a stochastic function whose sites can be conditioned on by name.
public struct CoreModel: Sendable {
  public var name: String
  public var function: FunctionID
  /// The sites that stand in its body, in textual order, those in lambdas included.
  public var sites: [SiteID]
  public var span: Span
  public init(name: String, function: FunctionID, sites: [SiteID], span: Span) {
    self.name = name
    self.function = function
    self.sites = sites
    self.span = span
  }
}

/// A place where a program makes a choice: `x ~ d`, `x[i] ~ d` or `sample(d)`.
public struct CoreSite: Sendable {
  /// The variable's name, or `sample#k` for the k-th anonymous site of its model, from 1.
  public var name: String
  /// The number of indices.
  public var rank: Int
  /// True for `sample(d)`; repeated choices there get the occurrence as index.
  public var isAnonymous: Bool
  /// True where an execution can pass it by: inside `if`, `while`, a lambda, or after an early `return`.
  public var isConditional: Bool
  /// The span of the left side (or of `sample(...)`).
  public var span: Span
  public init(name: String, rank: Int, isAnonymous: Bool, isConditional: Bool, span: Span) {
    self.name = name
    self.rank = rank
    self.isAnonymous = isAnonymous
    self.isConditional = isConditional
    self.span = span
  }
}

/// A distribution definition. Every method takes the distribution's parameters first, then its own.
public struct CoreDistribution: Sendable {
  public var name: String
  public var parameters: [CoreParameter]
  public var support: CoreSupport
  /// Conditions on the parameters, each a method of the parameters alone with the text to quote.
  public var conditions: [Condition]
  /// `logpdf`, `sample`, `cdf`, `logcdf`, `logccdf`, `quantile`, `mean`, `variance`, ... by name.
  public var methods: [String: FunctionID]
  public var span: Span

  public struct Condition: Sendable {
    public var function: FunctionID
    /// The condition as written: `sigma > 0`.
    public var text: String
    /// The parameters that it mentions, as indices.
    public var parameters: [Int]
    public var span: Span
    public init(function: FunctionID, text: String, parameters: [Int], span: Span) {
      self.function = function
      self.text = text
      self.parameters = parameters
      self.span = span
    }
  }

  public init(
    name: String, parameters: [CoreParameter], support: CoreSupport, conditions: [Condition],
    methods: [String: FunctionID], span: Span
  ) {
    self.name = name
    self.parameters = parameters
    self.support = support
    self.conditions = conditions
    self.methods = methods
    self.span = span
  }
}

/// `on Name(arguments)` or `on Name[arguments]`; each argument is a method of the distribution's parameters.
public struct CoreSupport: Sendable {
  public var kind: SupportKind
  public var arguments: [FunctionID]
  public var span: Span
  public init(kind: SupportKind, arguments: [FunctionID], span: Span) {
    self.kind = kind
    self.arguments = arguments
    self.span = span
  }
}

// MARK: Statements

public struct CoreStatement: Sendable {
  public var kind: Kind
  public var span: Span
  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  public indirect enum Kind: Sendable {
    case evaluate(CoreExpression)
    case setLocal(LocalID, CoreExpression)
    case setGlobal(GlobalID, CoreExpression)
    /// `base.path = value`: copy-on-write update of an element or a field.
    case update(CoreVariable, path: [CoreAccess], CoreExpression)
    /// `x ~ d`, `x[i] ~ d`; the value is stored in `local`, at the indices where there are some.
    case choice(CoreChoice)
    /// `observe value ~ d`
    case observe(value: CoreExpression, distribution: CoreExpression)
    case factor(CoreExpression)
    case conditional(CoreExpression, then: [CoreStatement], else: [CoreStatement])
    case forRange(LocalID, lower: CoreExpression, upper: CoreExpression, closed: Bool, [CoreStatement])
    case forEach(LocalID, CoreExpression, [CoreStatement])
    case whileLoop(CoreExpression, [CoreStatement])
    case breakLoop
    case continueLoop
    case returnValue(CoreExpression)
  }
}

/// A variable that can be assigned.
public enum CoreVariable: Sendable, Equatable {
  case local(LocalID)
  case global(GlobalID)
}

/// One step into a value.
public enum CoreAccess: Sendable {
  case index([CoreSubscript], Span)
  case field(String, Span)
}

public enum CoreSubscript: Sendable {
  case index(CoreExpression)
  case range(lower: CoreExpression, upper: CoreExpression, closed: Bool, Span)
  case all(Span)
}

public struct CoreChoice: Sendable {
  public var site: SiteID
  public var local: LocalID
  public var indices: [CoreExpression]
  /// A distribution or a model, decided when it runs.
  public var source: CoreExpression
  /// The expression after `via`.
  public var strategy: CoreExpression?
  public init(
    site: SiteID, local: LocalID, indices: [CoreExpression], source: CoreExpression,
    strategy: CoreExpression? = nil
  ) {
    self.site = site
    self.local = local
    self.indices = indices
    self.source = source
    self.strategy = strategy
  }
}

// MARK: Expressions

public struct CoreExpression: Sendable {
  public var kind: Kind
  public var span: Span
  public init(_ kind: Kind, _ span: Span) {
    self.kind = kind
    self.span = span
  }

  public indirect enum Kind: Sendable {
    case constant(Value)
    case local(LocalID)
    case capture(Int)
    case global(GlobalID)
    /// A top-level function, a model, a distribution, or a primitive as a value.
    case function(FunctionID)
    case model(ModelID)
    case distribution(DistributionID)
    case primitive(PrimitiveID)
    /// Makes a closure; the expressions give the captured values in the order of the function's `captures`.
    case closure(FunctionID, [CoreExpression])
    /// The closure that is running, for recursion of a nested function.
    case currentClosure
    /// A call of a known function, arguments in parameter order, nil where the default applies.
    case callFunction(FunctionID, [CoreExpression?])
    /// A primitive, arguments in parameter order with defaults filled in.
    case callPrimitive(PrimitiveID, [CoreExpression])
    /// Applies a model to arguments: a model value.
    case applyModel(ModelID, [CoreExpression?])
    /// Applies a distribution to its parameters: a distribution value.
    case applyDistribution(DistributionID, [CoreExpression?])
    /// A call of a value that is only known when it runs. Labels are nil for positional arguments.
    case callValue(CoreExpression, [CoreArgument])
    case array([CoreExpression])
    case tuple([CoreExpression])
    case record([(key: String, value: CoreExpression)])
    case range(lower: CoreExpression, upper: CoreExpression, closed: Bool)
    case index(CoreExpression, [CoreSubscript])
    case field(CoreExpression, String)
    /// The i-th of exactly n elements of a tuple, for patterns.
    case tupleElement(CoreExpression, index: Int, count: Int)
    case and(CoreExpression, CoreExpression)
    case or(CoreExpression, CoreExpression)
    case conditional(CoreExpression, CoreExpression, CoreExpression)
    /// Statements, then a value.
    case block([CoreStatement], CoreExpression)
    /// `model | record`
    case condition(CoreExpression, on: CoreExpression)
    /// `sample(d)`
    case sample(SiteID, CoreExpression)
  }
}

public struct CoreArgument: Sendable {
  public var label: String?
  public var value: CoreExpression
  public init(label: String?, value: CoreExpression) {
    self.label = label
    self.value = value
  }
}
