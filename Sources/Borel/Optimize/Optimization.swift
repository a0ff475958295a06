// The mode of a model: maximum likelihood or posterior mode by L-BFGS, for a Swift program.

import BorelConvergence
import BorelDataIO
import BorelDraws
import BorelInference
import BorelNumerics
import BorelOptimize
import BorelSemantics
import BorelSource
import BorelValues

/// Settings of `BoundModel.optimize`; names and defaults are Stan's where it has them.
public struct OptimizationSettings: Sendable, Equatable {
  /// With the Jacobian the mode is that of the unconstrained parameters, without it that of the parameters themselves.
  public var includesJacobian = false
  /// How many steps L-BFGS remembers.
  public var history = 5
  public var stopping = StoppingRules()
  public var start = HamiltonianSettings.Start.random(radius: 2)

  public init() {}

  var optimiser: LBFGS {
    var optimiser = LBFGS(history: history)
    optimiser.stopping = stopping
    return optimiser
  }
}

public typealias StoppingRules = BorelOptimize.StoppingRules
public typealias StoppingReason = BorelOptimize.StoppingReason

/// The parameters at which the log density is highest, as far as the search came.
public struct Optimization: Sendable, CustomStringConvertible {
  /// One draw: the values of the parameters.
  public let posterior: Posterior
  /// Up to the constants that the model's distributions have: they are all there.
  public let logDensity: Double
  /// Whether the log density includes the log-Jacobian of the map from unconstrained space.
  public let includesJacobian: Bool
  public let reason: StoppingReason
  public let iterations: Int
  /// Evaluations of the log density with its gradient.
  public let gradients: Int
  /// The place in unconstrained space, from which other methods can start.
  public let position: [Double]
  public let seed: UInt64

  public var isConverged: Bool { reason.isConverged }
  public var names: [String] { posterior.names }

  /// The values of a variable, row-major; one for a scalar.
  public subscript(name: String) -> [Double]? { posterior[name]?.values }

  private var draws: Draws { posterior.value.outcome.result.draws }

  public func selecting(keep: [String] = [], drop: [String] = []) throws(BorelError) -> Optimization {
    Optimization(
      posterior: try posterior.selecting(keep: keep, drop: drop), logDensity: logDensity,
      includesJacobian: includesJacobian, reason: reason, iterations: iterations, gradients: gradients,
      position: position, seed: seed)
  }

  /// The table of values and how the search ended.
  public var description: String {
    var table = TextTable(header: ["", "value"])
    var omitted: [String] = []
    for variable in draws.variables {
      let values = draws.elements(of: variable, draw: 0)
      for (offset, value) in values.enumerated() {
        if values.count > 24, (21..<values.count - 2).contains(offset) {
          if offset == 21 {
            table.rows.append(["...", ""])
            omitted.append("\(values.count - 23) of \(values.count) elements of \(variable.name) not shown")
          }
          continue
        }
        table.rows.append([variable.elementName(offset), sixDigits(value)])
      }
    }
    let space = includesJacobian ? "over unconstrained space" : "of the parameters"
    let lines = [
      "log density \(space) \(sixDigits(logDensity))", "\(iterations) iterations, \(gradients) gradients",
      reason.explanation,
    ]
    return table.text + "\n\n" + (lines + omitted).joined(separator: "\n")
  }

  /// Values and the end of the search as a JSON object.
  public var json: String {
    let values = draws.variables.map { ($0.name, VariableValue(draws: draws, variable: $0).value(draw: 0)) }
    let fields: [(String, Value)] = [
      ("values", .record(values)), ("log_density", .real(logDensity)), ("jacobian", .bool(includesJacobian)),
      ("converged", .bool(isConverged)), ("stopped_by", .string(reason.rawValue)), ("iterations", .int(iterations)),
      ("gradients", .int(gradients)), ("seed", Int(exactly: seed).map { .int($0) } ?? .null),
    ]
    return jsonText(.record(fields)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

extension BoundModel {
  /// Finds the parameters at which the log density is highest, by L-BFGS from a random start.
  ///
  /// - Throws: where the model has discrete or no free choices, or no start with a density is found.
  public func optimize(
    _ settings: OptimizationSettings = .init(), seed: UInt64? = nil
  ) throws(BorelError) -> Optimization {
    let seed = model.host.seed(seed)
    let target = try continuousTarget("optimize", includesJacobian: settings.includesJacobian)
    let control = model.options.control
    do throws(Failure) {
      let function = try DensityFunction(target)
      let start = try target.starts(1, settings.start, RandomStream(seed: seed))[0]
      let found = try settings.optimiser.maximise(function, from: start) { iteration, _ in
        control.progress?(Progress(phase: "iterations", completed: iteration, total: nil))
        return !control.isCancelled()
      }
      let draws = try target.draws(at: [found.point.position], statistics: [("lp__", .real)]) { _ in
        [found.point.value]
      }
      var result = InferenceResult(draws: draws, executions: found.evaluations)
      result.wasCancelled = found.reason == .cancelled
      if !found.reason.isConverged, found.reason != .cancelled {
        result.warnings.append(warn("not-converged", found.reason.explanation, hint: Self.hint(found.reason)))
      }
      model.host.report(result)
      return Optimization(
        posterior: Posterior(InferenceOutcome(result: result), method: "optimize", seed: seed),
        logDensity: found.point.value, includesJacobian: settings.includesJacobian, reason: found.reason,
        iterations: found.iterations, gradients: found.evaluations, position: found.point.position, seed: seed)
    } catch {
      throw self.error(error)
    }
  }

  private static func hint(_ reason: StoppingReason) -> String? {
    switch reason {
    case .iterations: "--iterations raises the limit; a search that creeps may follow a ridge or go off to infinity"
    case .unbounded, .lineSearch:
      "the log density may have no maximum, as where a scale goes to zero: look for extreme values, and give these parameters priors; `--jacobian` finds the mode over unconstrained space"
    default: nil
    }
  }
}
