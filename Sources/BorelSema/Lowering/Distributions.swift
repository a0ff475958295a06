// Lowers distribution definitions: parameters, support, conditions and methods.

import BorelIR
import BorelSource
import BorelSyntax

/// The distribution whose methods are being lowered; its methods can call each other.
struct DistributionContext {
  var name: String
  var parameterCount: Int
  /// Methods by name with the number of their own arguments.
  var methods: [String: (function: FunctionID, arity: Int)]
}

extension Lowerer {
  /// The methods that a distribution may define, with the number of their own arguments.
  static let methodArities: [String: Int] = [
    "logpdf": 1, "sample": 0, "cdf": 1, "ccdf": 1, "logcdf": 1, "logccdf": 1, "quantile": 1, "mean": 0,
    "variance": 0, "sd": 0, "median": 0, "mode": 0, "entropy": 0, "skewness": 0, "kurtosis": 0,
  ]
  private static let methodSynonyms = [
    "pdf": "logpdf", "lpdf": "logpdf", "log_prob": "logpdf", "logprob": "logpdf", "log_pdf": "logpdf",
    "logpmf": "logpdf", "pmf": "logpdf", "lpmf": "logpdf", "density": "logpdf", "logdensity": "logpdf",
    "rng": "sample", "draw": "sample", "rand": "sample", "simulate": "sample", "generate": "sample",
    "var": "variance", "std": "sd", "icdf": "quantile", "ppf": "quantile", "inv_cdf": "quantile",
    "sf": "ccdf", "survival": "ccdf", "lcdf": "logcdf", "lccdf": "logccdf", "log_cdf": "logcdf",
    "log_ccdf": "logccdf", "expectation": "mean",
  ]

  /// Enters a distribution with its parameters; the rest comes when all top-level names are known.
  func declareDistribution(_ declaration: DistributionDeclaration) -> DistributionID {
    let parameters = declareParameters(declaration.parameters)
    state.program.distributions.append(
      CoreDistribution(
        name: declaration.name.text, parameters: parameters,
        support: CoreSupport(kind: .real, arguments: [], span: declaration.support.span), conditions: [],
        methods: [:], span: declaration.name.span))
    return DistributionID(state.program.distributions.count - 1)
  }

  func defineDistribution(_ id: DistributionID, _ declaration: DistributionDeclaration) {
    let parameters = state.program[id].parameters
    defineDefaults(declaration.parameters, as: parameters)
    let bare = parameters.map { CoreParameter(name: $0.name, type: $0.type, span: $0.span) }
    var methods: [String: (function: FunctionID, arity: Int)] = [:]
    let declared = declaration.methods.map { method -> FunctionID? in
      let function = declareMethod(method, of: declaration, bare, known: methods)
      if let function { methods[method.name.text] = (function, method.parameters.count) }
      return function
    }
    for required in ["logpdf", "sample"] where methods[required] == nil {
      reportMissing(required, declaration)
    }
    let outer = distribution
    distribution = DistributionContext(
      name: declaration.name.text, parameterCount: bare.count, methods: methods)
    defer { distribution = outer }

    let support = lowerSupport(declaration.support, bare)
    let conditions = declaration.conditions.map { lowerCondition($0, bare, declaration) }
    state.program.distributions[id.index].support = support
    state.program.distributions[id.index].conditions = conditions
    state.program.distributions[id.index].methods = methods.mapValues(\.function)
    for (method, function) in zip(declaration.methods, declared) {
      if let function { defineMethod(function, method) }
    }
  }

  private func reportMissing(_ required: String, _ declaration: DistributionDeclaration) {
    error(
      "missing-method", "distribution \(declaration.name.text) has no `\(required)`", at: declaration.name.span,
      hint: required == "logpdf"
        ? "add `logpdf(x) = ...`, the log density (or log probability) at x"
        : "add `sample() = ...`, a draw by primitives such as `standard_normal()` or `standard_uniform()`")
  }

  // MARK: Methods

  private func declareMethod(
    _ method: DistributionDeclaration.Method, of declaration: DistributionDeclaration,
    _ parameters: [CoreParameter], known: [String: (function: FunctionID, arity: Int)]
  ) -> FunctionID? {
    let name = method.name
    if let earlier = known[name.text] {
      duplicate(name, earlier: state.program[earlier.function].span, isReassignable: false)
      return nil
    }
    guard let arity = Lowerer.methodArities[name.text] else {
      let meant =
        Lowerer.methodSynonyms[name.text] ?? closestMatch(to: name.text, among: Lowerer.methodArities.keys.sorted())
      error(
        "unknown-method", "a distribution has no method `\(name.text)`", at: name.span,
        hint: meant.map { "did you mean `\($0)`?" }
          ?? "methods are logpdf, sample, cdf, logcdf, logccdf, quantile, mean, variance and their kin")
      return nil
    }
    if arity != method.parameters.count {
      error(
        "wrong-arity", "`\(name.text)` takes \(arity == 0 ? "no argument" : "one argument") of its own",
        at: name.span,
        hint: arity == 0
          ? "write `\(name.text)() = ...`; it can use the distribution's parameters"
          : "write `\(name.text)(x) = ...`; it can use the distribution's parameters")
    }
    for parameter in method.parameters {
      if let same = parameters.first(where: { $0.name == parameter.name.text }) {
        error(
          "duplicate-parameter", "`\(parameter.name.text)` is already a parameter of the distribution",
          at: parameter.name.span, secondary: [.init(same.span, "here")], hint: "give one of the two another name")
      }
    }
    let own = declareParameters(method.parameters)
    return addFunction(
      CoreFunction(
        name: "\(declaration.name.text).\(name.text)", kind: .method, parameters: parameters + own, locals: [],
        captures: [], body: [], isStochastic: false, span: name.span))
  }

  private func defineMethod(_ id: FunctionID, _ method: DistributionDeclaration.Method) {
    let inner = FunctionContext(
      kind: .method, name: state.program[id].name, effects: .method(method.name.text))
    inner.allowsRandomPrimitives = method.name.text == "sample"
    let parameters = state.program[id].parameters
    let own = Array(parameters.suffix(method.parameters.count))
    defineDefaults(method.parameters, as: own)
    inContext(inner) {
      openParameters(parameters)
      finish(id, inner, parameters: parameters, body: lowerFunctionBody(method.body))
    }
  }

  /// An expression over the distribution's parameters as a method of its own.
  private func lowerParameterExpression(
    _ expression: Expression, _ name: String, _ parameters: [CoreParameter]
  ) -> (FunctionID, FunctionContext) {
    let id = addFunction(
      CoreFunction(
        name: name, kind: .method, parameters: parameters, locals: [], captures: [], body: [],
        isStochastic: false, span: expression.span))
    let inner = FunctionContext(kind: .method, name: name, effects: .method("where"))
    inContext(inner) {
      openParameters(parameters)
      let value = CoreStatement(.returnValue(lowerExpression(expression)), expression.span)
      inner.flow.isReachable = false
      finish(id, inner, parameters: parameters, body: [value])
    }
    return (id, inner)
  }

  private func lowerCondition(
    _ condition: Expression, _ parameters: [CoreParameter], _ declaration: DistributionDeclaration
  ) -> CoreDistribution.Condition {
    let (function, inner) = lowerParameterExpression(
      condition, "\(declaration.name.text).where", parameters)
    return CoreDistribution.Condition(
      function: function, text: source.text(of: condition.span),
      parameters: parameters.indices.filter { inner.usedLocals.contains($0) }, span: condition.span)
  }

  // MARK: Supports

  private static let supportSynonyms = [
    "PositiveReal": "Positive", "Reals": "Real", "Integer": "Int", "Integers": "Int", "Nat": "Count",
    "Natural": "Count", "Boolean": "Bool", "Probability": "UnitInterval", "Unit": "UnitInterval",
    "NonNegativeInt": "Count", "Symmetric": "Covariance", "Cholesky": "CovarianceCholesky",
    "PositiveDefinite": "Covariance", "Range": "Interval", "Array": "Vector",
  ]

  private func lowerSupport(_ support: Expression, _ parameters: [CoreParameter]) -> CoreSupport {
    var head = support
    var arguments: [Expression] = []
    var isIndexed = false
    switch support.kind {
    case .call(let callee, let given):
      head = callee
      arguments = given.map(\.value)
    case .index(let base, let subscripts):
      head = base
      isIndexed = true
      for case .expression(let size) in subscripts { arguments.append(size) }
    default: break
    }
    let lowered = arguments.map { lowerParameterExpression($0, "support", parameters).0 }
    guard case .name(let name) = head.kind else {
      if case .error = head.kind {
      } else {
        error(
          "unknown-support", "a support is a name, such as `Real` or `Interval(a, b)`", at: support.span)
      }
      return CoreSupport(kind: .real, arguments: [], span: support.span)
    }
    guard var kind = SupportKind(rawValue: name) else {
      let names = SupportKind.allCases.map(\.rawValue)
      let meant = Lowerer.supportSynonyms[name] ?? closestMatch(to: name, among: names)
      error(
        "unknown-support", "there is no support `\(name)`", at: head.span,
        hint: meant.map { "did you mean `\($0)`?" } ?? "supports are \(names.joined(separator: ", "))")
      return CoreSupport(kind: .real, arguments: [], span: support.span)
    }
    if isIndexed, kind == .real { kind = arguments.count == 2 ? .matrix : .vector }
    if lowered.count != kind.arity {
      error(
        "wrong-arity",
        "`\(name)` takes \(count(kind.arity, "argument", "arguments")), got \(lowered.count)",
        at: support.span)
    }
    return CoreSupport(kind: kind, arguments: lowered, span: support.span)
  }
}
