// Every primitive on the tape against differences.

import BorelIR
import BorelSemantics
import BorelVM
import BorelValues
import DerivativeTestSupport
import Testing

@Suite struct TapePrimitiveTests {
  /// Functions of reals: those with a row in the derivative table.
  static let functions: [String] = DerivativeTable.named.keys.filter { name in
    guard case .differentiated = TapeTreatment(of: name), arrays[name] == nil else { return false }
    return true
  }.sorted()

  /// Expressions of the vector x, the matrix M, the positive definite S and its factor L for everything else that is differentiated.
  static let arrays: [String: [String]] = [
    "+": ["sum((x + M[0]) .* x)", "sum(square(2 + x))", "sum(square(x + x[0]))"],
    "-": ["sum((x - M[0]) .* x)", "sum(square(2 - x))", "sum(square(x[1] - x))"],
    ".*": ["sum(x .* M[1] .* x)"],
    "*": ["sum(square(x[0] * x))", "x * M[2]", "sum(square(M * x))", "sum(cos(x * M))"]
      + ["sum(sin(M * S) .* C)", "sum(square(C * M * C))", "sum(square(C * x)) + sum(square(c * M))"],
    "/": ["sum(cos(x / x[0]))", "sum(square(x / 3))", "2 / x[0]"], "./": ["sum(x ./ M[0] .* c)", "sum(cos(1.0 ./ x))"],
    "^": ["x[0]^2 + x[1]^3 + x[2]^-1 + x[0]^0.5", "x[0]^x[1]", "2^x[0]", "sum(M^3 .* C)", "sum(M^1 .* C)"],
    ".^": ["sum(x .^ 2)", "sum(x .^ M[0])", "sum(2 .^ x)"], "%": ["x[0] % 0.3 + 7.5 % x[1]"],
    "mod": ["mod(x[0], 0.3) * x[1]"], "negate": ["-x[0] * x[1]", "sum(sin(-x))"],
    "min": ["min(x) * x[1]", "min(x[0], x[1])", "min(x[2], 0.0)"],
    "max": ["max(x) * x[1]", "max(x[0], x[1])", "max(M) * 2"],
    "log_sum_exp": ["log_sum_exp(x)", "log_sum_exp(x[0], x[1])", "log_sum_exp(x[0], 1.0)", "log_sum_exp(M)"],
    "sum": ["sum(x) * sum(M)", "square(sum(x))"], "prod": ["prod(x)", "prod(M)", "prod(concat(x, [0.0]))"],
    "mean": ["mean(x)^2", "mean(normal(x[0], 1))"], "variance": ["variance(x)", "variance(gamma(x[0], x[1]))"],
    "sd": ["sd(x)", "sd(M) * x[0]", "sd(normal(0, x[0]))"],
    "median": ["median(x) * x[0]", "median(concat(x, x[0..<1]))"],
    "quantile": [
      "quantile(x, 0.3) * x[0]", "sum(quantile(x, [0.1, 0.9]) .* [1.0, 3.0])", "quantile(M, 0.1 * x[0])",
      "quantile(normal(x[1], x[0]), 0.2 * x[2])",
    ],
    "covariance": ["covariance(x, M[0]) + covariance(x, c) * covariance(x, x)"],
    "correlation": ["correlation(x, M[0])", "correlation(c, x)"], "cumsum": ["sum(cumsum(x) .* c)"],
    "cumprod": ["sum(cumprod(x) .* c)"], "diff": ["sum(square(diff(x)))"], "softmax": ["sum(softmax(x) .* c)"],
    "log_softmax": ["sum(log_softmax(x) .* c)"], "linspace": ["sum(cos(linspace(x[0], x[1], 5)))"],
    "range": ["sum(square(range(x[0], x[0] + 2.1, 0.5)))"], "sort": ["sum(sort(x) .* c)"],
    "unique": ["sum(unique(concat(x, x)) .* c)"], "append": ["sum(append(x, x[0]) .* range(0, 4))"],
    "dot": ["dot(x, M[0])", "dot(x, x)", "dot(c, x)", "dot(x, c)"], "norm": ["norm(x)"],
    "squared_norm": ["squared_norm(x)"], "outer": ["sum(outer(x, M[0]) .* C)", "sum(outer(c, x) .* C)"],
    "trace": ["trace(M) * trace(S)"], "crossprod": ["sum(crossprod(M) .* C)"],
    "tcrossprod": ["sum(tcrossprod(M) .* C)"], "quad_form": ["quad_form(M, x)", "quad_form(C, x)", "quad_form(S, c)"],
    "cholesky": ["sum(cholesky(S) .* C)"],
    "cholesky_solve": [
      "sum(cholesky_solve(L, x) .* c)", "sum(cholesky_solve(L, M) .* C)", "sum(cholesky_solve(K, x) .* c)",
    ],
    "solve_lower": ["sum(solve_lower(L, x) .* c)", "sum(solve_lower(L, M) .* C)", "sum(solve_lower(K, x) .* c)"],
    "solve_lower_transposed": ["sum(solve_lower_transposed(L, x) .* c)", "sum(solve_lower_transposed(L, C) .* C)"],
    "solve_upper": ["sum(solve_upper(transpose(L), x) .* c)", "sum(solve_upper(transpose(L), M) .* C)"],
    "solve": ["sum(solve(M, x) .* c)", "sum(solve(M, C) .* S)", "sum(solve(C, x) .* c)"],
    "solve_spd": [
      "sum(solve_spd(S, x) .* c)", "sum(solve_spd(S, M) .* C)", "sum(solve_spd(K * transpose(K), x) .* c)",
    ],
    "inverse": ["sum(inverse(M) .* C)"], "inverse_spd": ["sum(inverse_spd(S) .* C)"], "det": ["det(M)"],
    "log_abs_det": ["log_abs_det(M)"], "log_det_spd": ["log_det_spd(S)"], "log_det_cholesky": ["log_det_cholesky(L)"],
    "quad_form_cholesky": ["quad_form_cholesky(L, x)", "quad_form_cholesky(L, c)", "quad_form_cholesky(K, x)"],
    "eigenvalues_sym": ["sum(eigenvalues_sym(S) .* c)"], "eigenvectors_sym": ["sum(square(eigenvectors_sym(S)) .* C)"],
    "singular_values": ["sum(singular_values(M) .* c)", "sum(singular_values(M[0..<2]) .* [1.0, 3.0])"],
    "matrix_exp": ["sum(matrix_exp(0.3 * M) .* C)"],
    "ode_rk45": [
      "sum(ode_rk45((t, y) => [y[1], -x[0] * y[0] - x[1] * y[1]], [1.0, 0.0], 0, [0.5, 1.3], 1e-10, 1e-10, 100000))",
      "sum(ode_rk45((t, y) => -0.5 * y, x, 0, [0.5, 1.3], 1e-10, 1e-10, 100000) .* M[0..<2])",
      "sum(ode_rk45((t, y) => -x .* y + c, M[0], 0, [0.5, 1.3], 1e-10, 1e-10, 100000))",
      "sum(ode_rk45((t, y) => M * y + (if t > 0.6 { x[0] * (t - 0.6)^6 * y } else { 0 * y }), c, 0, [0.6, 2], 1e-10, 1e-10, 100000))",
      "sum(ode_rk45((t, y) => -y, c, 0, [0.5, 1.3], 1e-6, 1e-6, 1000)) * x[0]",
    ],
    "ode_bdf": [
      "sum(ode_bdf((t, y) => [-x[0] * y[0] + x[1] * y[1], x[0] * y[0] - 9 * y[1]], [1.0, x[2]], 0, [0.5, 2], 1e-9, 1e-9, 100000))"
    ],
    "logpdf": ["logpdf(gamma(x[0], x[1]), x[2])", "logpdf(normal(x, x[0]), c)", "logpdf(normal(c, 1), x)"],
    "pdf": ["pdf(normal(x[0], x[1]), x[2])"], "cdf": ["cdf(normal(x[0], x[1]), x[2])", "cdf(poisson(x[0]), 2)"],
    "ccdf": ["ccdf(cauchy(x[0], x[1]), x[2])", "ccdf(mixture([0.3, 0.7], normal(x[0], 1), normal(0, x[1])), x[2])"],
    "logcdf": [
      "logcdf(normal(x[0], x[1]), x[2])", "logcdf(censor(normal(0, x[0]), 0, 5), x[1])",
      "logcdf(truncate(normal(x[0], x[1]), 0.1, 3), x[2])", "logcdf(truncate(normal(0, x[1]), 1, 9 * x[2]), x[0])",
    ],
    "logccdf": [
      "logccdf(weibull(x[0], x[1]), x[2])", "logccdf(exponential(x[0]), x[1])",
      "logccdf(truncate(normal(x[0], 1), -1, 2), x[2])", "logccdf(truncate(gamma(2, x[0]), null, x[1] + 5), x[2])",
      "logccdf(truncate(poisson(x[0]), 1, 4), 2)", "cdf(truncate(normal(x[0], 1), 5, null), 6 + x[1])",
    ],
  ]

  /// Expressions for what moves elements or values.
  static let moved: [String: [String]] = [
    "concat": ["sum(concat(x, M[0], [1.0, 2]) .* range(0, 8))", "sum(concat(M, [x])[3] .* c)"],
    "full": ["sum(square(full(x[0], 2, 2)))", "sum(full(x, 2)[1] .* c)"],
    "rep": ["sum(rep(x, 2) .* range(0, 6))", "sum(square(rep(x[0], 3)))"],
    "remove": ["sum(remove(x, 1) .* [1.0, 3.0])"], "reshape": ["sum(reshape(M, 9) .* range(0, 9))"],
    "flatten": ["sum(flatten(M) .* range(0, 9))"], "to_array": ["sum(to_array(x) .* c)"],
    "head": ["sum(head(x, 2) .* [1.0, 3.0])"], "tail": ["sum(tail(x, 2) .* [1.0, 3.0])"],
    "reverse": ["sum(reverse(x) .* c)", "sum(reverse(M) .* C)"], "transpose": ["sum(transpose(M) .* C)"],
    "diagonal": ["sum(diagonal(M) .* c)"], "diag_matrix": ["sum(diag_matrix(x) * c)"],
    "real": ["real(x[0])^2 + sum(real(x) .* c)"],
    "to_list": ["to_list(x)[1] * x[0]"], "zip": ["zip(x, M[0])[1][0] * zip(c, x)[2][1]"],
    "enumerated": ["enumerated(x)[2][1]^2"], "insert": ["sum(insert(x, 1, x[0]) .* range(0, 4))"],
    "values": ["values({a: x[0], b: x[1]})[1]^2"], "merge": ["merge({a: x[0]}, {b: x[1]}).b^2"],
    "keys": ["len(keys({a: x[0]})) * x[1]"], "has": ["if has({a: x[0]}, \"a\") { x[1]^2 } else { 0.0 }"],
    "mem": ["mem(k => k * x[0])(2.0)"],
    "iid": ["logpdf(iid(normal(x[0], x[1]), 2), [0.1, 0.3])", "logpdf(iid(gamma(2, 1), 3), x)"],
    "mixture": [
      "logpdf(mixture([0.2, 0.8], normal(x[0], 1), normal(0, x[1])), x[2])",
      "logpdf(mixture(softmax(x), [normal(x[0], 1), normal(1, x[1]), cauchy(0, 1)]), 0.3)",
    ],
    "truncate": [
      "logpdf(truncate(normal(x[0], x[1]), 0, null), x[2])", "logpdf(truncate(normal(0, 1), null, 9 * x[1]), x[2])",
      "logpdf(truncate(normal(x[0], 1), -0.1 * x[1], 5 + x[2]), 0.4)", "logpdf(truncate(poisson(x[0]), 1, 4), 2)",
      "logpdf(truncate(normal(x, 1), 0, 6 * x[0]), [0.4, 0.2, 1.1])",
    ],
    "censor": [
      "logpdf(censor(normal(x[0], x[1]), null, 1), 1.0)", "logpdf(censor(normal(0, x[1]), x[0], null), x[0])",
      "logpdf(censor(normal(x[0], 1), 0, 2), x[1])",
    ],
    "ordered": ["logpdf(ordered(normal(x[0], x[1]), 3), sort(x))"],
    "transformed": ["logpdf(transformed(normal(x[0], 1), u => exp(u), u => log(u), u => u), x[1])"],
    "delta": ["logpdf(delta(1.5), 1.5) * x[0] + x[1]"],
    "finite": ["logpdf(finite([1, 2, 1], softmax(x)), 1)"], "do": ["x[0]"],
  ]

  static let header = """
    model prior {
      x ~ iid(gamma(3, 2), 3)
      M ~ iid(normal(0, 1), [3, 3])
      let c = [1.0, -2.0, 0.5]
      let C = [[1.0, 0.3, -0.4], [0.2, -1.0, 0.7], [0.9, 0.1, 2.0]]
      let K = [[1.0, 0, 0], [0.2, 1.1, 0], [0.9, 0.1, 2.0]]
      let S = M * transpose(M) + 2 * identity(3) + diag_matrix(x)
      let L = cholesky(S)
      let unused = c[0] + C[0, 0] + K[0, 0] + S[0, 0] + L[0, 0]
    """

  static let point = GivenChoices([
    (Address(AddressName("x")), .array([1.3, 0.45, 0.8])),
    (Address(AddressName("M")), .array([0.3, -1.1, 0.7, 0.9, 0.4, -0.2, 1.6, 0.5, -0.8], shape: [3, 3])),
  ])

  @Test(arguments: arrays.keys.sorted() + moved.keys.sorted()) func ofArrays(name: String) throws {
    for expression in Self.arrays[name] ?? Self.moved[name] ?? [] {
      let script = try Script("\(Self.header)\n  factor(\(expression))\n}\nlet m = prior()")
      try script.program("m").expectGradient(at: Self.point)
    }
  }

  /// A function of reals at points of its domain, and elementwise where it is that.
  @Test(arguments: functions) func ofReals(name: String) throws {
    let partials = try #require(DerivativeTable.named[name])
    let domain = try #require(FunctionDomains.domain(of: name), "no domain")
    let names = ["a", "b", "c", "d"].prefix(partials.count)
    let isKnown = partials.map { $0 != nil }
    guard isKnown.contains(true) else { return }
    // Arguments without a derivative are parameters of the model.
    let parameters = zip(names, isKnown).filter { !$0.1 }.map(\.0)
    let latent = zip(names, isKnown).filter(\.1).map(\.0)
    let call = "\(name)(\(names.joined(separator: ", ")))"
    let script = try Script(
      """
      model prior(\(parameters.joined(separator: ", "))) {
        \(latent.map { "\($0) ~ normal(0, 1000)" }.joined(separator: "\n  "))
        factor(\(call))
      }
      let m = prior
      """)
    guard case .model(let id)? = script.definitions["prior"] else { return }
    let all = FunctionDomains.points(domain)
    var checked = 0
    // A few points, spread over the grid.
    for index in stride(from: 0, to: all.count, by: max(all.count / 7, 1)) {
      let point = all[index]
      let program = ModelProgram(
        ModelObject(
          script.environment.program.tables[id],
          arguments: zip(point, isKnown).filter { !$0.1 }.map { .real($0.0) }), in: script.environment)
      let given = GivenChoices(
        zip(names, zip(point, isKnown)).filter(\.1.1).map { (Address(AddressName($0.0)), .real($0.1.0)) })
      guard let plain = try? program.logDensity(of: given), plain.isFinite, abs(plain) < 1e12 else { continue }
      let gradient = try program.logDensityGradient(at: given)
      for (place, argument) in names.enumerated() where isKnown[place] {
        let address = Address(AddressName(argument))
        let found = gradient[address]?.asReal ?? .nan
        let isNearEdge = [0.0, 1.0, -1.0].map { abs(point[place] - $0) }.filter { $0 > 0 }.min() ?? 1
        let share = partials[place] == .constant(0) || name == "fmod" ? 1e-6 : 0.2
        let step = share * min(isNearEdge, max(abs(point[place]), 1e-3))
        let expected = difference(
          of: { moved in
            var other = given
            other[address] = .real(moved)
            return (try? program.logDensity(of: other)) ?? .nan
          }, at: point[place], step: step)
        let noise = 1e-13 * max(abs(plain), 10) / step
        guard expected.error <= 1e-7 * abs(expected.value) + noise else { continue }
        checked += 1
        #expect(
          abs(found - expected.value) <= 1e-6 * abs(expected.value) + noise,
          "\(name)\(point), argument \(place): \(found), not \(expected.value) ± \(expected.error)")
      }
    }
    #expect(checked > 0, "no point of \(name) could be checked")
  }

  /// The same function over arrays gives the same derivatives as over numbers.
  @Test func elementwiseFunctions() throws {
    for name in Self.functions {
      guard let id = PrimitiveTable.ids[name], PrimitiveTable[id].isElementwise,
        let partials = DerivativeTable.named[name], partials.allSatisfy({ $0 != nil })
      else { continue }
      let point = try #require(FunctionDomains.domain(of: name)).map { FunctionDomains.grids[$0]?[1] ?? .nan }
      let names = ["a", "b", "c", "d"].prefix(partials.count)
      let choices = names.map { "\($0) ~ normal(0, 1000)" }.joined(separator: "\n  ")
      let given = GivenChoices(zip(names, point).map { (Address(AddressName($0.0)), .real($0.1)) })
      let arguments = names.joined(separator: ", ")
      let arrays = names.enumerated().map { $0.0 == 0 ? "[\($0.1), \($0.1)]" : $0.1 }.joined(separator: ", ")
      let scalar = try Script("model p {\n  \(choices)\n  factor(2 * \(name)(\(arguments)))\n}\nlet m = p()").program(
        "m")
      let array = try Script("model p {\n  \(choices)\n  factor(sum(\(name)(\(arrays))))\n}\nlet m = p()").program("m")
      let expected = try scalar.logDensityGradient(at: given).derivatives.map { $0.value.asReal ?? .nan }
      let found = try array.logDensityGradient(at: given).derivatives.map { $0.value.asReal ?? .nan }
      for (a, b) in zip(expected, found) { #expect(abs(a - b) <= 1e-12 * abs(a), "\(name): \(found), not \(expected)") }
    }
  }

  /// Primitives whose derivative nobody has written down.
  static let withoutDerivative: Set<String> = ["svd_u", "svd_v", "qr_q", "qr_r", "trigamma", "lmgamma"]

  /// Every pure primitive is a constant, moves values, or is differentiated and in one of the tables above.
  @Test func everyPrimitiveIsTreated() {
    for row in PrimitiveTable.rows where row.effect == .pure {
      switch TapeTreatment(of: row.name) {
      case .differentiated:
        let isTested = Self.arrays[row.name] != nil || Self.functions.contains(row.name)
        #expect(isTested, "\(row.name) is differentiated and not tested")
      case .moved: #expect(Self.moved[row.name] != nil, "\(row.name) moves values and is not tested")
      case .constant: break
      case .none:
        let isText = row.result == .string || row.result == .bool || row.result == .list
        #expect(Self.withoutDerivative.contains(row.name) || isText, "\(row.name) is not treated")
      }
    }
  }
}
