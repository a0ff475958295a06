// Distributions as values: application, conditions, densities of combinations against formulas.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Sums of a few terms of size 1 to 1000: rounding stays below this.
private let tolerance = 1e-12

@Suite struct ApplicationTests {
  @Test func violatedConditionsNameParameterAndValue() throws {
    var t = try TestLibrary()
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.normal(0, -0.3) }
        == "`sigma` of normal must be > 0, got -0.3")
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.apply(t.uniform, .int(3), .int(2)) }
        == "`lower` of uniform must be < upper (2), got 3")
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.normal(0, .nan) }
        == "`sigma` of normal must be > 0, got NaN")
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try t.apply(t.normal, .int(0), .array([1.0, 2.0, -0.5]))
      } == "`sigma[2]` of normal must be > 0, got -0.5")
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.apply(t.simplexUniform, .array([1.0, 0.0])) }
        == "`alpha[1]` of dirichlet must be > 0, got 0")
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try t.apply(t.categoryPair, .array([0.0]), .array([-1.0], shape: [1, 1]))
      } == "multi_normal needs `is_spd(Sigma)`, got Sigma = [[-1]]")
  }

  @Test func violatedConditionsAreNumericalAndTypesAreTheUsers() throws {
    var t = try TestLibrary()
    do {
      _ = try t.normal(0, 0)
      Issue.record("no failure")
    } catch { #expect(error.kind == .numerical) }
    do {
      _ = try t.apply(t.normal, .int(0), .string("one"))
      Issue.record("no failure")
    } catch {
      #expect(error.kind == .user)
      #expect(error.diagnostic.message == "`sigma` of normal must be a number, got a String")
    }
  }

  @Test func sizesMustAgree() throws {
    var t = try TestLibrary()
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try t.apply(t.categoryPair, .array([0.0, 1.0]), .array([1.0, 0, 0, 1, 0, 0], shape: [3, 2]))
      } == "`Sigma` of multi_normal is 3 x 2, but mu has 2 elements, so 2 x 2 is needed")
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.apply(t.categoryPair, .real(0), .real(1)) }
        == "`mu` of multi_normal must be an array Real[n], got 0")
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try t.apply(t.normal, .array([0.0, 1.0]), .array([1.0, 1.0, 1.0]))
      } == "`sigma` of normal has 3 elements, but `mu` has 2 elements")
  }
}

@Suite struct DensityTests {
  @Test func scalarDensities() throws {
    var t = try TestLibrary()
    let d = try t.normal(1, 2)
    #expect(try abs(t.logDensity(d, .real(0.5)) - normalLogDensity(0.5, 1, 2)) < tolerance)
    #expect(try abs(t.logDensity(d, .int(3)) - normalLogDensity(3, 1, 2)) < tolerance)
    #expect(try t.logDensity(d, .real(.infinity)) == -.infinity)
    let u = try t.apply(t.uniform, .int(0), .int(4))
    #expect(try abs(t.logDensity(u, .real(4)) - log(0.25)) < tolerance)
    #expect(try t.logDensity(u, .real(4.01)) == -.infinity)
    let p = try t.apply(t.poisson, .real(2.5))
    #expect(try abs(t.logDensity(p, .real(3)) - poissonLogMass(3, 2.5)) < tolerance)
    #expect(try t.logDensity(p, .real(3.5)) == -.infinity)
    #expect(try t.logDensity(p, .int(-1)) == -.infinity)
    let b = try t.apply(t.bernoulli, .real(0.2))
    #expect(try abs(t.logDensity(b, .int(1)) - log(0.2)) < tolerance)
    #expect(try t.logDensity(b, .int(2)) == -.infinity)
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.logDensity(d, .array([1.0, 2.0])) }
        == "the value is an array of 2 elements, but normal gives single numbers")
  }

  @Test func aNumberThatIsUndefinedIsANumericalFailure() throws {
    var t = try TestLibrary()
    let d = try t.apply(t.normal, .real(.nan), .real(1))
    do {
      _ = try t.logDensity(d, .real(0))
      Issue.record("no failure")
    } catch { #expect(error.kind == .numerical) }
  }

  @Test func productsAndRepetitionsAddUp() throws {
    var t = try TestLibrary()
    let product = try t.apply(t.normal, .array([0.0, 1.0, 2.0]), .real(2))
    let x = [0.5, -1, 3]
    let expected = x.enumerated().reduce(0) { $0 + normalLogDensity($1.element, Double($1.offset), 2) }
    #expect(try abs(t.logDensity(product, .array(x)) - expected) < tolerance)
    #expect(try product.shape(&t.library.caller) == [3])
    #expect(
      TestLibrary.message { () throws(Failure) in _ = try t.logDensity(product, .array([1.0, 2.0])) }
        == "the value is an array of 2 elements, but normal gives 3 elements")
    let coins = try Combinators.iid(t.apply(t.bernoulli, .real(0.25)), size: .array([2, 2]))
    #expect(
      try abs(t.logDensity(coins, .array([1, 0, 0, 1], shape: [2, 2])) - (2 * log(0.25) + 2 * log(0.75)))
        < tolerance)
    let flips = try Combinators.iid(t.apply(t.bernoulli, .real(0.25)), size: .int(3))
    guard case .finite(let all) = try flips.support(&t.library.caller) else {
      Issue.record("not finite")
      return
    }
    #expect(all.count == 8)
    var total = 0.0
    for value in all { total += exp(try t.logDensity(flips, value)) }
    #expect(abs(total - 1) < tolerance)
  }

  @Test func mixtures() throws {
    var t = try TestLibrary()
    let mixture = try Combinators.mixture(
      weights: .array([0.3, 0.7]), [.object(t.normal(-1, 1)), .object(t.normal(50, 0.5))])
    for x in [-3.0, 0, 49, 60] {
      let expected = Special.logSumExp(
        log(0.3) + normalLogDensity(x, -1, 1), log(0.7) + normalLogDensity(x, 50, 0.5))
      #expect(try abs(t.logDensity(mixture, .real(x)) - expected) < tolerance)
    }
    #expect(try mixture.mean(&t.library.caller).asReal.map { abs($0 - (0.3 * -1 + 0.7 * 50)) < 1e-12 } == true)
    // Zero-inflated counts; the weight of zero is shared.
    let inflated = try Combinators.mixture(
      weights: .array([0.4, 0.6]),
      [.list([.object(Combinators.delta(.int(0))), .object(t.apply(t.poisson, .real(2)))])])
    #expect(try abs(t.logDensity(inflated, .int(0)) - log(0.4 + 0.6 * exp(-2))) < tolerance)
    #expect(try abs(t.logDensity(inflated, .int(3)) - (log(0.6) + poissonLogMass(3, 2))) < tolerance)
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try Combinators.mixture(
          weights: .array([0.5, 0.5]), [.object(Combinators.delta(.int(0))), .object(t.normal(0, 1))])
      } == "a mixture of discrete delta and continuous normal has no density")
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try Combinators.mixture(weights: .array([0.5, 0.6]), [.object(t.normal(0, 1)), .object(t.normal(0, 1))])
      } == "the weights of mixture must sum to 1, got 1.1")
    #expect(
      TestLibrary.message { () throws(Failure) in
        _ = try Combinators.mixture(weights: .array([1.0]), [.object(t.normal(0, 1)), .object(t.normal(0, 1))])
      } == "mixture has 1 weights but 2 components")
  }

  @Test func orderedDraws() throws {
    var t = try TestLibrary()
    let d = try Combinators.ordered(t.normal(0, 1), size: .int(3), &t.library.caller)
    let x = [-1.0, 0.2, 0.3]
    #expect(
      try abs(t.logDensity(d, .array(x)) - (log(6) + x.reduce(0) { $0 + normalLogDensity($1, 0, 1) })) < tolerance)
    #expect(try t.logDensity(d, .array([0.2, -1.0, 0.3])) == -.infinity)
    // Discrete draws: the probabilities of all ascending triples of two coins' values sum to one.
    let coin = try Combinators.finite(.array([0, 1]), weights: .array([0.3, 0.7]))
    let pair = try Combinators.ordered(
      Combinators.truncate(t.apply(t.poisson, .real(1)), lower: .int(0), upper: .int(2), &t.library.caller),
      size: .int(3), &t.library.caller)
    var total = 0.0
    for a in 0...2 { for b in a...2 { for c in b...2 { total += exp(try t.logDensity(pair, .array([a, b, c]))) } } }
    #expect(abs(total - 1) < 1e-12)
    #expect(coin.isDiscrete)
    let draw = try d.draw(&t.library.caller)
    let elements = draw.asArray?.realElements ?? []
    #expect(elements == elements.sorted() && elements.count == 3)
  }

  @Test func transformedDensity() throws {
    var t = try TestLibrary()
    let forward = t.library.formula(["x"]) { a, _ in .real(exp(a[0].asReal ?? .nan)) }
    let inverse = t.library.formula(["y"]) { a, _ in .real(log(a[0].asReal ?? .nan)) }
    let slope = t.library.formula(["x"]) { a, _ in a[0] }
    let d = try Combinators.transformed(
      t.normal(1, 0.5), forward: .object(FormulaObject(forward)), inverse: .object(FormulaObject(inverse)),
      logJacobian: .object(FormulaObject(slope)))
    for y in [0.1, 1, 7.5] {
      #expect(try abs(t.logDensity(d, .real(y)) - (normalLogDensity(log(y), 1, 0.5) - log(y))) < tolerance)
    }
    #expect(try t.logDensity(d, .real(-1)) == -.infinity)
  }

  @Test func finiteDistributions() throws {
    var t = try TestLibrary()
    let d = try Combinators.finite(
      .list([.string("a"), .string("b"), .string("a")]), weights: .array([0.2, 0.5, 0.3]))
    #expect(try abs(t.logDensity(d, .string("a")) - log(0.5)) < tolerance)
    #expect(try t.logDensity(d, .string("c")) == -.infinity)
    #expect(try d.support(&t.library.caller).values(limit: 10)?.count == 2)
  }
}

@Suite struct TruncationTests {
  /// The log of the mass of a standard normal in [a, b] for 0 < a, by the upper tails.
  private func logMass(_ a: Double, _ b: Double) -> Double {
    let (upper, lower) = (Special.logNormalCDF(-a), Special.logNormalCDF(-b))
    return upper + log(-expm1(lower - upper))
  }

  @Test func densityFarOut() throws {
    var t = try TestLibrary()
    let base = try t.normal(0, 1)
    for (a, b) in [(10.0, Double.infinity), (10, 10.5), (20, 21), (0.5, 3)] {
      let d = try Combinators.truncate(
        base, lower: .real(a), upper: b == .infinity ? .null : .real(b), &t.library.caller)
      let x = min(a + 0.1, b)
      let mass = b == .infinity ? Special.logNormalCDF(-a) : logMass(a, b)
      #expect(try abs(t.logDensity(d, .real(x)) - (normalLogDensity(x, 0, 1) - mass)) < 1e-10)
      #expect(try t.logDensity(d, .real(a - 0.01)) == -.infinity)
      // The mirror image has the same density.
      let mirror = try Combinators.truncate(
        base, lower: b == .infinity ? .null : .real(-b), upper: .real(-a), &t.library.caller)
      #expect(try abs(t.logDensity(mirror, .real(-x)) - (normalLogDensity(x, 0, 1) - mass)) < 1e-10)
    }
    let both = try Combinators.truncate(base, lower: .int(-1), upper: .int(2), &t.library.caller)
    let mass = Special.normalCDF(2) - Special.normalCDF(-1)
    #expect(try abs(t.logDensity(both, .int(0)) - (normalLogDensity(0, 0, 1) - log(mass))) < tolerance)
  }

  @Test func drawsFollowTheTruncatedCDF() throws {
    var t = try TestLibrary()
    for (a, b) in [(10.0, 11.0), (-0.5, 1.0), (-12.0, -11.0)] {
      let d = try Combinators.truncate(t.normal(0, 1), lower: .real(a), upper: .real(b), &t.library.caller)
      let n = 400
      var transformed: [Double] = []
      for _ in 0..<n {
        let x = try d.draw(&t.library.caller).asReal ?? .nan
        #expect(x >= a && x <= b)
        transformed.append(try d.cdf(at: x, tail: .lower, &t.library.caller))
      }
      transformed.sort()
      // Kolmogorov: the distance exceeds 2.2 / sqrt(n) with probability 1.2e-4.
      var distance = 0.0
      for (index, u) in transformed.enumerated() {
        distance = max(distance, abs(u - Double(index) / Double(n)), abs(u - Double(index + 1) / Double(n)))
      }
      #expect(distance < 2.2 / Double(n).squareRoot())
    }
  }

  @Test func discreteBoundsAreIncluded() throws {
    var t = try TestLibrary()
    let d = try Combinators.truncate(t.apply(t.poisson, .real(3)), lower: .int(2), upper: .int(4), &t.library.caller)
    let mass = (2...4).reduce(0.0) { $0 + exp(poissonLogMass($1, 3)) }
    for k in 2...4 { #expect(try abs(t.logDensity(d, .int(k)) - (poissonLogMass(k, 3) - log(mass))) < 1e-11) }
    #expect(try t.logDensity(d, .int(5)) == -.infinity)
    guard case .integers(2?, 4?) = try d.support(&t.library.caller) else {
      Issue.record("support")
      return
    }
    #expect(try d.quantile(0.5, &t.library.caller) == 3)
  }

  @Test func censoring() throws {
    var t = try TestLibrary()
    let d = try Combinators.censor(t.normal(0, 1), lower: .int(-1), upper: .real(12), &t.library.caller)
    #expect(try abs(t.logDensity(d, .real(-1)) - Special.logNormalCDF(-1)) < tolerance)
    #expect(try abs(t.logDensity(d, .real(12)) - Special.logNormalCDF(-12)) < tolerance)
    #expect(try abs(t.logDensity(d, .real(0.3)) - normalLogDensity(0.3, 0, 1)) < tolerance)
    #expect(try t.logDensity(d, .real(-1.1)) == -.infinity)
    let counts = try Combinators.censor(t.apply(t.poisson, .real(2)), lower: .null, upper: .int(3), &t.library.caller)
    let tail = 1 - (0...2).reduce(0.0) { $0 + exp(poissonLogMass($1, 2)) }
    #expect(try abs(t.logDensity(counts, .int(3)) - log(tail)) < 1e-11)
  }

  @Test func productsAreTruncatedElementByElement() throws {
    var t = try TestLibrary()
    let d = try Combinators.truncate(
      t.apply(t.normal, .array([0.0, 5.0]), .real(1)), lower: .int(0), upper: .null, &t.library.caller)
    let first = normalLogDensity(1, 0, 1) - log(0.5)
    let second = normalLogDensity(4, 5, 1) - Special.logNormalCDF(5)
    let expected = first + second
    #expect(try abs(t.logDensity(d, .array([1.0, 4.0])) - expected) < tolerance)
  }

  @Test func quantilesWithoutAMethodInvertTheCDF() throws {
    var t = try TestLibrary()
    let d = try t.normal(3, 2)
    for p in [1e-300, 1e-12, 0.1, 0.5, 0.975, 1 - 1e-12] {
      let x = try d.quantile(p, &t.library.caller)
      let expected = 3 + 2 * Special.normalQuantile(p)
      #expect(abs(x - expected) < 1e-9 * max(1, abs(expected)))
    }
    #expect(try d.quantile(0, &t.library.caller) == -.infinity)
    let p = try t.apply(t.poisson, .real(4))
    for k in 0...12 {
      let mass = try p.cdf(at: Double(k), tail: .lower, &t.library.caller)
      #expect(try p.quantile(mass - 1e-9, &t.library.caller) == Double(k))
    }
  }
}
