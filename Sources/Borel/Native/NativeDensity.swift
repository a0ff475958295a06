// A model with its data as native code: its log density and what maps between its choices and unconstrained space.

import BorelIR
import BorelNative
import BorelPasses
import BorelSemantics
import BorelSource
import BorelValues

/// The native form of a model with its data. Immutable; evaluators of several threads share it.
public final class NativeDensity: @unchecked Sendable {
  let programs: NativePrograms
  let module: NativeModule
  let model: NativeModel
  let trial: TrialRun
  let sources: SourceMap

  /// Specialises, compiles (or finds compiled), loads and prepares.
  ///
  /// For sampling, the gradient and the map to the choices are enough; the rest is compiled where `includesChecks` asks for it.
  /// Without the Jacobian the density is that of the choices themselves.
  init(
    _ bound: BoundModel, includesChecks: Bool, includesJacobian: Bool = true, cache: ModuleCache? = .standard
  ) throws(NativeObstacle) {
    sources = bound.model.store.sources
    do throws(Failure) { trial = try TrialRun(bound.program(bound.value)) } catch { throw .failure(error) }
    do throws(NotNative) {
      programs = try NativePrograms(
        bound.loopProgram(trial), forSampling: !includesChecks, includesJacobian: includesJacobian)
    } catch {
      throw .reason(error)
    }
    let inputs = NativeInputs(bound, trial, programs.specialised)
    do throws(NativeFailure) {
      let functions = includesChecks ? programs.functions : programs.samplingFunctions
      module = try NativeModule(try NativeSource(functions), cache: cache)
      model = try NativeModel(module) { (source) throws(NativeFailure) in try inputs.value(of: source) }
    } catch {
      throw .native(error)
    }
  }

  /// A candidate's native form from a module that is compiled already, `adjusting` its data.
  init(
    _ candidate: ComparisonCandidate, _ module: NativeModule, adjusting: (NativeValue) -> NativeValue = { $0 }
  ) throws(NativeFailure) {
    sources = candidate.bound.model.store.sources
    trial = candidate.trial
    programs = candidate.programs
    self.module = module
    let inputs = NativeInputs(candidate.bound, trial, programs.specialised)
    model = try NativeModel(module) { (source) throws(NativeFailure) in adjusting(try inputs.value(of: source)) }
  }

  /// The names of what a function computes besides its value.
  func outputs(of function: String) -> [String] {
    guard let index = module.index(of: function) else { return [] }
    return module.source.functions[index].outputs.map(\.name)
  }

  /// The C of the model, without the header of vector mathematics.
  public var cText: String { module.source.modelText }

  /// True where the compiler did not have to run.
  public var wasCached: Bool { module.wasCached }

  /// An evaluator of one of the functions, for one thread.
  func evaluator(_ name: String) throws(NativeFailure) -> NativeEvaluator {
    guard let index = module.index(of: name) else { throw .internal(stage: "evaluate", "no function \(name)") }
    return try NativeEvaluator(model, function: index)
  }
}

/// Why a model with its data has no native form.
enum NativeObstacle: Error {
  case reason(NotNative)
  case failure(Failure)
  case native(NativeFailure)
}

/// The programs that a model's native form consists of.
struct NativePrograms {
  var specialised: LoopProgram
  /// Computes from data what the others read.
  var preparation: LoopProgram
  /// Over the unconstrained position.
  var logDensity: LoopProgram
  var logDensityGradient: LoopProgram
  /// Over the values of the choices themselves.
  var atChoices: LoopProgram
  var constrain: LoopProgram

  /// With `forSampling` only `samplingFunctions` are made.
  init(
    _ specialised: LoopProgram, forSampling: Bool = false, includesJacobian: Bool = true
  ) throws(NotNative) {
    self.specialised = specialised
    var scored = density(of: specialised)
    try checkStructure(scored)
    constrain = try constrainingMap(of: scored)
    // Densities do not compute what the model returns.
    scored.results = []
    var unconstrained = splitTargets(try unconstrain(scored, includesJacobian: includesJacobian))
    unconstrained.sites = []
    let prepared = groupByIndex(prepare(eliminateDeadCode(unconstrained)))
    preparation = prepared.preparation
    logDensity = prepared.evaluation
    guard let position = logDensity.input(.position) else {
      throw NotNative(.internalError, "a density without a position", at: nil)
    }
    do throws(GradientFailure) {
      logDensityGradient = try simplifiedGradient(of: logDensity, withRespectTo: position)
    } catch {
      throw NotNative(.noDerivative, error.description, at: error.span)
    }
    if forSampling {
      atChoices = LoopProgram(name: specialised.name)
    } else {
      logDensity = eliminateDeadCode(rearrangeLoops(simplify(logDensity)))
      atChoices = try densityAtChoices(of: scored)
    }
    try verify("specialise", specialised)
    try verify("unconstrain", unconstrained)
    for function in forSampling ? samplingFunctions : functions { try verify(function.name, function.program) }
  }

  /// The latent sites that have no place in the position: discrete ones, whose values are given.
  var givenSites: [LoopSite] { specialised.sites.filter { $0.status != .observed && $0.scalar != .real } }

  /// What a library with BridgeStan's interface needs besides, and the supports of its parameters.
  func bridgeFunctions() throws(NotNative) -> (functions: [NativeFunction], supports: [Int: SupportKind]) {
    if let site = givenSites.first {
      throw NotNative(.discreteChoice, "`\(site.pattern)` is discrete and not observed", at: site.span)
    }
    var scored = density(of: specialised)
    scored.results = []
    var plain = try unconstrain(scored, includesJacobian: false)
    plain.sites = []
    plain = eliminateDeadCode(simplify(splitTargets(plain)))
    var functions = functions.filter { !["log_density_at_choices", "constrain"].contains($0.name) }
    functions.append(NativeFunction(name: "constrain", program: try constrainingMap(of: scored)))
    do throws(NotNative) {
      functions.append(NativeFunction(name: "unconstrain", program: try unconstrainingMap(of: scored)))
    } catch {
      // A partly observed variable has no inverse: the interface says so when it is asked.
      guard error.kind == .construct else { throw error }
    }
    functions.append(NativeFunction(name: "log_density_without_jacobian", program: plain))
    try addProduct(of: logDensityGradient, "log_density_product", &functions)
    if let position = plain.input(.position) {
      let slope: LoopProgram
      do throws(GradientFailure) { slope = try simplifiedGradient(of: plain, withRespectTo: position) } catch {
        throw NotNative(.noDerivative, error.description, at: error.span)
      }
      functions.append(NativeFunction(name: "log_density_without_jacobian_gradient", program: slope))
      try addProduct(of: slope, "log_density_without_jacobian_product", &functions)
    }
    return (functions, boundSupports(of: scored))
  }

  /// Adds the Hessian's product with a direction; where an operation has no second derivative, the bridge takes differences.
  private func addProduct(
    of gradient: LoopProgram, _ name: String, _ functions: inout [NativeFunction]
  ) throws(NotNative) {
    guard let position = gradient.input(.position),
      let product = try? simplifiedProduct(of: gradient, withRespectTo: position)
    else { return }
    try verify(name, product)
    functions.append(NativeFunction(name: name, program: product))
  }

  private func verify(_ stage: String, _ program: LoopProgram) throws(NotNative) {
    let problems = verifyLoop(program)
    guard let first = problems.first else { return }
    throw NotNative(.internalError, "\(stage) made a wrong program: \(first)", at: nil)
  }

  /// What a sampler calls.
  var samplingFunctions: [NativeFunction] {
    functions.filter { ["prepare", "log_density_gradient", "constrain"].contains($0.name) }
  }

  var functions: [NativeFunction] {
    [
      NativeFunction(name: "prepare", program: preparation, isPreparation: true),
      NativeFunction(name: "log_density", program: logDensity),
      NativeFunction(name: "log_density_gradient", program: logDensityGradient),
      NativeFunction(name: "log_density_at_choices", program: atChoices),
      NativeFunction(name: "constrain", program: constrain),
    ]
  }
}
