// Vector mathematics against long double and multiple precision, and at the edges of each domain.

import BorelMathTestSupport
import Testing

/// The value of a function of the header, from a loop; the loop's first and last elements may come from different code.
private func call(_ name: String, _ arguments: [Double]) -> (first: Double, last: Double)? {
  var first = 0.0
  var last = 0.0
  let padded = arguments + [Double](repeating: 0, count: 3 - arguments.count)
  guard borel_math_call(name, padded, &first, &last) else { return nil }
  return (first, last)
}

@Suite struct VectorMathematicsTests {
  static let rows: [Int] = {
    var count = 0
    while borel_math_row(Int32(count)) != nil { count += 1 }
    return Array(0..<count)
  }()

  /// Edge values in every combination and four thousand arguments per range, against the C library's long double.
  @Test(arguments: rows) func staysWithinItsBound(row: Int) throws {
    let name = try #require(borel_math_row(Int32(row)).map { String(cString: $0) })
    let error = borel_math_check(Int32(row), 4000)
    #expect(
      error.worst <= error.bound,
      "\(name): \(error.worst) ulp, bound \(error.bound), at \(error.at) where it is \(error.value)")
  }

  /// Bounds in ulp of max(|value|, magnitude), those of docs/numerics.md.
  static let bounds: [String: (ulp: Double, magnitude: Double)] = [
    "digamma": (6, 1), "trigamma": (7, 0), "stirling_error": (5, 0), "lgamma_ratio": (16, 0), "lbeta": (8, 1),
    "lchoose": (8, 1), "deviance_term": (5, 0), "erfcx": (5, 0), "log_erfc": (4, 0), "Phi": (5, 0), "log_Phi": (6, 0),
    "inv_Phi": (4, 0),
  ]

  @Test(arguments: vectorReferenceValues.split(separator: "\n").map(String.init))
  func agreesWithMultiplePrecision(line: String) throws {
    let fields = line.split(separator: " ").map(String.init)
    let name = try #require(fields.first)
    let numbers = fields.dropFirst().compactMap { Double($0) }
    try #require(numbers.count == fields.count - 1 && numbers.count > 1)
    let bound = try #require(Self.bounds[name])
    let exact = numbers[numbers.count - 1]
    let value = try #require(call(name, Array(numbers.dropLast())))
    // A ratio has a zero where x + (x + d) is near 3; below 1, Stirling's error is a difference of larger terms.
    let magnitude: Double =
      switch name {
      case "lgamma_ratio": min(abs(numbers[1]), 1)
      case "stirling_error": numbers[0] < 1 ? 1.0 : 0.0
      default: bound.magnitude
      }
    let allowed = bound.ulp * max(abs(exact), magnitude, .leastNormalMagnitude).ulp
    #expect(abs(value.first - exact) <= allowed && abs(value.last - exact) <= allowed, "\(line) is \(value)")
  }

  static let inf = Double.infinity
  static let edges: [(String, [Double], Double)] = [
    ("exp", [-inf], 0), ("exp", [inf], inf), ("exp", [710], inf), ("exp", [-746], 0), ("exp", [0], 1),
    ("exp", [-745.13], 0x1p-1074),
    ("expm1", [-inf], -1), ("expm1", [inf], inf), ("expm1", [0x1p-1074], 0x1p-1074),
    ("exp2", [-1074], 0x1p-1074), ("exp2", [1024], inf), ("exp2", [10], 1024),
    ("log", [0], -inf), ("log", [-0.0], -inf), ("log", [-1], .nan), ("log", [inf], inf), ("log", [1], 0),
    ("log1p", [-1], -inf), ("log1p", [-1.5], .nan), ("log1p", [0x1p-1074], 0x1p-1074),
    ("log2", [0x1p-1074], -1074), ("log2", [0x1p1000], 1000), ("log10", [0], -inf),
    ("sqrt", [-1], .nan), ("cbrt", [-8], -2), ("cbrt", [-inf], -inf), ("inv_sqrt", [0], inf), ("inv_sqrt", [inf], 0),
    ("pow", [.nan, 0], 1), ("pow", [1, .nan], 1), ("pow", [-2, 3], -8), ("pow", [-2, 0.5], .nan),
    ("pow", [0, -1], inf),
    ("pow", [0, 2], 0), ("pow", [-1, inf], 1), ("pow", [0.5, inf], 0), ("pow", [0.5, -inf], inf),
    ("pow", [-inf, 3], -inf),
    ("sin", [inf], .nan), ("cos", [0], 1), ("sin", [0x1p46], .nan), ("tan", [0], 0),
    ("asin", [1.5], .nan), ("acos", [1], 0), ("acos", [-1], .pi), ("atan", [-inf], -.pi / 2),
    ("atan2", [0, -1], .pi), ("atan2", [-0.0, -1], .pi), ("atan2", [0, 0], 0), ("atan2", [inf, inf], .pi / 4),
    ("atan2", [1, -inf], .pi), ("atan2", [-1, 0], -.pi / 2),
    ("sinh", [-inf], -inf), ("cosh", [-inf], inf), ("tanh", [-inf], -1), ("acosh", [0.5], .nan), ("atanh", [1], inf),
    ("hypot", [inf, .nan], inf), ("hypot", [3e200, 4e200], 5e200), ("fdim", [inf, inf], 0), ("fmod", [1, 0], .nan),
    ("log1p_exp", [inf], inf), ("log1p_exp", [-inf], 0), ("log1m_exp", [0], -inf), ("log1m_exp", [1], .nan),
    ("log1m_exp", [-inf], 0), ("log_diff_exp", [2, 2], -inf), ("log_diff_exp", [1, 2], .nan),
    ("log_diff_exp", [-inf, -inf], -inf), ("log_diff_exp", [inf, 1], inf), ("log_diff_exp", [inf, inf], .nan),
    ("log_sum_exp", [-inf, -inf], -inf), ("log_sum_exp", [inf, -inf], inf), ("log_sum_exp", [-inf, 3], 3),
    ("log_mix", [0, 1, 2], 2), ("log_mix", [1, 1, 2], 1), ("log_mix", [1.5, 1, 2], .nan), ("log_mix", [0, -inf, 2], 2),
    ("logit", [0], -inf), ("logit", [1], inf), ("logit", [0.5], 0), ("logit", [-0.1], .nan),
    ("inv_logit", [inf], 1), ("inv_logit", [-inf], 0), ("inv_logit", [0], 0.5), ("log_inv_logit", [-inf], -inf),
    ("cloglog", [0], -inf), ("cloglog", [1], inf), ("inv_cloglog", [inf], 1), ("inv_cloglog", [-inf], 0),
    ("x_log_y", [0, 0], 0), ("x_log_y", [0, -1], 0), ("x_log_y", [0, .nan], .nan), ("x_log1p_y", [0, -1], 0),
    ("lgamma", [0], inf), ("lgamma", [-3], inf), ("lgamma", [1], 0), ("lgamma", [2], 0), ("lgamma", [-inf], inf),
    ("lgamma", [inf], inf), ("log_factorial", [0], 0), ("log_factorial", [1], 0), ("log_factorial", [-1], .nan),
    ("digamma", [0], .nan), ("digamma", [-2], .nan), ("digamma", [inf], inf), ("trigamma", [0], inf),
    ("trigamma", [inf], 0), ("tgamma", [0], inf), ("tgamma", [-1], .nan), ("tgamma", [172], inf), ("tgamma", [5], 24),
    ("lgamma_ratio", [3, 0], 0), ("lgamma_ratio", [-1, 3], .nan), ("lgamma_ratio", [1, -1], .nan),
    ("lgamma_ratio", [2, 1e308], inf), ("lbeta", [0, 1], inf), ("lbeta", [inf, 1], -inf), ("lbeta", [-1, 1], .nan),
    ("lchoose", [5, 6], -inf), ("lchoose", [5, -1], -inf), ("lchoose", [5, 0], 0), ("lchoose", [5, 5], 0),
    ("lchoose", [5.5, 7], .nan), ("stirling_error", [0], inf), ("stirling_error", [-1], .nan),
    ("stirling_error", [inf], 0), ("deviance_term", [0, 3], 3), ("deviance_term", [3, 0], inf),
    ("deviance_term", [0, 0], 0), ("deviance_term", [inf, inf], .nan), ("deviance_term", [-1, 1], .nan),
    ("deviance_term", [4, 4], 0), ("erf", [inf], 1), ("erf", [-inf], -1), ("erfc", [-inf], 2), ("erfc", [30], 0),
    ("erfcx", [-30], inf), ("erfcx", [inf], 0), ("log_erfc", [inf], -inf), ("Phi", [-inf], 0), ("Phi", [inf], 1),
    ("Phi", [0], 0.5), ("log_Phi", [-1.3e154], -8.45e307), ("log_Phi", [-inf], -inf),
    ("log_Phi", [inf], 0), ("inv_Phi", [0], -inf), ("inv_Phi", [1], inf),
    ("inv_Phi", [0.5], 0), ("inv_Phi", [-0.5], .nan), ("round", [0.49999999999999994], 0), ("round", [-2.5], -3),
    ("sign", [-0.5], -1), ("sign", [.nan], .nan), ("min", [1, .nan], .nan), ("max", [.nan, 1], .nan),
  ]

  @Test(arguments: edges) func meetsItsEdges(edge: (String, [Double], Double)) throws {
    let (name, arguments, expected) = edge
    let value = try #require(call(name, arguments))
    for got in [value.first, value.last] {
      #expect(
        expected.isNaN ? got.isNaN : abs(got - expected) <= expected.ulp || got == expected,
        "\(name)\(arguments) is \(got)")
    }
  }

  /// Quiet NaNs with any payload stay NaN, also those whose low bits could pass for exponents.
  @Test func keepsNaN() throws {
    let payloads = [Double.nan, Double(nan: 1954, signaling: false), Double(nan: 0xfff, signaling: false)]
    for row in Self.rows {
      let name = try #require(borel_math_row(Int32(row)).map { String(cString: $0) })
      for nan in payloads where name != "pow" && name != "hypot" {
        let value = try #require(call(name, [nan, nan, nan]))
        #expect(value.first.isNaN && value.last.isNaN, "\(name)(NaN) is \(value)")
      }
    }
    for name in Self.bounds.keys {
      for nan in payloads {
        let value = try #require(call(name, [nan, nan]))
        #expect(value.first.isNaN && value.last.isNaN, "\(name)(NaN) is \(value)")
      }
    }
  }
}
