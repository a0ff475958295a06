// The battery for distributions of one number: oracles, total mass, cdf against density, draws against cdf, moments, bounds.

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

/// `found` against `wanted`: relative to the value or, for logs near zero, to 1e-3 of it.
private func agree(_ found: Double, _ wanted: Double, _ tolerance: Double) -> Bool {
  found == wanted || abs(found - wanted) <= tolerance * max(abs(wanted), 1e-3)
}

@Suite struct ScalarBattery {
  static let rows = continuousRows + discreteRows

  /// Log densities and log tails agree with typed-in values. They are accurate to about 1e-12; the bound leaves room
  /// for the oracle's last digits.
  @Test(arguments: rows) func oracleValues(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for reference in row.references {
      let specimen = try laboratory.apply(row.values(of: reference.arguments))
      let found = [
        try specimen.logDensity(row.variate(reference.x, specimen)),
        try? specimen.tail(.logLower, reference.x), try? specimen.tail(.logUpper, reference.x),
      ]
      for (index, what) in ["logpdf", "logcdf", "logccdf"].enumerated() {
        guard index < reference.logs.count, let wanted = reference.logs[index], let value = found[index] else {
          continue
        }
        #expect(
          agree(value, wanted, 1e-10),
          "\(row.name)\(reference.arguments) \(what)(\(reference.x)) = \(value), \(row.oracle): \(wanted)")
      }
    }
  }

  /// The density agrees with GNU's wherever that is positive: the library rounds some of them at 1e-9.
  @Test(arguments: rows.filter { $0.gsl != nil }) func gslDensities(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      for draw in try specimen.draws(40, seed: 11) {
        guard let wanted = row.gsl?(draw.number, arguments), wanted > 1e-290, wanted.isFinite else { continue }
        let found = try specimen.logDensity(draw)
        #expect(
          abs(found - log(wanted)) <= 1e-8 * max(1, abs(log(wanted))),
          "\(row.name)\(arguments) at \(draw.number): \(found), GSL \(log(wanted))")
      }
    }
  }

  @Test(arguments: rows) func invalidParametersAreNumericalFailures(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.invalid {
      do throws(Failure) {
        _ = try laboratory.apply(row.values(of: arguments))
        Issue.record("\(row.name)\(arguments) was taken")
      } catch {
        #expect(error.kind == .numerical, "\(row.name)\(arguments): \(error.diagnostic.message)")
      }
    }
  }

  /// Outside the support the log density is -inf; far out and at the ends nothing is undefined.
  @Test(arguments: rows) func boundaries(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      let (lower, upper) = try specimen.bounds()
      var points = [lower, upper, 0, 1, -1e300, 1e300, 1e-300, -1e-300, 1e18, -1e18].filter(\.isFinite)
      if case .reals = try specimen.support() {
        points += [lower.nextUp, lower.nextDown, upper.nextUp, upper.nextDown]
      }
      for x in points where x.isFinite {
        let value = row.variate(x, specimen)
        let density = try specimen.logDensity(value)
        #expect(!density.isNaN, "\(row.name)\(arguments) at \(x)")
        if x < lower || x > upper { #expect(density == -.infinity, "\(row.name)\(arguments) at \(x): \(density)") }
        guard specimen.hasCDF else { continue }
        for tail in [CDFTail.lower, .upper] {
          let p = try specimen.tail(tail, x)
          #expect(p >= 0 && p <= 1 + 1e-12, "\(row.name)\(arguments) \(tail.rawValue)(\(x)) = \(p)")
        }
        for tail in [CDFTail.logLower, .logUpper] {
          let p = try specimen.tail(tail, x)
          #expect(p <= 1e-12, "\(row.name)\(arguments) \(tail.rawValue)(\(x)) = \(p)")
        }
      }
    }
  }

  /// The four forms of the cdf are one function.
  @Test(arguments: rows) func tailsAgree(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      guard specimen.hasCDF else { continue }
      for draw in try specimen.draws(30, seed: 5) {
        let x = draw.number
        let (lower, upper) = (try specimen.tail(.lower, x), try specimen.tail(.upper, x))
        #expect(abs(lower + upper - 1) <= 1e-11, "\(row.name)\(arguments) at \(x): \(lower) + \(upper)")
        let (logLower, logUpper) = (try specimen.tail(.logLower, x), try specimen.tail(.logUpper, x))
        #expect(agree(exp(logLower), lower, 1e-10), "\(row.name)\(arguments) at \(x): log \(logLower), \(lower)")
        #expect(agree(exp(logUpper), upper, 1e-10), "\(row.name)\(arguments) at \(x): log \(logUpper), \(upper)")
      }
    }
  }

  @Test(arguments: rows) func quantilesInvertTheCDF(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      guard specimen.hasCDF else { continue }
      let isDiscrete = specimen.object.isDiscrete
      for p in [1e-6, 0.01, 0.2, 0.5, 0.7, 0.99, 1 - 1e-6] {
        let x = try specimen.quantile(p)
        if isDiscrete {
          #expect(try specimen.tail(.lower, x) >= p - 1e-10, "\(row.name)\(arguments) quantile(\(p)) = \(x)")
          let (lower, _) = try specimen.bounds()
          if x > lower {
            #expect(try specimen.tail(.lower, x - 1) < p + 1e-10, "\(row.name)\(arguments) quantile(\(p)) = \(x)")
          }
        } else {
          let back = try specimen.tail(.lower, x)
          // Where the cdf is steep the neighbours of x are far apart in p, and where draws underflow there is none.
          let step = abs(try specimen.tail(.lower, x.nextUp) - (try specimen.tail(.lower, x.nextDown)))
          let isAtEnd = abs(x) < 1e-290 || !x.isFinite
          #expect(
            isAtEnd || abs(back - p) <= 1e-9 * p + 4 * step, "\(row.name)\(arguments) cdf(quantile(\(p))) = \(back)")
        }
      }
    }
  }

  /// The integral of the density between far quantiles is the difference of the cdf, piece by piece, and 1 in all; for
  /// discrete distributions the sum of the masses.
  @Test(arguments: rows) func massAndMoments(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      if specimen.object.isDiscrete {
        try checkMasses(row, arguments, specimen)
      } else if specimen.hasCDF {
        try checkDensity(row, arguments, specimen)
      }
    }
  }

  /// Draws follow the cdf (Kolmogorov and Smirnov): √n D stays below 2.7, which a right sampler exceeds with probability
  /// 1e-6 at a continuous distribution and less at a discrete one.
  @Test(arguments: rows) func drawsFollowTheCDF(_ row: Row) throws {
    let laboratory = try Laboratory(row.name)
    for arguments in row.parameters {
      let specimen = try laboratory.apply(row.values(of: arguments))
      let count = 10_000
      guard let draws = try? specimen.draws(count, seed: 20_261_121).map(\.number).sorted() else {
        // The improper ones say that they have no draws.
        #expect(row.name.hasSuffix("flat"), "\(row.name)\(arguments) has no draws")
        continue
      }
      guard let cdf = try cumulative(specimen, draws) else { continue }
      var distance = 0.0
      for (index, x) in draws.enumerated() {
        let below = index == 0 || draws[index - 1] < x ? index : nil
        let upTo = index == count - 1 || draws[index + 1] > x ? index + 1 : nil
        if let upTo { distance = max(distance, abs(Double(upTo) / Double(count) - cdf(x))) }
        if let below {
          let before = specimen.object.isDiscrete ? cdf(x - 1) : cdf(x)
          distance = max(distance, abs(Double(below) / Double(count) - before))
        }
      }
      let statistic = distance * Double(count).squareRoot()
      #expect(statistic < 2.7, "\(row.name)\(arguments): √n D = \(statistic)")
    }
  }

  // MARK: Parts

  /// The distribution's own cdf, or the running sum of masses over the range of the draws.
  private func cumulative(_ specimen: Specimen, _ draws: [Double]) throws -> ((Double) -> Double)? {
    if specimen.hasCDF {
      return { x in (try? specimen.tail(.lower, x)) ?? .nan }
    }
    guard specimen.object.isDiscrete, let last = draws.last else { return nil }
    let bounds = try specimen.bounds()
    let start = bounds.lower.isFinite ? bounds.lower : (draws.first ?? 0) - 1000
    var sums: [Double] = []
    var sum = 0.0
    for k in Int(start)...Int(last) {
      sum += exp(try specimen.logDensity(.int(k)))
      sums.append(sum)
    }
    return { x in
      let index = Int(x - start)
      return index < 0 ? 0 : sums[min(index, sums.count - 1)]
    }
  }

  private func checkDensity(_ row: Row, _ arguments: [Double], _ specimen: Specimen) throws {
    let (lower, upper) = try specimen.bounds()
    let levels = [1e-80, 1e-50, 1e-30, 1e-20, 1e-14, 1e-10, 1e-7, 1e-5, 1e-3, 0.02, 0.1, 0.25]
    var points = try levels.map { try specimen.locate(.logLower, log($0), lower, upper) }
    let median = try specimen.locate(.logLower, log(0.5), lower, upper)
    points += [median] + (try levels.reversed().map { try specimen.locate(.logUpper, log($0), lower, upper) })
    let mean = specimen.mean()?.number
    let variance = specimen.variance()?.number
    let centre = mean.map { $0.isFinite ? $0 : median } ?? median
    let spread = variance.map { $0.isFinite ? $0.squareRoot() : 1 } ?? 1
    var total = 0.0
    var first = 0.0
    var second = 0.0
    // Doubles are too coarse next to a bound that is not 0: what lies there counts by its cdf. Its moments follow by
    // parts, as the midpoint of a piece is not its mean: ∫ g dF = [g F] - ∫ g' F, and with the upper tail on the right.
    func isCoarse(_ x: Double, _ bound: Double) -> Bool { bound.isFinite && abs(x - bound) < 1e-6 * abs(bound) }
    for (a, b) in zip(points, points.dropFirst()) where b > a {
      if isCoarse(b, upper) || isCoarse(a, lower) {
        let (tail, sign) = b <= median ? (CDFTail.lower, 1.0) : (CDFTail.upper, -1.0)
        let (atStart, atEnd) = (try specimen.tail(tail, a), try specimen.tail(tail, b))
        let (start, end) = (a - centre, b - centre)
        total += sign * (atEnd - atStart)
        // Between coarse doubles a cdf has steps: a thousandth of what the moments are checked to is enough.
        let area = try integral(a, b, tolerance: 1e-9 * spread) { try specimen.tail(tail, $0) }
        let slope = try integral(a, b, tolerance: 1e-8 * spread * spread) {
          2 * ($0 - centre) * (try specimen.tail(tail, $0))
        }
        first += sign * (end * atEnd - start * atStart - area)
        second += sign * (end * end * atEnd - start * start * atStart - slope)
        continue
      }
      let wanted =
        b <= median
        ? try specimen.tail(.lower, b) - specimen.tail(.lower, a)
        : try specimen.tail(.upper, a) - specimen.tail(.upper, b)
      let scale = max(wanted, 1e-300)
      let found = try piece(specimen, a, b, median, lower, upper, tolerance: 1e-10 * scale) { _ in 1 }
      total += found
      // The neighbours of a steep end are far apart in p.
      let steps =
        try abs(specimen.tail(.lower, a.nextUp) - specimen.tail(.lower, a.nextDown))
        + abs(specimen.tail(.lower, b.nextUp) - specimen.tail(.lower, b.nextDown))
      #expect(
        abs(found - wanted) <= 1e-7 * scale + 4 * steps,
        "\(row.name)\(arguments): ∫ density over [\(a), \(b)] = \(found), cdf \(wanted)")
      first += try piece(specimen, a, b, median, lower, upper, tolerance: 1e-12 * spread) { $0 - centre }
      second += try piece(specimen, a, b, median, lower, upper, tolerance: 1e-12 * spread * spread) {
        ($0 - centre) * ($0 - centre)
      }
    }
    let lost = max(try specimen.tail(.lower, points[0]), 0)
    #expect(abs(total + lost - 1) <= 1e-7, "\(row.name)\(arguments): total mass \(total)")
    guard let mean, mean.isFinite else { return }
    if let variance, variance.isFinite {
      #expect(
        abs(first) <= 1e-6 * variance.squareRoot() + 1e-13 * abs(mean),
        "\(row.name)\(arguments): mean \(mean), off by \(first)")
      #expect(
        abs(second - variance) <= 1e-5 * variance, "\(row.name)\(arguments): variance \(variance), integral \(second)")
    } else {
      #expect(abs(first) <= 1e-3 * abs(mean), "\(row.name)\(arguments): mean \(mean), off by \(first)")
    }
  }

  /// ∫ g(x) p(x) dx over [a, b], on the scale of the logarithm where the piece spans orders of magnitude.
  private func piece(
    _ specimen: Specimen, _ a: Double, _ b: Double, _ median: Double, _ lower: Double, _ upper: Double,
    tolerance: Double, _ g: (Double) -> Double
  ) throws -> Double {
    func weighted(_ x: Double) throws -> Double { g(x) * exp(try specimen.logDensity(.real(x))) }
    let isLeft = b <= median
    let anchor = isLeft ? (lower.isFinite ? lower : median) : (upper.isFinite ? upper : median)
    let near = min(abs(a - anchor), abs(b - anchor))
    let far = max(abs(a - anchor), abs(b - anchor))
    guard near > 0, far > 3 * near, near > 1e-12 * abs(anchor) else {
      return try integral(a, b, tolerance: tolerance, weighted)
    }
    let side = a >= anchor ? 1.0 : -1.0
    return try integral(log(near), log(far), tolerance: tolerance) { t in
      let u = exp(t)
      return try weighted(anchor + side * u) * u
    }
  }

  private func checkMasses(_ row: Row, _ arguments: [Double], _ specimen: Specimen) throws {
    let (lower, upper) = try specimen.bounds()
    let draws = try specimen.draws(400, seed: 3).map(\.number)
    var low = Int(draws.min() ?? 0)
    var high = Int(draws.max() ?? 0)
    func mass(_ k: Int) throws -> Double { exp(try specimen.logDensity(row.variate(Double(k), specimen))) }
    let limit = 100_000
    while Double(low) > lower, high - low < limit, try mass(low) > 1e-18 { low -= max((high - low) / 8, 1) }
    while Double(high) < upper, high - low < limit, try mass(high) > 1e-18 { high += max((high - low) / 8, 1) }
    low = max(low, lower.isFinite ? Int(lower) : low)
    high = min(high, upper.isFinite ? Int(upper) : high)
    var total = 0.0
    var first = 0.0
    for k in low...high {
      let p = try mass(k)
      total += p
      first += p * Double(k)
    }
    var wanted = 1.0
    if specimen.hasCDF { wanted = try specimen.tail(.lower, Double(high)) - specimen.tail(.lower, Double(low) - 1) }
    #expect(
      abs(total - wanted) <= 1e-10,
      "\(row.name)\(arguments): masses over \(low)...\(high) sum to \(total), not \(wanted)")
    if let mean = specimen.mean()?.number, mean.isFinite, wanted > 1 - 1e-12 {
      #expect(abs(first - mean) <= 1e-8 * max(abs(mean), 1), "\(row.name)\(arguments): mean \(mean), sum \(first)")
    }
    if let mean = specimen.mean()?.number, let variance = specimen.variance()?.number, variance.isFinite,
      wanted > 1 - 1e-12,
      try mass(high) * pow(Double(high) - mean, 3) < 1e-9 * variance
    {
      var second = 0.0
      for k in low...high { second += try mass(k) * (Double(k) - mean) * (Double(k) - mean) }
      #expect(
        abs(second - variance) <= 1e-7 * max(variance, 1e-300),
        "\(row.name)\(arguments): variance \(variance), sum \(second)")
    }
    guard specimen.hasCDF else { return }
    for k in Set(draws).sorted().prefix(40) {
      let p = try mass(Int(k))
      let step = try specimen.tail(.lower, k) - specimen.tail(.lower, k - 1)
      #expect(abs(step - p) <= 1e-9 * p + 1e-12, "\(row.name)\(arguments): mass \(p) at \(k), step of the cdf \(step)")
    }
  }
}

extension Row {
  /// A number in the type of the distribution's draws; a number that is none stays a Real.
  func variate(_ x: Double, _ specimen: Specimen) -> Value {
    guard specimen.object.isDiscrete, let k = Int(exactly: x) else { return .real(x) }
    return .int(k)
  }
}

extension Specimen {
  func bounds() throws -> (lower: Double, upper: Double) {
    switch try support() {
    case .reals(let lower, let upper): (lower, upper)
    case .integers(let lower, let upper):
      (lower.map(Double.init) ?? -.infinity, upper.map(Double.init) ?? .infinity)
    case .booleans: (0, 1)
    default: (-.infinity, .infinity)
    }
  }

  /// The x at which a log tail crosses a level, by bisection over the doubles of the support.
  func locate(_ tail: CDFTail, _ level: Double, _ lower: Double, _ upper: Double) throws -> Double {
    var low = ordered(max(lower, -1e300))
    var high = ordered(min(upper, 1e300))
    let isRising = tail == .logLower
    while low + 1 < high {
      let middle = (low >> 1) + (high >> 1) + (low & high & 1)
      let isBelow = try self.tail(tail, double(middle)) < level
      if isBelow == isRising { low = middle } else { high = middle }
    }
    return double(high)
  }

  /// Doubles as integers in the same order.
  private func ordered(_ x: Double) -> Int64 {
    let bits = Int64(bitPattern: x.bitPattern)
    return bits >= 0 ? bits : Int64.min &- bits
  }

  private func double(_ order: Int64) -> Double {
    Double(bitPattern: UInt64(bitPattern: order >= 0 ? order : Int64.min &- order))
  }
}
