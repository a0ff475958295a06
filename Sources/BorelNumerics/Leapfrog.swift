// The vector arithmetic of Hamiltonian Monte Carlo over caller-owned memory; the loops are C.

import CBorel

/// Leapfrog steps and U-turn checks; every pointer holds `n` numbers.
public enum Leapfrog {
  public typealias Input = UnsafePointer<Double>
  public typealias Output = UnsafeMutablePointer<Double>

  /// With a diagonal inverse metric m: half = p + ε/2 g, next = q + ε m half.
  @inline(__always)
  public static func begin(
    _ n: Int, step: Double, metric m: Input, position q: Input, momentum p: Input, gradient g: Input, next: Output,
    half: Output
  ) {
    borel_leapfrog_begin(n, step, m, q, p, g, next, half)
  }

  /// p += ε/2 g and the running sum of momenta at the new state; the kinetic energy Σ m p² / 2.
  @inline(__always)
  public static func end(
    _ n: Int, step: Double, metric m: Input, gradient g: Input, momentum p: Output, sum: Input, before: Input,
    nextSum: Output
  ) -> Double {
    borel_leapfrog_end(n, step, m, g, p, sum, before, nextSum)
  }

  /// half = p + ε/2 g
  public static func halfMomentum(_ n: Int, step: Double, momentum p: Input, gradient g: Input, half: Output) {
    borel_momentum_half(n, step, p, g, half)
  }

  /// next = q + ε v
  public static func position(_ n: Int, step: Double, position q: Input, velocity v: Input, next: Output) {
    borel_position_step(n, step, q, v, next)
  }

  /// `end` without a metric.
  public static func endMomentum(
    _ n: Int, step: Double, gradient g: Input, momentum p: Output, sum: Input, before: Input, nextSum: Output
  ) {
    borel_momentum_end(n, step, g, p, sum, before, nextSum)
  }

  /// Whether the trajectory from a to b has turned, by the running sums and momenta of its ends.
  @inline(__always)
  public static func hasTurned(
    _ n: Int, metric m: Input, firstSum: Input, firstMomentum: Input, lastSum: Input, lastMomentum: Input
  ) -> Bool {
    borel_has_turned(n, m, firstSum, firstMomentum, lastSum, lastMomentum) != 0
  }

  /// `hasTurned` with the velocities given.
  public static func hasTurned(
    _ n: Int, firstSum: Input, firstMomentum: Input, firstVelocity: Input, lastSum: Input, lastVelocity: Input
  ) -> Bool {
    borel_has_turned_with(n, firstSum, firstMomentum, firstVelocity, lastSum, lastVelocity) != 0
  }

  /// Whether two neighbouring parts, from a to b and from c to d, have turned: as a whole, from a to c, or from b to d. Running sum and
  /// momentum of each.
  @inline(__always)
  public static func hasTurned(
    _ n: Int, metric m: Input, _ a: (sum: Output, momentum: Output), _ b: (sum: Output, momentum: Output),
    _ c: (sum: Output, momentum: Output), _ d: (sum: Output, momentum: Output)
  ) -> Bool {
    borel_seam_has_turned(n, m, a.sum, a.momentum, b.sum, b.momentum, c.sum, c.momentum, d.sum, d.momentum) != 0
  }

  /// y += a x
  public static func addMultiple(_ n: Int, _ factor: Double, _ x: Input, to y: Output) {
    borel_add_multiple(n, factor, x, y)
  }

  /// y = m x, element by element.
  public static func multiply(_ n: Int, _ m: Input, _ x: Input, into y: Output) {
    borel_multiply_elements(n, m, x, y)
  }

  /// x' y, summed in any order.
  @inline(__always)
  public static func dot(_ n: Int, _ x: Input, _ y: Input) -> Double { borel_inner_product(n, x, y) }
}
