// Compares the two back ends on one model with its data: log densities at draws and at positions, Jacobians, gradients.

import BorelIR
import BorelNative
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelSource
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A model with its data in native form, ready to be compiled together with others.
public struct ComparisonCandidate: Sendable {
  /// Why there is no native form.
  public struct Obstacle: Error, Sendable {
    /// "construct", "stochastic structure", ...; "internal error" and "failure" for what should not happen.
    public var kind: String
    public var reason: String
  }

  let bound: BoundModel
  let trial: TrialRun
  var programs: NativePrograms
  let source: NativeSource

  public init(_ bound: BoundModel) throws(Obstacle) {
    self.bound = bound
    do throws(Failure) { trial = try TrialRun(bound.program(bound.value)) } catch {
      throw Obstacle(kind: "failure", reason: error.diagnostic.message)
    }
    do throws(NotNative) { programs = try NativePrograms(bound.loopProgram(trial)) } catch {
      throw Obstacle(kind: error.kind.rawValue, reason: error.reason)
    }
    do throws(NativeFailure) { source = try NativeSource(programs.functions) } catch {
      throw Obstacle(kind: "internal error", reason: error.diagnostic.message)
    }
  }

  /// The C of the model, without the header of vector mathematics.
  public var cText: String { source.modelText }
}

extension BoundModel {
  /// The values of one execution's choices by the variables of the model's own body, row-major; those of distributions without draws
  /// are some values of their support.
  public func exampleChoices(
    seed: UInt64
  ) throws(BorelError) -> [(name: String, elements: [Double], shape: [Int], isInt: Bool, isBool: Bool)] {
    let run: TrialRun
    do throws(Failure) { run = try TrialRun(program(value), seed: seed) } catch { throw self.error(error) }
    return run.sites.filter { !$0.pattern.contains("/") && $0.isDense }.map { site in
      (
        String(site.pattern.prefix { $0 != "[" }), site.flatValues(), site.shape, site.scalar == .int,
        site.scalar == .bool
      )
    }
  }
}

/// Both back ends of one model with its data.
public final class BackEndComparison {
  /// Relative to the log density where its size exceeds 1.
  static let valueTolerance = 1e-10
  /// Relative to the greatest component of the gradient where that exceeds 1.
  static let gradientTolerance = 1e-5

  private let candidate: ComparisonCandidate
  private let bound: BoundModel
  private var trial: TrialRun
  private let program: LoopProgram
  /// Whether the program chooses between numbers by their size.
  private let hasTies: Bool
  /// Nil where preparation found that the data have no density.
  private let density: NativeDensity?
  /// Compiled where the back ends differ.
  private var rounding: RoundingEstimate?

  /// Compiles candidates in one run of the compiler.
  public static func compile(
    _ candidates: [ComparisonCandidate], effort: ComparisonEffort = .full
  ) throws(BorelError) -> [BackEndComparison] {
    do throws(NativeFailure) {
      let modules = try compileTogether(candidates.map(\.source), effort: effort.compiler)
      return zip(candidates, modules).map { BackEndComparison($0, $1) }
    } catch {
      throw BorelError(.internal, [error.diagnostic], sources: candidates[0].bound.model.store.sources)
    }
  }

  private init(_ candidate: ComparisonCandidate, _ module: NativeModule) {
    self.candidate = candidate
    bound = candidate.bound
    trial = candidate.trial
    program = candidate.programs.specialised
    density = try? NativeDensity(candidate, module)
    hasTies = Self.hasTies(candidate.programs.logDensity)
  }

  /// Whether extremes are taken, or elements of one array are put in order.
  private static func hasTies(_ program: LoopProgram) -> Bool {
    var found = false
    var arrays: [LoopVariable: LoopVariable] = [:]
    for statement in program.body {
      statement.visit { statement in
        guard case .define(let variable, let operation) = statement.kind else { return }
        switch operation {
        case .load(let array, _): arrays[variable] = array
        case .apply(.less, let operands):
          if case (.variable(let a), .variable(let b)) = (operands[0], operands[1]), let array = arrays[a] {
            found = found || arrays[b] == array
          }
        case .apply(.minimum, let operands), .apply(.maximum, let operands):
          // A bound that is a constant is no element among others.
          found = found || operands.allSatisfy { if case .variable = $0 { true } else { false } }
        case .apply(.absolute, _): found = true
        case .apply: break
        case .read: break
        }
      }
    }
    return found
  }

  /// Log densities at draws from the prior; densities, Jacobians and gradients at the origin and at random positions.
  public func run(draws: Int, positions: Int, seed: UInt64) -> ComparisonReport {
    var report = ComparisonReport()
    var random = RandomStream(seed: seed)
    do throws(Failure) {
      for _ in 0..<draws {
        let run = try bound.program(bound.value).generate(using: &random)
        if run.failure != nil { continue }
        compare(run.trace.logDensity, at: TrialRun(run.trace), "a draw from the prior", &report, &random)
      }
    } catch {
      report.stop = error.diagnostic.message
    }
    guard let density, report.disagreements.isEmpty, report.stop == nil else { return report }
    do throws(NativeFailure) {
      let value = try FunctionAtChoices(density, "log_density", choices: trial)
      let gradient = try FunctionAtChoices(density, "log_density_gradient", choices: trial)
      let constrain = try FunctionAtChoices(density, "constrain", choices: trial)
      for number in 0..<positions {
        let q = (0..<value.evaluator.dimension).map { _ in number == 0 ? 0 : 0.8 * random.normal() }
        try compare(at: q, number == 0 ? "the origin" : "a random position", value, constrain, &report, &random)
        compareGradient(at: q, value, gradient, hasTies: hasTies && number == 0, &report)
      }
    } catch {
      report.disagreements.append("native code stops: \(error.diagnostic.message)")
    }
    return report
  }

  // MARK: Values

  /// The machine's log density at choices; -inf where it fails numerically, nil where it stops with an error.
  private func machineDensity(at choices: TrialRun) -> Double? {
    do throws(Failure) { return try bound.program(bound.value).logDensity(of: choices.freeChoices) } catch {
      return nil
    }
  }

  private func compare(
    _ machine: Double?, at choices: TrialRun, _ place: String, _ report: inout ComparisonReport,
    _ random: inout RandomStream
  ) {
    var native = -Double.infinity
    if let density {
      do throws(NativeFailure) {
        native = try FunctionAtChoices(density, "log_density_at_choices", choices: choices).evaluate()
      } catch {
        report.disagreements.append("native code stops at \(place): \(error.diagnostic.message)")
        return
      }
    }
    let machineValue = machine ?? .nan
    let hasDensity = (machineValue > -.infinity, native > -.infinity)
    if !hasDensity.0, !hasDensity.1 {
      report.failures += 1
      return
    }
    let difference = machineValue == native ? 0 : abs(machineValue - native)
    if difference <= Self.valueTolerance * max(1, abs(machineValue)) {
      report.values += 1
      return
    }
    if hasDensity.0, hasDensity.1, isWithinRounding(difference, machineValue, native, at: choices, &random) {
      report.illConditioned += 1
      return
    }
    let told = machine.map { "\($0)" } ?? "an error"
    report.disagreements.append("log density at \(place): \(told) on the machine, \(native) natively")
  }

  /// Whether rounding moves the value by more than the back ends differ: that of the choices, or that of the data and of everything
  /// computed on the way.
  private func isWithinRounding(
    _ difference: Double, _ machineValue: Double, _ native: Double, at choices: TrialRun, _ random: inout RandomStream
  ) -> Bool {
    var spread = 0.0
    for _ in 0..<8 {
      let moved = machineDensity(at: perturbed(choices, &random)) ?? .nan
      spread = max(spread, abs(moved - machineValue))
      if moved.isNaN { spread = .infinity }
    }
    if difference <= 1000 * spread { return true }
    do throws(NativeFailure) {
      if rounding == nil { rounding = try RoundingEstimate(candidate) }
      let spread = try rounding?.spread(at: choices, around: native) ?? 0
      return difference <= 32 * spread
    } catch {
      return false
    }
  }

  private func perturbed(_ choices: TrialRun, _ random: inout RandomStream) -> TrialRun {
    var moved = choices
    for site in choices.sites where site.scalar == .real {
      let values = site.flatValues().map { $0 * (1 + 4.4e-16 * (2 * random.uniform() - 1)) }
      moved.replaceFreeValues(of: site.pattern, by: values)
    }
    return moved
  }

  /// The density at a position is that at the choices it stands for, with the log-Jacobian of the map.
  private func compare(
    at q: [Double], _ place: String, _ value: FunctionAtChoices, _ constrain: FunctionAtChoices,
    _ report: inout ComparisonReport, _ random: inout RandomStream
  ) throws(NativeFailure) {
    guard let density else { return }
    var unused = 0.0
    guard constrain.run(at: q, value: &unused) == .ok else {
      if value.evaluate(at: q) > -.infinity {
        report.disagreements.append("constrain fails at \(place), and the log density does not")
      } else {
        report.failures += 1
      }
      return
    }
    let choices = self.choices(constrain, density)
    let atChoices = try FunctionAtChoices(density, "log_density_at_choices", choices: choices).evaluate()
    compare(machineDensity(at: choices), at: choices, place, &report, &random)
    let native = value.evaluate(at: q)
    if (atChoices > -.infinity) != (native > -.infinity) {
      // The edge of a support can be reached by rounding.
      report.disagreements.append(
        "at \(place) the log density is \(atChoices) over choices and \(native) over the position")
    }
    guard atChoices.isFinite, native.isFinite, let jacobian = logJacobian(at: q, constrain, density) else { return }
    if abs(native - atChoices - jacobian) > 1e-5 * max(1, abs(jacobian), 1e-7 * abs(native)) {
      report.disagreements.append("log-Jacobian at \(place): \(native - atChoices), not \(jacobian)")
    }
  }

  /// The choices that `constrain` computed.
  private func choices(_ constrain: FunctionAtChoices, _ density: NativeDensity) -> TrialRun {
    var choices = trial
    for (place, output) in density.outputs(of: "constrain").enumerated() where choices[output] != nil {
      choices.replaceFreeValues(of: output, by: constrain.evaluator.realElements(ofOutput: place))
    }
    return choices
  }

  /// log |det| of the map to the choices by differences, where every choice is a scalar and there are few.
  private func logJacobian(at q: [Double], _ constrain: FunctionAtChoices, _ density: NativeDensity) -> Double? {
    let n = q.count
    guard n > 0, n <= 8 else { return nil }
    func image(_ q: [Double]) -> [Double]? {
      var unused = 0.0
      guard constrain.run(at: q, value: &unused) == .ok else { return nil }
      var values: [Double] = []
      for site in choices(constrain, density).sites where site.scalar == .real {
        for element in site.elements where !element.isObserved {
          guard let x = element.value.asReal else { return nil }
          values.append(x)
        }
      }
      return values.count == n ? values : nil
    }
    var columns: [[Double]] = []
    for index in 0..<n {
      func difference(_ h: Double) -> [Double]? {
        var (up, down) = (q, q)
        up[index] += h
        down[index] -= h
        guard let a = image(up), let b = image(down) else { return nil }
        return zip(a, b).map { ($0 - $1) / (2 * h) }
      }
      guard let fine = difference(1e-4), let coarse = difference(2e-4) else { return nil }
      columns.append(zip(fine, coarse).map { (4 * $0 - $1) / 3 })
    }
    // Gaussian elimination with pivoting.
    var logDeterminant = 0.0
    for k in 0..<n {
      guard let pivot = (k..<n).max(by: { abs(columns[$0][k]) < abs(columns[$1][k]) }), columns[pivot][k] != 0 else {
        return nil
      }
      columns.swapAt(k, pivot)
      logDeterminant += log(abs(columns[k][k]))
      for row in (k + 1)..<max(n, k + 1) {
        let factor = columns[row][k] / columns[k][k]
        for column in k..<n { columns[row][column] -= factor * columns[k][column] }
      }
    }
    return logDeterminant.isFinite ? logDeterminant : nil
  }

  // MARK: Gradients

  private func compareGradient(
    at q: [Double], _ value: FunctionAtChoices, _ gradient: FunctionAtChoices, hasTies: Bool,
    _ report: inout ComparisonReport
  ) {
    let plain = value.evaluate(at: q)
    let (told, found) = gradient.valueAndGradient(at: q)
    guard plain.isFinite || told.isFinite else { return }
    guard abs(plain - told) <= 1e-11 * max(1, abs(plain)) else {
      report.disagreements.append("the log density is \(plain), and \(told) with the gradient")
      return
    }
    let scale = max(1, found.filter(\.isFinite).map(abs).max() ?? 1)
    for index in q.indices {
      func f(_ x: Double) -> Double {
        var moved = q
        moved[index] = x
        return value.evaluate(at: moved)
      }
      let noise = 2e-15 * max(1, abs(plain))
      let tolerance = Self.gradientTolerance * scale
      let x = q[index]
      func central(_ h: Double) -> Double { (f(x + h) - f(x - h)) / (2 * h) }
      let quick = (4 * central(1e-4) - central(2e-4)) / 3
      if abs(quick - found[index]) <= tolerance {
        report.components += 1
        continue
      }
      // A kink: any slope between those of the two sides will do.
      let h = 1e-6
      let (left, right) = ((plain - f(x - h)) / h, (f(x + h) - plain) / h)
      if abs(left - right) > tolerance, found[index] >= min(left, right) - tolerance,
        found[index] <= max(left, right) + tolerance
      {
        report.undecided += 1
        continue
      }
      if abs(left - right) > 1e-3 * max(1, abs(left), abs(right)) {
        // Slopes that grow as the step shrinks are those of a vertical tangent; beside an infinite slope in another direction there is
        // none in this one.
        let isVertical =
          abs(f(x + 1e-9) - f(x - 1e-9)) / 2e-9 > 1.1 * abs(left) || abs(plain - f(x - 1e-9)) / 1e-9 > 1.1 * abs(left)
          || found.contains { $0.isInfinite }
        if !found[index].isFinite, left.isFinite, right.isFinite, !isVertical {
          report.disagreements.append("gradient[\(index)] is \(found[index]) beside slopes \(left) and \(right)")
        } else {
          report.undecided += 1
        }
        continue
      }
      let (slope, error) = extrapolatedDerivative(f, at: x)
      // Several extremes of equal elements, as at the origin, have no one derivative even where their sum has.
      if error + noise / 1e-5 > 1e-3 * scale || !slope.isFinite || hasTies {
        report.undecided += 1
      } else if abs(slope - found[index]) <= tolerance + 4 * error {
        report.components += 1
      } else {
        report.disagreements.append("gradient[\(index)] is \(found[index]), differences give \(slope) +- \(error)")
      }
    }
  }
}

/// Ridders' extrapolation of central differences (1982), from the step that fits best: the estimate and its error.
private func extrapolatedDerivative(_ f: (Double) -> Double, at x: Double) -> (value: Double, error: Double) {
  var best = (value: Double.nan, error: Double.infinity)
  for start in [1e-1, 1e-2, 1e-3, 1e-4, 1e-5] {
    var table: [[Double]] = []
    var h = start
    for row in 0..<8 {
      var entries = [(f(x + h) - f(x - h)) / (2 * h)]
      var factor = 1.96
      for column in 0..<row {
        entries.append((entries[column] * factor - table[row - 1][column]) / (factor - 1))
        factor *= 1.96
        let error = max(
          abs(entries[column + 1] - entries[column]), abs(entries[column + 1] - table[row - 1][column]))
        if error < best.error { best = (entries[column + 1], error) }
      }
      table.append(entries)
      h /= 1.4
    }
  }
  return best
}
