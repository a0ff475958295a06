// Simulation-based calibration: is the posterior that a sampler gives the posterior of the model?

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues

/// Settings of simulation-based calibration.
public struct CalibrationSettings: Sendable {
  public var simulations: Int
  /// L: draws of each posterior, thinned, that a true value is ranked among.
  public var ranks: Int
  /// Patterns of the variables that are simulated data, observed when the model is fitted.
  public var observed: [String]
  /// `draws` and `chains` of it are set here.
  public var method: Method
  public var warmup: Int
  /// Of so many draws one is ranked.
  public var thin: Int
  /// The probability with which a right sampler fails.
  public var falseAlarmRate: Double

  public init(
    simulations: Int = 200, ranks: Int = 99, observed: [String] = ["y"], method: Method = .nuts(), warmup: Int = 500,
    thin: Int = 10, falseAlarmRate: Double = 0.001
  ) {
    self.simulations = max(simulations, 1)
    self.ranks = max(ranks, 1)
    self.observed = observed
    self.method = method
    self.warmup = max(warmup, 0)
    self.thin = max(thin, 1)
    self.falseAlarmRate = falseAlarmRate
  }

  /// The method with as many draws as the ranks need, in one chain.
  var chainMethod: Method {
    switch method {
    case .hamiltonian(var settings):
      settings.draws = ranks
      settings.thin = thin
      settings.warmup = warmup
      settings.chains = 1
      return .hamiltonian(settings)
    case .metropolisHastings:
      return .metropolisHastings(draws: ranks, warmup: warmup, chains: 1, thin: thin)
    default: return method
    }
  }
}

extension BoundModel {
  /// Simulation-based calibration (Talts, Betancourt, Simpson, Vehtari & Gelman 2018).
  ///
  /// Draws all variables of the model, gives the observed ones to `fitted` (or to this model), samples its posterior, and ranks each true value among
  /// the draws; where the sampler is right, ranks are uniform on 0, …, L. The log density of the draw is ranked as well, which notices data
  /// that the posterior ignores (Modrák et al. 2023). Simulation i takes its randomness from child i of the seed.
  public func calibrate(
    _ settings: CalibrationSettings = .init(), fitting fitted: BoundModel? = nil, seed: UInt64? = nil
  ) throws(BorelError) -> CalibrationReport {
    let seed = model.host.seed(seed)
    let random = RandomStream(seed: seed)
    let prior = program(ModelObject(value.definition, arguments: value.arguments, interventions: value.interventions))
    let fit = fitted ?? self
    do throws(Failure) {
      let first = try simulate(prior, settings, random.child(0))
      guard !first.data.isEmpty else {
        throw Failure(
          .user,
          Diagnostic(
            code: "sbc",
            "no variable of the model matches \(settings.observed.map { "`\($0)`" }.joined(separator: ", "))",
            hint: "name the variables that are data: --observe y"))
      }
      let outer = model.options.control
      let progress = CompletedCount(outer.progress, total: settings.simulations)
      let results = try parallelMap(settings.simulations, threads: outer.threads) {
        number throws(Failure) -> [CalibrationReport.Rank]? in
        if outer.isCancelled() { return nil }
        let truth = try simulate(prior, settings, random.child(UInt64(number)))
        let ranks = try fit.ranks(of: truth, settings, random.child(UInt64(number)).child(1))
        progress.add()
        return ranks
      }
      return CalibrationReport(results.compactMap { $0 }, settings, seed: seed)
    } catch {
      throw self.error(error)
    }
  }

  /// One draw of everything: the data by name, the true values of the rest by element.
  private func simulate(
    _ prior: ModelProgram, _ settings: CalibrationSettings, _ random: RandomStream
  ) throws(Failure) -> (data: [(String, Value)], values: [String: Double], trace: Trace) {
    var random = random.child(0)
    let trace = try prior.simulate(using: &random)
    let isData: (String) -> Bool = { name in settings.observed.contains { matches(name, $0) } }
    let data = TraceValue(trace).variables.filter { isData($0.name) }
    let run = TrialRun(trace)
    var values: [String: Double] = [:]
    for variable in RowLayout(run, value: .null).variables where !isData(variable.name) {
      guard let site = variable.site, let elements = run[site.pattern]?.flatValues() else { continue }
      let named = Draws.Variable(name: variable.name, shape: variable.shape, kind: variable.kind, firstColumn: 0)
      for offset in 0..<variable.count { values[named.elementName(offset)] = elements[site.offset + offset] }
    }
    return (data, values, trace)
  }

  /// The ranks of true values among draws of the posterior of the data that belong to them.
  private func ranks(
    of truth: (data: [(String, Value)], values: [String: Double], trace: Trace), _ settings: CalibrationSettings,
    _ random: RandomStream
  ) throws(Failure) -> [CalibrationReport.Rank] {
    let map = try ChoiceMap.from(record: RecordObject(keys: truth.data.map(\.0), values: truth.data.map(\.1)))
    let conditioned = BoundModel(
      model: model, value: try value.conditioned(on: map, in: model.environment.program.tables))
    var control = model.options.control
    control.threads = 1
    control.progress = nil
    var coins = random.child(1)
    let (draws, logDensity) = try conditioned.posteriorDraws(settings.chainMethod, truth.trace, random, control)
    var ranks: [CalibrationReport.Rank] = []
    func rank(_ name: String, _ column: ArraySlice<Double>, _ value: Double) {
      var (below, equal) = (0, 0)
      for draw in column {
        if draw < value { below += 1 }
        if draw == value { equal += 1 }
      }
      // Among draws that equal the value, as whole numbers do, every place is as likely.
      if equal > 0 { below += coins.uniformInt(below: equal + 1) }
      ranks.append(.init(name: name, rank: below, count: column.count))
    }
    for variable in draws.variables {
      for offset in 0..<variable.count {
        let name = variable.elementName(offset)
        guard let value = truth.values[name] else { continue }
        rank(name, draws.column(variable.firstColumn + offset), value)
      }
    }
    if let logDensity, let column = draws.statistic("lp__")?.firstColumn {
      rank("lp__", draws.column(column), logDensity)
    }
    return ranks
  }

  /// Draws of the posterior, and the log density over unconstrained space of the true values where the method has one.
  private func posteriorDraws(
    _ method: Method, _ truth: Trace, _ random: RandomStream, _ control: RunControl
  ) throws(Failure) -> (Draws, Double?) {
    guard case .hamiltonian(let settings) = method else {
      return (try method.run(program(value), random: random, control: control).result.draws, nil)
    }
    let plan: SamplingPlan
    do throws(BorelError) { plan = try samplingPlan() } catch {
      throw Failure(.user, error.diagnostics.first ?? Diagnostic(code: "sbc", "the model cannot be sampled"))
    }
    switch plan {
    case .traces:
      return (try settings.overTraces.run(program(value), random: random, control: control).result.draws, nil)
    case .gradient(let target):
      let draws = try HamiltonianSampling(target: target, settings: settings).run(random: random, control: control)
        .draws
      guard target.discreteSites.isEmpty else { return (draws, nil) }
      var choices = GivenChoices()
      for site in target.trial.sites {
        for element in site.elements where !element.isObserved {
          if let value = truth[element.address]?.value { choices[element.address] = value }
        }
      }
      guard let position = try target.position(of: choices), !position.isEmpty else { return (draws, nil) }
      var gradient = position
      return (draws, try target.makeEvaluator().evaluate(at: position, gradient: &gradient))
    }
  }
}

/// Counts finished simulations for a progress line.
private final class CompletedCount: Sendable {
  private let progress: (@Sendable (Progress) -> Void)?
  private let total: Int
  private let count = LockedCount()

  init(_ progress: (@Sendable (Progress) -> Void)?, total: Int) {
    self.progress = progress
    self.total = total
  }

  func add() {
    let done = count.add(1)
    progress?(Progress(phase: "simulations", completed: done, total: total))
  }
}
