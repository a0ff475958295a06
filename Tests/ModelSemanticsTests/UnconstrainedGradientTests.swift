// Gradients over unconstrained space against differences, and positions there and back.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues
import DerivativeTestSupport
import Testing

let unconstrainedModels: [TapeModel] =
  tapeModels + [
    TapeModel(
      "every kind of support",
      """
      distribution above(a) on Above(a) {
        logpdf(x) = a - x
        sample() = a + standard_exponential()
      }
      distribution below(b) on Below(b) {
        logpdf(x) = x - b
        sample() = b - standard_exponential()
      }
      distribution unit(n: Int) on UnitVector(n) {
        logpdf(x) = x[0]
        sample() = [1.0, 0.0, 0.0]
      }
      distribution rising(n: Int) on PositiveOrdered(n) {
        logpdf(x) = -sum(x)
        sample() = [0.3, 0.7, 1.1]
      }
      model supports {
        s ~ gamma(2, 2)
        a ~ above(s)
        b ~ below(a)
        p ~ beta(2, 3)
        u ~ uniform(-s, s + 1)
        w ~ dirichlet([2.0, 3.0, 4.0])
        o ~ ordered(normal(0, s), 3)
        g ~ ordered(gamma(2, s), 3)
        r ~ rising(3)
        e ~ unit(3)
        v ~ multi_normal([0.0, 0.0, 0.0], [[2.0, 0.3, 0.1], [0.3, 1.0, 0.2], [0.1, 0.2, 1.5]])
        L ~ lkj_corr_cholesky(3, 2)
        R ~ lkj_corr(3, 2)
        C ~ wishart(5 + s, identity(3))
        t ~ truncate(normal(0, 1), -s, 2 * s)
        q ~ truncate(gamma(2, s), 0.1, null)
        k ~ iid(gamma(2, s), [2, 2])
        d ~ iid(dirichlet([1.0, 2.0]), 2)
        observe w[0] * e[1] + o[2] + L[2, 1] + R[2, 0] + C[1, 1] + d[1, 0] ~ normal(v[0], 1)
      }
      let m = supports()
      """)
  ]

@Suite struct UnconstrainedGradientTests {
  @Test(arguments: unconstrainedModels) func gradientsAreDerivatives(_ model: TapeModel) throws {
    let program = try Script(model.text).program("m")
    let evaluator = TapeEvaluator(program)
    var random = RandomStream(seed: 5)
    for _ in 0..<3 {
      let trace = try program.generate(using: &random).trace
      var position = try evaluator.position(of: GivenChoices(freeChoicesOf: trace))
      // There and back.
      let same = try evaluator.logDensityGradient(at: position, includesJacobian: false)
      #expect(abs(same.logDensity - trace.logDensity) <= 1e-8 * max(1, abs(trace.logDensity)))
      for choice in trace.choices where !choice.isObserved {
        let found = same.trace[choice.address]?.value.reals ?? []
        for (a, b) in zip(choice.value.reals, found) {
          #expect(abs(a - b) <= 1e-9 * max(1, abs(a)), "\(choice.address)")
        }
      }
      // Somewhere near, where no value has been drawn.
      position.vector = position.vector.map { min(max($0, -3), 3) + 0.2 * (random.uniform() - 0.5) }
      let gradient = try evaluator.logDensityGradient(at: position)
      guard gradient.logDensity > -.infinity else { continue }
      let plain = try evaluator.logDensityGradient(at: position, includesJacobian: false)
      #expect(
        abs(plain.logDensity + gradient.logJacobian - gradient.logDensity) <= 1e-10 * max(1, abs(plain.logDensity)))
      let size = gradient.vector.map(abs).max() ?? 0
      for (place, found) in gradient.vector.enumerated() {
        let expected = try difference(
          of: { moved in
            var other = position
            other.vector[place] = moved
            return try evaluator.logDensityGradient(at: other).logDensity
          }, at: position.vector[place], step: 1e-3)
        #expect(
          abs(found - expected.value) <= 1e-6 * max(1, size),
          "∂/∂y[\(place)] is \(found), differences give \(expected.value) ± \(expected.error)")
      }
    }
  }

  /// The mass of a density over unconstrained space is that over the support.
  @Test func jacobiansConserveMass() throws {
    let script = try Script(
      """
      model m0 {
        x ~ gamma(3, 2)
        u ~ uniform(-x, 2)
      }
      let m = m0()
      """)
    let evaluator = TapeEvaluator(try script.program("m"))
    var position = try evaluator.position(
      of: GivenChoices([(Address(AddressName("x")), .real(1)), (Address(AddressName("u")), .real(0))]))
    var mass = 0.0
    let step = 0.1
    // The trapezoidal rule on smooth densities that vanish at both ends.
    for i in -150..<60 {
      for j in -350..<350 {
        position.vector = [Double(i) * step, Double(j) * step]
        mass += Special.exp(try evaluator.logDensityGradient(at: position).logDensity) * step * step
      }
    }
    #expect(abs(mass - 1) < 1e-9)
  }

  @Test func wrongNumbersAreErrors() throws {
    let evaluator = TapeEvaluator(try Script("model m0 { w ~ dirichlet([1.0, 1.0, 1.0]) }\nlet m = m0()").program("m"))
    var position = UnconstrainedPosition()
    #expect(throws: Failure.self) { try evaluator.logDensityGradient(at: position) }
    position.coordinates = [(Address(AddressName("w")), [0.1])]
    #expect(throws: Failure.self) { try evaluator.logDensityGradient(at: position) }
    position.coordinates = [(Address(AddressName("w")), [0.1, 0.2])]
    #expect(try evaluator.logDensityGradient(at: position).vector.count == 2)
  }

  @Test func choicesWithoutUnconstrainedSpace() throws {
    let program = try Script("model m0 { c ~ censor(normal(0, 1), 0, 1) }\nlet m = m0()").program("m")
    do {
      _ = try TapeEvaluator(program).position(of: GivenChoices([(Address(AddressName("c")), .real(0.5))]))
      Issue.record("no failure")
    } catch {
      #expect(error.diagnostic.code == "no-unconstrained-space")
    }
  }
}
