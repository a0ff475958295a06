// The battery for distributions with array parameters or array draws: oracles, masses, moments of draws, ratios of densities.

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

/// One row of the table: arguments, other arguments, and points with their log densities.
struct ArrayRow: Sendable, CustomTestStringConvertible {
  var name: String
  var arguments: [Value]
  /// Arguments of another member whose density ratio to the first has a moderate variance.
  var other: [Value]
  var invalid: [[Value]] = []
  var oracle: String
  var points: [(x: Value, logDensity: Double)]
  var testDescription: String { name }
}

private func matrix(_ rows: [[Double]]) -> Value { .array(rows.flatMap { $0 }, shape: [rows.count, rows.count]) }
private let covariance = [[2, 0.6, -0.3], [0.6, 1, 0.2], [-0.3, 0.2, 0.5]]
private let factor = [
  [1.4142135623730951, 0, 0], [0.42426406871192845, 0.9055385138137417, 0],
  [-0.21213203435596423, 0.32025142561705494, 0.5936657514041415],
]
private let wider = [[2.2, 0.5, -0.2], [0.5, 1.1, 0.2], [-0.2, 0.2, 0.5]]
private let indefinite = [[1.0, 2, 0], [2, 1, 0], [0, 0, 1]]
private let scatter = [[3, 0.5, 0.1], [0.5, 2, -0.4], [0.1, -0.4, 1]]
private let correlation = [[1, 0.3, -0.2], [0.3, 1, 0.5], [-0.2, 0.5, 1]]
private let correlationFactor = [
  [1, 0, 0], [0.3, 0.9539392014169457, 0], [-0.2, 0.5870395085642742, 0.7844645405527362],
]
private let mu: Value = .array([1.0, -2, 0.5])
private let point: Value = .array([0.3, -1, 1.5])
private let cuts: Value = .array([-1.0, 0.5, 2])

let arrayRows: [ArrayRow] = [
  ArrayRow(
    name: "multi_normal", arguments: [mu, matrix(covariance)], other: [.array([1.1, -2, 0.4]), matrix(covariance)],
    oracle: "scipy.stats.multivariate_normal(mu, Sigma)", points: [(point, -3.8074653788882022)]),
  ArrayRow(
    name: "multi_normal_prec", arguments: [mu, matrix(covariance)], other: [mu, matrix(wider)],
    oracle: "scipy.stats.multivariate_normal(mu, inv(Omega))", points: [(point, -4.260906304768898)]),
  ArrayRow(
    name: "multi_normal_cholesky", arguments: [mu, matrix(factor)], other: [.array([1.1, -2, 0.4]), matrix(factor)],
    invalid: [[mu, matrix([[1, 0, 0], [0, 0, 0], [0, 0, 1]])]],
    oracle: "scipy.stats.multivariate_normal(mu, L L')", points: [(point, -3.8074653788882022)]),
  ArrayRow(
    name: "multi_student_t", arguments: [.real(4.5), mu, matrix(covariance)],
    other: [.real(6), .array([1.1, -2, 0.4]), matrix(covariance)], invalid: [[.real(0), mu, matrix(covariance)]],
    oracle: "scipy.stats.multivariate_t(mu, Sigma, df=nu)", points: [(point, -4.0732852258075045)]),
  ArrayRow(
    name: "dirichlet", arguments: [.array([0.5, 2, 3.5])], other: [.array([0.7, 2.1, 3.5])],
    invalid: [[.array([1.0, 0])], [.array([1.0, -1])]], oracle: "scipy.stats.dirichlet(alpha)",
    points: [(.array([0.1, 0.3, 0.6]), 1.6844088802663815), (.array([0.5, 0.6, -0.1]), -.infinity)]),
  ArrayRow(
    name: "wishart", arguments: [.real(5.5), matrix(covariance)], other: [.real(6), matrix(covariance)],
    invalid: [[.real(2), matrix(covariance)]], oracle: "scipy.stats.wishart(nu, S)",
    points: [(matrix(scatter), -9.555291527862831), (matrix(indefinite), -.infinity)]),
  ArrayRow(
    name: "inv_wishart", arguments: [.real(7.5), matrix(covariance)], other: [.real(8), matrix(covariance)],
    invalid: [[.real(2), matrix(covariance)]], oracle: "scipy.stats.invwishart(nu, S)",
    points: [(matrix(scatter), -24.884203292067752)]),
  ArrayRow(
    name: "lkj_corr", arguments: [.int(3), .real(2)], other: [.int(3), .real(2.5)], invalid: [[.int(3), .real(0)]],
    oracle: "det^(eta - 1) over its integral by partial correlations",
    points: [(matrix(correlation), -1.1953018333534702), (matrix(indefinite), -.infinity)]),
  ArrayRow(
    name: "lkj_corr_cholesky", arguments: [.int(3), .real(2)], other: [.int(3), .real(2.5)],
    invalid: [[.int(3), .real(0)]], oracle: "the same with the Jacobian L[1, 1]^(n - 2) L[2, 2]^(n - 3)",
    points: [(matrix(correlationFactor), -1.2424571730890908)]),
  ArrayRow(
    name: "multinomial", arguments: [.int(7), .array([0.2, 0.5, 0.3])], other: [.int(7), .array([0.25, 0.45, 0.3])],
    invalid: [[.int(7), .array([0.2, 0.5])], [.int(-1), .array([0.5, 0.5])]],
    oracle: "scipy.stats.multinomial(n, theta)",
    points: [(.array([1, 4, 2]), -2.1360118931682304), (.array([1, 4, 3]), -.infinity)]),
  ArrayRow(
    name: "gaussian_random_walk", arguments: [.int(3), .real(0.7), .real(0.5), .real(0.1)],
    other: [.int(3), .real(0.75), .real(0.5), .real(0.1)], invalid: [[.int(3), .real(0), .real(0), .real(0)]],
    oracle: "scipy.stats.norm of the steps", points: [(.array([1.2, 1.5, 0.4]), -3.696994849430474)]),
  ArrayRow(
    name: "categorical", arguments: [.array([0.2, 0.5, 0.3])], other: [.array([0.3, 0.3, 0.4])],
    invalid: [[.array([0.2, 0.5])], [.array([1.2, -0.2])]], oracle: "log(theta[k])",
    points: [(.int(2), -1.2039728043259361), (.int(3), -.infinity), (.int(-1), -.infinity)]),
  ArrayRow(
    name: "categorical_logit", arguments: [.array([0.5, -1, 2])], other: [.array([0.5, 0, 1])],
    oracle: "log softmax", points: [(.int(1), -3.241311296657157), (.int(3), -.infinity)]),
  ArrayRow(
    name: "ordered_logistic", arguments: [.real(0.3), cuts], other: [.real(0.5), cuts],
    invalid: [[.real(0), .array([1.0, 0])]], oracle: "differences of scipy.special.expit",
    points: [
      (.int(0), -1.5410084538329922), (.int(1), -1.091629782140038), (.int(2), -1.218407357693312),
      (.int(3), -1.8677860293862656), (.int(4), -.infinity),
    ]),
  ArrayRow(
    name: "ordered_probit", arguments: [.real(0.3), cuts], other: [.real(0.5), cuts],
    invalid: [[.real(0), .array([1.0, 0])]], oracle: "differences of scipy.stats.norm.cdf",
    points: [
      (.int(0), -2.335103278662442), (.int(1), -0.728858869849768), (.int(2), -0.9777012760967099),
      (.int(3), -3.110796097552482),
    ]),
]

@Suite struct ArrayBattery {
  @Test(arguments: arrayRows) func oracleValues(_ row: ArrayRow) throws {
    let specimen = try Laboratory(row.name).apply(row.arguments)
    for (x, wanted) in row.points {
      var found = -Double.infinity
      do throws(Failure) {
        found = try specimen.logDensity(x)
      } catch {
        // A matrix that has no Cholesky factor is one way of being outside.
        #expect(error.kind == .numerical && wanted == -.infinity, "\(row.name): \(error.diagnostic.message)")
      }
      #expect(found == wanted || abs(found - wanted) < 1e-10, "\(row.name): \(found), \(row.oracle): \(wanted)")
    }
  }

  @Test(arguments: arrayRows) func invalidParametersAreNumericalFailures(_ row: ArrayRow) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.invalid {
      do throws(Failure) {
        _ = try laboratory.apply(arguments)
        Issue.record("\(row.name) was taken with invalid arguments")
      } catch {
        #expect(error.kind == .numerical, "\(row.name): \(error.diagnostic.message)")
      }
    }
  }

  /// For x drawn from p, the ratio q(x) / p(x) has mean 1: draws and normalising constants of two members belong
  /// together. Five standard errors fail by chance once in 2 million.
  @Test(arguments: arrayRows) func ratiosOfDensitiesAverageToOne(_ row: ArrayRow) throws {
    let laboratory = try Laboratory(row.name)
    let specimen = try laboratory.apply(row.arguments)
    let other = try laboratory.apply(row.other)
    var sum = 0.0
    var squares = 0.0
    let count = 4000
    for x in try specimen.draws(count, seed: 1912) {
      let ratio = exp(try other.logDensity(x) - specimen.logDensity(x))
      #expect(ratio.isFinite, "\(row.name): undefined ratio")
      sum += ratio
      squares += ratio * ratio
    }
    let mean = sum / Double(count)
    let error = ((squares / Double(count) - mean * mean) / Double(count)).squareRoot()
    #expect(error < 0.05, "\(row.name): the ratio varies too much to tell, \(error)")
    #expect(abs(mean - 1) < 5 * error, "\(row.name): \(mean) ± \(error)")
  }

  /// The mean of draws agrees with the declared one within five standard errors, element by element.
  @Test(arguments: arrayRows) func meansOfDraws(_ row: ArrayRow) throws {
    let specimen = try Laboratory(row.name).apply(row.arguments)
    guard let mean = specimen.mean()?.asArray else { return }
    let draws = try specimen.draws(4000, seed: 1933).compactMap(\.asArray)
    for offset in 0..<mean.count {
      let values = draws.map { $0.real(offset) }
      let average = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / Double(values.count)
      let error = (variance / Double(values.count)).squareRoot()
      #expect(
        abs(average - mean.real(offset)) <= 5 * error + 1e-9,
        "\(row.name)[\(offset)]: \(average) ± \(error), mean \(mean.real(offset))")
    }
  }

  /// The masses of a discrete number sum to 1, and to its cdf on the way.
  @Test(arguments: arrayRows) func masses(_ row: ArrayRow) throws {
    let specimen = try Laboratory(row.name).apply(row.arguments)
    guard case .integers(let lower?, let upper?) = try specimen.support() else { return }
    var sum = 0.0
    for k in lower...upper {
      sum += exp(try specimen.logDensity(.int(k)))
      #expect(abs(try specimen.tail(.lower, Double(k)) - sum) < 1e-13, "\(row.name) at \(k)")
      #expect(abs(try specimen.tail(.upper, Double(k)) - (1 - sum)) < 1e-13, "\(row.name) at \(k)")
    }
    #expect(abs(sum - 1) < 1e-13)
  }
}
