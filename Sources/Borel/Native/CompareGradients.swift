// Compares gradients over unconstrained space: native code, the tape of the virtual machine, and differences.

import BorelNative
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelVM
import BorelValues

/// How far gradients at some points are apart, relative to the size of the gradient where that exceeds 1.
public struct GradientComparison: Sendable {
  public var dimension = 0
  /// Points at which both log densities are finite.
  public var points = 0
  /// The log densities of tape and native code; nil where the model has no native form.
  public var density: Double?
  /// Native code from the tape.
  public var native: Double?
  /// The tape from extrapolated central differences.
  public var differences = 0.0
}

extension BoundModel {
  /// Compares at random points; a model without a native form is compared with differences alone.
  public func compareGradients(points: Int = 5, seed: UInt64, scale: Double = 0.5) throws(BorelError)
    -> GradientComparison
  {
    var native: NativeGradient?
    let density: NativeDensity?
    do throws(NativeObstacle) { density = try NativeDensity(self, includesChecks: false) } catch {
      if case .native(let failure) = error {
        throw BorelError(.program, [failure.diagnostic], sources: model.store.sources)
      }
      density = nil
    }
    // Native code holds discrete choices at the values of its trial run.
    let machine: MachineGradient
    do throws(Failure) {
      let program = self.program(value)
      let trial: TrialRun
      if let density { trial = density.trial } else { trial = try TrialRun(program, seed: seed) }
      machine = try MachineGradient(program, at: trial.freeChoices)
    } catch {
      throw self.error(error)
    }
    var order: [Int] = Array(0..<machine.dimension)
    if let density {
      native = try NativeGradient(density, self)
      order = machine.order(by: density.programs.specialised.sites.map(\.pattern))
    }
    var result = GradientComparison(dimension: machine.dimension)
    if native != nil { (result.native, result.density) = (0, 0) }
    var random = RandomStream(seed: seed)
    for _ in 0..<points {
      let q = machine.start.map { _ in scale * (2 * random.uniform() - 1) }
      var found: [Double] = []
      let value = try machine.evaluate(at: q, gradient: &found)
      guard value.isFinite else { continue }
      result.points += 1
      let size = max(1, found.map(abs).max() ?? 0)
      if let native {
        // Native code has the elements of one variable together.
        let point = order.map { q[$0] }
        var gradient = [Double](repeating: 0, count: q.count)
        guard native.dimension == q.count else {
          result.native = .infinity
          return result
        }
        let other = native.evaluate(at: point, gradient: &gradient)
        result.density = max(result.density ?? 0, abs(other - value) / max(1, abs(value)))
        for (place, index) in order.enumerated() {
          result.native = max(result.native ?? 0, abs(gradient[place] - found[index]) / size)
        }
      }
      for index in q.indices where q.count <= 64 || index % (q.count / 32) == 0 {
        let h = 1e-3 * max(1, abs(q[index]))
        func slope(_ h: Double) throws(BorelError) -> Double {
          var (up, down) = (q, q)
          up[index] += h
          down[index] -= h
          var unused: [Double] = []
          let high = try machine.evaluate(at: up, gradient: &unused)
          return (high - (try machine.evaluate(at: down, gradient: &unused))) / (up[index] - down[index])
        }
        // Three steps, two errors removed.
        let (a, b, c) = (try slope(h), try slope(h / 2), try slope(h / 4))
        let (first, second) = ((4 * b - a) / 3, (4 * c - b) / 3)
        result.differences = max(result.differences, abs((16 * second - first) / 15 - found[index]) / size)
      }
    }
    return result
  }
}

extension MachineGradient {
  /// The places of the numbers in the order of native code.
  func order(by patterns: [String]) -> [Int] { position.order(by: patterns) }
}

extension UnconstrainedPosition {
  /// The places of the numbers in the order of native code: by pattern, the elements of each row by row.
  func order(by patterns: [String]) -> [Int] {
    var places: [(pattern: Int, indices: [Int], start: Int, count: Int)] = []
    var start = 0
    for coordinate in coordinates {
      let (pattern, indices) = TrialRun.pattern(of: coordinate.address)
      places.append(
        (patterns.firstIndex(of: pattern) ?? patterns.count, indices, start, coordinate.values.count))
      start += coordinate.values.count
    }
    places.sort { a, b in
      a.pattern != b.pattern ? a.pattern < b.pattern : a.indices.lexicographicallyPrecedes(b.indices)
    }
    return places.flatMap { Array($0.start..<($0.start + $0.count)) }
  }
}
