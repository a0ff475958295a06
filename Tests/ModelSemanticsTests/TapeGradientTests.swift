// Gradients on the virtual machine against differences, for programs that have no native form among others.

import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Testing

struct TapeModel: Sendable, CustomTestStringConvertible {
  var name: String
  var text: String
  var testDescription: String { name }
  init(_ name: String, _ text: String) {
    self.name = name
    self.text = text
  }
}

let tapeModels: [TapeModel] = [
  TapeModel(
    "a recursion whose end is chosen",
    """
    model depth(level, p = 0.6) {
      x ~ normal(level, 1 + 0.1 * level)
      more ~ bernoulli(p)
      if more { rest ~ depth(0.5 * level + 0.2 * x) } else { rest ~ normal(sin(x), 1) }
      return rest + x
    }
    model top {
      a ~ normal(0, 1)
      d ~ depth(a)
      observe 0.4 ~ normal(d, 0.7)
    }
    let m = top()
    """),
  TapeModel(
    "an array whose length is chosen",
    """
    model lengths {
      n ~ poisson(4)
      mu ~ normal(0, 2)
      for i in 0..<n + 1 { x[i] ~ normal(mu, 1 + 0.1 * i) }
      observe 1.3 ~ normal(mean(x), exp(0.1 * x[0]))
    }
    let m = lengths()
    """),
  TapeModel(
    "a function chosen at random",
    """
    model functions {
      a ~ normal(0, 1)
      b ~ bernoulli(0.5)
      let f = if b { x => x * a + 1 } else { x => exp(a * x) }
      y ~ normal(f(1.5), f(0.2)^2 + 0.1)
    }
    let m = functions()
    """),
  TapeModel(
    "a distribution chosen at random",
    """
    model distributions {
      b ~ bernoulli(0.5)
      s ~ half_normal(1)
      let d = if b { normal(0, s) } else { cauchy(0.3, s) }
      y ~ d
      observe 0.3 ~ normal(y, 1)
    }
    let m = distributions()
    """),
  TapeModel(
    "a memoised function",
    """
    model memo {
      s ~ gamma(3, 2)
      let f = mem(i => sample(normal(0, s)))
      let g = mem(i => i * s^2)
      observe 0.5 ~ normal(f(3) + f(1) * f(3), 1 + g(2) + g(2))
    }
    let m = memo()
    """),
  TapeModel(
    "while, break and continue",
    """
    model loops {
      x ~ normal(0, 1)
      var total = 0.0
      var step = 0.3 * x + 1.0
      var i = 0
      while true {
        i += 1
        if i % 2 == 0 { continue }
        step = step * 0.7 + 0.1 * x
        total += step^2
        if i > 6 || total > 5 { break }
      }
      observe 2.0 ~ normal(total, 1)
    }
    let m = loops()
    """),
  TapeModel(
    "arrays and lists that grow",
    """
    model growth {
      x ~ iid(normal(0, 1), 4)
      var values = []
      var all = []
      var parts = []
      var rows = []
      for v in x {
        values = append(values, v * 2.0)
        all = concat(all, [v, 1.0])
        parts = append(parts, {v: v, name: "part"})
        rows = append(rows, [v, 1.0, v^2])
      }
      values = append(values, 3)
      var total = sum(values .* values) + sum(reverse(all) .* linspace(0, 1, len(all))) + norm(rows[2])
      for p in parts { total += cos(p.v) }
      for r in rows { total += r[2] * r[0] }
      observe 1.0 ~ normal(total, 2)
    }
    let m = growth()
    """),
  TapeModel(
    "branches on a real",
    """
    model branches {
      x ~ normal(0, 1)
      y ~ uniform(-1, 1)
      let z = if x > 0.1 { x * y } else { exp(x) + y }
      let w = if x == y || !(z < 0.3) { z } else { -z * x }
      factor(min(x, y) + max(z, 0.2) + abs(w) + floor(x) + max([x, y, z]))
    }
    let m = branches()
    """),
  TapeModel(
    "closures, records, tuples and strings",
    """
    fn scale(k) { return x => k * x }
    fn pair(x) { return (x, {a: x^2, b: [x, 1.0]}) }
    model values {
      a ~ normal(0, 1)
      b ~ normal(0, 1)
      let f = scale(a)
      let (u, r) = pair(f(b))
      var copy = r
      copy.a = copy.a + b
      copy.b[1] = u * a
      var nested = {inner: {xs: [1.0, 2.0, 3.0]}}
      nested.inner.xs[1] = u
      var list = [copy, {a: 1.0, b: [0.0, a]}]
      list[1].b[0] = copy.b[1] + nested.inner.xs[1]
      let text = "value ${a}"
      observe 0.2 ~ normal(list[1].b[0] + list[0].b[1] + list[0].a + len(text) * 0, 1 + r.a)
    }
    let m = values()
    """),
  TapeModel(
    "matrices written element by element",
    """
    model matrices {
      rho ~ gamma(3, 2)
      s ~ gamma(2, 2)
      let x = [0.0, 0.7, 1.5]
      var K = zeros(3, 3)
      for i in 0..<3 {
        for j in 0..<3 { K[i, j] = s^2 * exp(-0.5 * ((x[i] - x[j]) / rho)^2) }
        K[i, i] += 0.1
      }
      var row = K[1]
      row[0..<2] = [s, rho]
      factor(-0.01 * sum(row .* row) - 0.1 * sum(K[0..<2, 1]))
      observe [0.3, -0.2, 1.0] ~ multi_normal(zeros(3), K)
    }
    let m = matrices()
    """),
  TapeModel(
    "products, mixtures and truncations with latent parameters",
    """
    model combined {
      p ~ beta(2, 3)
      let w = [p, 1 - p]
      mu ~ iid(normal(0, 1), 2)
      s ~ gamma(3, 3)
      low ~ uniform(-3, -1)
      x ~ normal(mu, s)
      t ~ truncate(normal(mu[0], s), low, 2)
      z ~ iid(mixture(w, normal(mu[0], s), cauchy(mu[1], 1)), 3)
      c ~ censor(normal(mu[1], s), null, 0.5)
      o ~ ordered(normal(mu[1], s), 3)
      v ~ truncate(normal(mu, s), low, 3)
      k ~ mixture(w, poisson(s), delta(0))
      f ~ finite([1.0, 2.0, 1.0], [0.5 * w[0], w[1], 0.5 * w[0]])
      y ~ transformed(normal(mu[0], s), u => u * s, u => u / s, u => log(s))
    }
    let m = combined() | {c: 0.5, k: 0}
    """),
  TapeModel(
    "partial observations and submodels",
    """
    model leaf(scale) {
      x ~ normal(0, scale)
      y ~ normal(x, scale)
      return y
    }
    model tree {
      s ~ gamma(4, 2)
      for i in 0..<3 { part[i] ~ leaf(s) }
      z ~ normal(part, s)
      q ~ iid(normal(s, 1), 3)
    }
    let m = tree() | {z: [0.1, null, 0.4], part: {1: {y: 0.3}}, q: {1: 2.0}}
    """),
  TapeModel(
    "observed values that depend on choices, densities as values",
    """
    model observed {
      a ~ normal(0, 1)
      s ~ gamma(2, 2)
      observe a * s ~ normal(1, 2)
      factor(logpdf(student_t(4, a, s), 0.4) + log(pdf(normal(a, s), 0.1)) + 0.1 * cdf(normal(a, s), a + 0.3))
      factor(0.1 * logccdf(gamma(2, s), 1.5) + mean(normal(a, s)) * variance(gamma(3, s)) * 0.1)
      factor(0.1 * quantile(normal(a, s), 0.3) + 0.1 * sd(normal(a, s)))
      observe [a, s, 1.0] ~ iid(normal(0, 1.5), 3)
    }
    let m = observed()
    """),
]

@Suite struct TapeGradientTests {
  @Test(arguments: tapeModels) func gradientsAreDerivatives(_ model: TapeModel) throws {
    try Script(model.text).program("m").expectGradients()
  }

  @Test func aDeepRecursion() throws {
    let program = try Script(
      """
      fn descend(n, x) {
        if n == 0 { return x }
        return 0.9999 * descend(n - 1, x) + 0.0001 * sin(x)
      }
      model deep {
        x ~ normal(0, 1)
        observe 1.0 ~ normal(descend(10000, x), 1)
      }
      let m = deep()
      """
    ).program("m")
    try program.expectGradients(draws: 2)
  }

  @Test func aLongModel() throws {
    let program = try Script(
      """
      model chain {
        s ~ gamma(2, 2)
        x[0] ~ normal(0, 1)
        for t in 1..<2000 { x[t] ~ normal(x[t - 1], s) }
      }
      let m = chain()
      """
    ).program("m")
    try program.expectGradients(draws: 1)
  }

  @Test func discreteChoicesHaveNoDerivative() throws {
    let program = try Script(
      """
      model mixed {
        k ~ poisson(3)
        p ~ beta(2, 2)
        b ~ bernoulli(p)
      }
      let m = mixed()
      """
    ).program("m")
    let gradient = try program.logDensityGradient(
      at: GivenChoices([
        (Address(AddressName("k")), .int(2)), (Address(AddressName("p")), .real(0.3)),
        (Address(AddressName("b")), .bool(true)),
      ]))
    #expect(gradient.derivatives.map(\.address.description) == ["p"])
    #expect(abs((gradient.derivatives[0].value.asReal ?? 0) - (1 / 0.3 - 1 / 0.7 + 1 / 0.3)) < 1e-12)
  }

  @Test func outsideTheSupportThereIsNone() throws {
    let program = try Script("model half { x ~ half_normal(1) }\nlet m = half()").program("m")
    let gradient = try program.logDensityGradient(at: GivenChoices([(Address(AddressName("x")), .real(-1))]))
    #expect(gradient.logDensity == -.infinity)
    #expect(gradient.derivatives[0].value.asReal?.isNaN == true)
  }

  func failure(_ body: String) throws -> Diagnostic {
    let program = try Script("model m0 {\n  x ~ uniform(1, 2)\n  \(body)\n}\nlet m = m0()").program("m")
    do {
      _ = try program.logDensityGradient(at: GivenChoices([(Address(AddressName("x")), .real(1.5))]))
    } catch {
      return error.diagnostic
    }
    return Diagnostic(code: "none", "no failure")
  }

  @Test func missingDerivativesAreNamed() throws {
    #expect(
      try failure("factor(gamma_p(x, 2.0))").message == "gamma_p has no derivative with respect to its argument 1")
    #expect(
      try failure("factor(trigamma(x))").message == "trigamma has no derivative with respect to its argument 1")
    #expect(
      try failure("factor(sum(svd_u([[x, 1.0], [0.2, 3.0]])))").message
        == "svd_u has no derivative with respect to its argument 1")
    #expect(try failure("factor(gamma_p(x, 2.0))").primary != nil)
    #expect(try failure("factor(gamma_p(2.0, x))").message == "no failure")
  }

  @Test func missingChoicesAreErrors() throws {
    let program = try Script("model m0 { x ~ normal(0, 1) }\nlet m = m0()").program("m")
    #expect(throws: Failure.self) { try program.logDensityGradient(at: GivenChoices()) }
  }

  /// Memory of the tape counts against the limit.
  @Test func theTapeHasALimit() throws {
    let script = try Script(
      """
      model long {
        x ~ normal(0, 1)
        var y = x
        for i in 0..<1000000 { y = 0.5 * y + x * y }
        factor(y)
      }
      let m = long()
      """)
    var environment = script.environment
    environment.limits.memory = 4 << 20
    let program = try ModelProgram(script.value("m"), in: environment)
    do {
      _ = try program.logDensityGradient(at: GivenChoices([(Address(AddressName("x")), .real(0.1))]))
      Issue.record("no failure")
    } catch {
      #expect(error.diagnostic.code == "memory-limit")
    }
  }
}
