// Sampling a model by its gradient: what it is run on, and what instead where it has none.

import BorelDraws
import BorelInference
import BorelMCMC
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM

/// A plan for sampling a model: by its gradient, or over traces with the reason.
enum SamplingPlan {
  case gradient(SamplingTarget)
  case traces(reason: String)
}

extension HamiltonianSettings {
  /// Metropolis-Hastings over traces with as many draws.
  var overTraces: Method { .metropolisHastings(draws: draws, warmup: warmup, chains: chains, thin: thin) }
}

extension BoundModel {
  /// Draws by the model's gradient where it has one.
  func sample(
    _ settings: HamiltonianSettings, seed: UInt64, to destination: FitDestination?
  ) throws(BorelError) -> Posterior {
    let random = RandomStream(seed: seed)
    switch try samplingPlan() {
    case .traces(let reason):
      note("not-by-gradient", "sampled by Metropolis-Hastings over traces: \(reason)")
      if destination?.resumes == true {
        throw BorelError(
          .data, code: "resume", "a run over traces cannot be resumed",
          hint: "run again without --resume")
      }
      let posterior: Posterior
      do throws(Failure) {
        let outcome = try settings.overTraces.run(program(value), random: random, control: model.options.control)
        model.host.report(outcome.result)
        posterior = Posterior(outcome, seed: seed)
      } catch {
        throw self.error(error)
      }
      try destination?.write(posterior)
      return posterior
    case .gradient(let target):
      if let reason = target.reasonForMachine {
        note(
          "machine-gradient", "gradients are taken on the virtual machine: \(reason.message)", at: reason.primary?.span)
      }
      if let discrete = target.discreteDescription {
        note("discrete-updates", "\(discrete) updated one by one between the steps of \(settings.algorithm.rawValue)")
      }
      var sampling = HamiltonianSampling(target: target, settings: settings)
      var files: FitFiles?
      if let destination {
        let isKept = try destination.selection(among: target.layout.variables.map(\.name))
        sampling.isKept = isKept
        sampling.checkpointInterval = destination.checkpointInterval
        files = try FitFiles(
          destination.paths, layout: sampling.layout,
          configuration: configuration(settings, destination, seed: seed), isResuming: destination.resumes)
      }
      do throws(Failure) {
        var result = try sampling.run(random: random, control: model.options.control, output: files)
        if let warning = target.improperPosterior(result.draws) { result.warnings.append(warning) }
        model.host.report(result)
        return Posterior(InferenceOutcome(result: result), method: settings.algorithm.rawValue, seed: seed)
      } catch {
        throw self.error(error)
      }
    }
  }

  /// How the model is sampled.
  func samplingPlan(includesJacobian: Bool = true) throws(BorelError) -> SamplingPlan {
    let target = try SamplingTarget(self, includesJacobian: includesJacobian)
    if target.layout.variables.allSatisfy({ $0.site == nil }) {
      return .traces(reason: "the model has no free choices")
    }
    if target.dimension == 0 {
      return .traces(reason: "every free choice is discrete (`--method enumerate` may give the exact posterior)")
    }
    if !target.isNative, try hasRandomStructure(target.trial) {
      return .traces(reason: "which choices it makes is random, so that they have no common space")
    }
    if !target.discreteSites.isEmpty, target.discreteChoices() == nil {
      return .traces(reason: "the possible values of its discrete choices cannot be listed")
    }
    return .gradient(target)
  }

  /// Whether executions make different choices, or choices of different sizes.
  private func hasRandomStructure(_ trial: TrialRun) throws(BorelError) -> Bool {
    func structure(_ trial: TrialRun) -> [String: Int] {
      var sizes: [String: Int] = [:]
      for site in trial.sites {
        for element in site.elements { sizes[element.address.description] = element.value.asArray?.count ?? 1 }
      }
      return sizes
    }
    let first = structure(trial)
    do throws(Failure) {
      for seed: UInt64 in 1...12 {
        let other = try TrialRun(program(value), seed: 7919 &* seed)
        if structure(other) != first { return true }
      }
    } catch {
      throw self.error(error)
    }
    return false
  }

  func note(_ code: String, _ message: String, at span: Span? = nil) {
    model.options.notice(
      RunOptions.Notice(
        kind: .note, diagnostic: Diagnostic(.note, code: code, message, at: span), sources: model.store.sources))
  }
}

extension SamplingTarget {
  /// "`z` (30 elements) is", for a message; nil without discrete choices.
  var discreteDescription: String? {
    let sites = trial.sites.filter { discreteSites.contains($0.pattern) }
    guard !sites.isEmpty else { return nil }
    let names = sites.map { site in
      let count = site.elements.count { !$0.isObserved }
      return count == 1 ? "`\(site.pattern)`" : "`\(site.pattern)` (\(count) elements)"
    }
    return names.joined(separator: ", ") + (names.count == 1 ? " is discrete and" : " are discrete and")
  }
}
