// How functions that are not elementwise are called: expressions that are a Real, with places for arguments.

import BorelIR
import BorelStandardLibrary

/// Expressions with a function in them. In braces: R, P, U a Real, a positive one, one between 0 and 1; V, W, Q a vector of three, of
/// positive numbers, of probabilities that sum to 1; N a vector with the data's rows; M, S, L a square matrix, a positive definite one, a
/// Cholesky factor; D a vector of the data; I a small Int; B a condition.
struct PrimitiveTemplate: Sendable {
  var name: String
  var templates: [String]
}

private let written: [String: [String]] = [
  "+": ["{R} + {R}", "sum({N} + {N})", "sum({S} + {M})", "sum(1.5 + {V})"],
  "-": ["{R} - {R}", "sum({N} - {N})", "sum({N} - 0.5)"],
  "*": [
    "{R} * {R}", "{V} * {V}", "sum({M} * {V})", "sum({V} * {M})", "sum({M} * {S})", "sum(2 * {M})", "real({I} * {I})",
  ],
  "/": ["{R} / {P}", "sum({N} / {P})", "{I} / 4"],
  "%": ["{P} % {P}", "real(7 % {I})", "real(-7 % {I})", "{R} % {P}"],
  "^": ["{R}^2", "{P}^{R}", "{P}^-0.5", "real({I}^3)", "sum({W}^{R})"],
  ".*": ["sum({N} .* {N})", "sum({M} .* {S})"],
  "./": ["sum({V} ./ {W})"],
  ".^": ["sum({W} .^ {V})", "sum({V} .^ 2)"],
  "negate": ["-{R}", "sum(-{N})", "real(-{I})"],
  "!": ["(if !({B}) { {R} } else { {R} })"],
  "<": ["(if {R} < {R} { {R} } else { {R} })"], "<=": ["(if {R} <= 0.3 { {R} } else { {R} })"],
  ">": ["(if {R} > {R} { {R} } else { {R} })"], ">=": ["(if {R} >= 0.3 { {R} } else { {R} })"],
  "==": ["(if {I} == 4 { {R} } else { {R} })", "(if {D} == {D} { {R} } else { {R} })"],
  "!=": ["(if {I} != 4 { {R} } else { {R} })"],
  "min": ["min({R}, {R})", "min({V})", "min({N})"], "max": ["max({R}, {R})", "max({V})", "max({N})"],
  "log_sum_exp": ["log_sum_exp({R}, {R})", "log_sum_exp({V})", "log_sum_exp({N})"],
  "dot": ["dot({N}, {N})"], "norm": ["norm({N})"], "squared_norm": ["squared_norm({V})"],
  "outer": ["sum(outer({V}, {N}))"], "transpose": ["sum(transpose({M}) * {V})"], "trace": ["trace({M})"],
  "diagonal": ["sum(diagonal({M}))"], "diag_matrix": ["sum(diag_matrix({V}) * {V})"],
  "identity": ["sum(identity(3) + {M})"],
  "crossprod": ["sum(crossprod({M}))"], "tcrossprod": ["sum(tcrossprod({M}))"],
  "cholesky": ["sum(cholesky({S}) * {V})"],
  "cholesky_solve": ["sum(cholesky_solve({L}, {V}))", "sum(cholesky_solve({L}, {M}))"],
  "solve_lower": ["sum(solve_lower({L}, {V}))", "sum(solve_lower({L}, {M}))"],
  "solve_lower_transposed": ["sum(solve_lower_transposed({L}, {V}))"],
  "solve_upper": ["sum(solve_upper(transpose({L}), {V}))"], "solve": ["sum(solve({M}, {V}))", "sum(solve({M}, {S}))"],
  "solve_spd": ["sum(solve_spd({S}, {V}))", "sum(solve_spd({S}, {M}))"], "inverse": ["sum(inverse({M}))"],
  "inverse_spd": ["trace(inverse_spd({S}))"], "det": ["det({M})"], "log_abs_det": ["log_abs_det({M})"],
  "log_det_spd": ["log_det_spd({S})"], "log_det_cholesky": ["log_det_cholesky({L})"],
  "quad_form": ["quad_form({S}, {V})", "quad_form({M}, {V})"], "quad_form_cholesky": ["quad_form_cholesky({L}, {V})"],
  "eigenvalues_sym": ["eigenvalues_sym({S})[2]", "sum(log(eigenvalues_sym({S})))"],
  "eigenvectors_sym": ["sum(square(eigenvectors_sym({S} + diag_matrix([1.0, 4.0, 9.0])))[:, 2] .* [1.0, 2.0, 3.0])"],
  "singular_values": ["singular_values({M})[0]"],
  "svd_u": ["sum(square(svd_u({M})))"], "svd_v": ["sum(square(svd_v({M})))"], "qr_q": ["sum(square(qr_q({M})))"],
  "qr_r": ["abs(qr_r({M})[0, 0])"], "matrix_exp": ["sum(matrix_exp(0.3 * {M}))"],
  "ode_rk45": [
    "sum(ode_rk45((t, y) => [{U} * y[1], -y[0]], [{R}, 1.0], 0, [0.5, 1.0], rel_tol: 1.0e-10, abs_tol: 1.0e-10))"
  ],
  "ode_bdf": ["sum(ode_bdf((t, y) => [-{P} * y[0], {U} * y[0] - y[1] * cos(t)], [1.0, {R}], 0, [0.3, 0.6]))"],
  "iid": ["logpdf(iid(normal({R}, {P}), 3), {V})"],
  "mixture": [
    "logpdf(mixture({Q}, normal({R}, {P}), normal(0.5, 1), cauchy({R}, 1)), {R})",
    "logpdf(mixture([0.3, 0.7], [normal({R}, 1), normal(0, {P})]), {R})",
  ],
  "truncate": [
    "max(-50, logpdf(truncate(normal({R}, {P}), -5, null), {R}))", "logpdf(truncate(gamma(2, {P}), null, 30), {P})",
    "logpdf(truncate(normal({R}, 1), -9, 9.0), {R})",
  ],
  "censor": [
    "max(-50, logpdf(censor(normal({R}, {P}), -1, 1.5), {R}))",
    "max(-50, logpdf(censor(weibull(1.5, {P}), null, 1.0), {P}))",
  ],
  "ordered": ["logpdf(ordered(normal({R}, {P}), 3), [-1.0, 0.2, 1.1])"],
  "transformed": ["logpdf(transformed(normal({R}, 1), u => exp(u), u => log(u), u => u), {P})"],
  "delta": ["(if logpdf(delta(2), 2) == 0 { {R} } else { {R} })"], "finite": ["logpdf(finite([1, 2, 5], {Q}), 2)"],
  "logpdf": ["logpdf(normal({R}, {P}), {R})", "logpdf(poisson({P}), {I})"], "pdf": ["pdf(normal({R}, {P}), {R})"],
  "cdf": ["cdf(normal({R}, {P}), {R})", "cdf(gamma(2, {P}), {P})"], "ccdf": ["ccdf(student_t(4, {R}, {P}), {R})"],
  "logcdf": ["logcdf(logistic({R}, {P}), {R})"], "logccdf": ["logccdf(weibull(1.5, {P}), {P})"],
  "len": ["real(len({N}))", "len({V}) * {R}"], "shape": ["real(shape({M})[0])"], "ndim": ["real(ndim({M}))"],
  "zeros": ["sum(zeros(3) + {V})", "sum(zeros(2, 3) + {R})"], "ones": ["sum(ones(3) .* {V})"],
  "full": ["sum(full({R}, 4))", "sum(full({R}, 2, 3))"], "range": ["sum(real(range(0, {I})))"],
  "linspace": ["sum(linspace({R}, {R}, 5))"], "rep": ["sum(rep({R}, 4))", "sum(rep({V}, 2))"],
  "append": ["sum(append({V}, {R}))"], "concat": ["sum(concat({V}, {N}))"], "insert": ["insert({V}, 1, {R})[2]"],
  "remove": ["sum(remove({V}, 1))"], "reshape": ["reshape({V}, 3, 1)[1, 0]", "sum(reshape({M}, 9))"],
  "flatten": ["sum(square(flatten({M})))"], "to_list": ["to_list({V})[1]"], "to_array": ["sum(to_array([{R}, {R}]))"],
  "head": ["sum(head({N}, 2))"], "tail": ["sum(tail({N}, 3))"], "reverse": ["reverse({N})[0]"],
  "sort": ["sort({N})[1]", "sort({V})[2]", "sort({D})[0]"], "order": ["real(order({D})[1])"], "rank": ["rank({D})[1]"],
  "unique": ["real(len(unique([1, 2, 2, 3])))"], "tabulate": ["real(tabulate([0, 2, 2, 1])[2])"],
  "which": ["real(which([true, false, true])[1])"], "index_of": ["real(index_of([4, 5, 6], 5))"],
  "contains": ["(if contains([4, 5, 6], {I}) { {R} } else { {R} })"],
  "sum": ["sum({N})", "sum({V})", "sum({M})", "real(sum([1, 2, 3]))"], "prod": ["prod({V})", "prod({W})"],
  "mean": ["mean({N})", "mean(gamma(2, {P}))"], "variance": ["variance({N})", "variance(normal({R}, {P}))"],
  "sd": ["sd({N})", "sd({V})"], "median": ["median({N})", "median({V})"],
  "quantile": ["quantile({D}, 0.3)", "quantile(normal({R}, {P}), {U})"],
  "covariance": ["covariance({N}, {D})"], "correlation": ["correlation({N}, {D})"], "argmin": ["real(argmin({D}))"],
  "argmax": ["real(argmax({N}))"], "cumsum": ["sum(square(cumsum({N})))"], "cumprod": ["sum(cumprod({V}))"],
  "diff": ["sum(square(diff({N})))"], "any": ["(if any([true, {B}]) { {R} } else { {R} })"],
  "all": ["(if all([true, {B}]) { {R} } else { {R} })"], "count": ["real(count([true, {B}, false]))"],
  "softmax": ["dot(softmax({V}), {V})", "softmax({N})[2]"],
  "log_softmax": ["log_softmax({V})[1]", "log_softmax({N})[2]"],
  "keys": ["real(len(keys({a: 1, b: 2})))"], "values": ["sum(values({a: {R}, b: {R}}))"],
  "has": ["(if has({a: 1}, \"a\") { {R} } else { {R} })"], "merge": ["merge({a: {R}, b: {R}}, {b: {R}}).b"],
  "zip": ["fold((s, p) => s + p[0] * p[1], 0.0, zip({V}, {V}))"],
  "enumerated": ["fold((s, p) => s + p[0] * p[1], 0.0, enumerated({V}))"], "int": ["real(int({B}))", "real(int(3.0))"],
  "real": ["real({I})", "real({B})"], "type_of": ["(if type_of(1) == \"Int\" { {R} } else { {R} })"],
  "assert": ["(if {B} { assert(true); {R} } else { {R} })"],
  "str": ["real(len(str(12)))"], "format": ["real(len(format(1.5)))"], "join": ["real(len(join([\"a\", \"b\"])))"],
  "split": ["real(len(split(\"a b\")))"], "upper": ["real(len(upper(\"ab\")))"], "lower": ["real(len(lower(\"AB\")))"],
  "trim": ["real(len(trim(\" a\")))"], "starts_with": ["(if starts_with(\"ab\", \"a\") { {R} } else { {R} })"],
  "ends_with": ["(if ends_with(\"ab\", \"a\") { {R} } else { {R} })"],
  "replace": ["real(len(replace(\"ab\", \"a\", \"\")))"],
  "do": [], "mem": [], "error": [],
]

/// The functions that are not elementwise, in the order of the table: one that is new is called as its parameters ask for.
let primitiveTemplates: [PrimitiveTemplate] = PrimitiveTable.rows.compactMap { row in
  guard row.effect == .pure, !row.isElementwise else { return nil }
  if let templates = written[row.name] {
    return templates.isEmpty ? nil : PrimitiveTemplate(name: row.name, templates: templates)
  }
  let arguments = row.parameters.map { parameter -> String in
    switch parameter.type {
    case .int: "{I}"
    case .bool: "{B}"
    case .array(2): "{S}"
    case .array, .collection, .any: "{V}"
    default: "{R}"
    }
  }
  let call = "\(row.name)(\(arguments.joined(separator: ", ")))"
  let value: String =
    switch row.result {
    case .bool: "(if \(call) { 0.5 } else { 0.25 })"
    case .array, .like: "sum(\(call))"
    case .int: "real(\(call))"
    default: call
    }
  return PrimitiveTemplate(name: row.name, templates: [value])
}

/// Those that have a native form.
let nativeTemplates = primitiveTemplates.filter { notNative[$0.name] == nil }

extension ProgramGenerator {
  /// A template with its arguments.
  mutating func fill(_ template: String, _ depth: Int, _ allowsRandom: Bool = true) -> String {
    var result = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{") {
      result += rest[..<open]
      let after = rest.index(after: open)
      guard after < rest.endIndex, let close = rest.index(after, offsetBy: 1, limitedBy: rest.endIndex),
        close < rest.endIndex, rest[close] == "}", let text = argument(rest[after], depth, allowsRandom)
      else {
        result.append("{")
        rest = rest[after...]
        continue
      }
      result += text
      rest = rest[rest.index(after: close)...]
    }
    return result + rest
  }

  private mutating func argument(_ letter: Character, _ depth: Int, _ allowsRandom: Bool) -> String? {
    let down = max(0, depth - 1)
    let three = Size.fixed(3)
    let rows: Size = isPure ? three : .rows
    switch letter {
    case "R": return real(down, allowsRandom: allowsRandom)
    case "P": return real(down, .positive, allowsRandom: allowsRandom)
    case "U": return real(down, .unit, allowsRandom: allowsRandom)
    case "V": return vector(three, .vector, down, allowsRandom: allowsRandom)
    case "W": return vector(three, .positiveVector, down, allowsRandom: allowsRandom)
    case "Q": return vector(three, .simplex, down, allowsRandom: allowsRandom)
    case "N": return vector(rows, .vector, down, allowsRandom: allowsRandom)
    case "M": return matrix(three, three, .matrix, down, allowsRandom: allowsRandom)
    case "S": return matrix(three, three, .spd, down, allowsRandom: allowsRandom)
    case "L": return matrix(three, three, .cholesky, down, allowsRandom: allowsRandom)
    case "D": return vector(rows, .vector, 0, allowsRandom: false)
    case "I": return "\(3 + random.below(4))"
    case "B": return condition(allowsRandom: allowsRandom)
    default: return nil
    }
  }
}
