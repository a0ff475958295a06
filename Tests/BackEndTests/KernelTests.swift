// Covariance functions of Gaussian processes: values, positive definiteness, both back ends, gradients.

import Borel
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

private let kernels: [(name: String, call: String, value: @Sendable (Double) -> Double)] = [
  ("cov_exp_quad", "1.5, 0.7", { d in 2.25 * exp(-d * d / (2 * 0.49)) }),
  ("cov_matern32", "1.5, 0.7", { d in 2.25 * (1 + sqrt(3) * d / 0.7) * exp(-sqrt(3) * d / 0.7) }),
  (
    "cov_matern52", "1.5, 0.7",
    { d in 2.25 * (1 + sqrt(5) * d / 0.7 + 5 * d * d / (3 * 0.49)) * exp(-sqrt(5) * d / 0.7) }
  ),
  ("cov_exponential", "1.5, 0.7", { d in 2.25 * exp(-d / 0.7) }),
  (
    "cov_periodic", "1.5, 0.7, 1.3",
    { d in
      let s = sin(.pi * d / 1.3)
      return 2.25 * exp(-2 * s * s / 0.49)
    }
  ),
]

private func model(_ kernel: String, matrix: Bool) -> String {
  """
  model process(x: \(matrix ? "Real[n, k]" : "Real[n]")) {
    length ~ inv_gamma(5, 5)
    scale ~ half_normal(1)
    sigma ~ half_normal(1)
    let n = len(x)
    let K = \(kernel)(x, scale, length\(kernel == "cov_periodic" ? ", 1.7" : "")) + (sigma^2 + 1.0e-6) * identity(n)
    y ~ multi_normal_cholesky(zeros(n), cholesky(K))
  }
  """
}

private let processes: [Case] = kernels.flatMap { kernel -> [Case] in
  let y = [0.1, 0.5, 0.7, -0.2, -0.9, 0.3, 0.2, -0.5, 1.1, 0.4]
  let x = [0.0, 0.4, 1.1, 1.9, 3.0, 3.1, 4.2, 4.2, 5.0, 6.5]
  let points = x.enumerated().map { [$1, 0.3 * Double($0 % 3)] }
  return [
    Case(kernel.name, ["x": x, "y": y], model(kernel.name, matrix: false)),
    Case(kernel.name + " of rows", ["x": points, "y": y], model(kernel.name, matrix: true)),
  ]
}

/// Points that are unknown themselves: the distance of a point to itself has a derivative.
private let latent: [Case] = kernels.map { kernel in
  Case(
    kernel.name + " of unknown points", ["y": [0.1, 0.5, 0.7, -0.2, -0.9]],
    """
    model process(n = 5) {
      x ~ iid(normal(0, 1), n)
      let K = \(kernel.name)(x, \(kernel.call)) + 0.1 * identity(n)
      y ~ multi_normal_cholesky(zeros(n), cholesky(K))
    }
    """)
}

@Suite struct KernelTests {
  private func bound(_ example: Case) throws -> BoundModel { try Model(source: example.source).bind(example.data) }

  @Test(arguments: kernels.indices) func valuesFollowTheFormulas(index: Int) throws {
    let (name, call, value) = kernels[index]
    let session = Session()
    func number(_ text: String) throws -> Double { try #require(try session.evaluate(text).text.flatMap(Double.init)) }
    try session.evaluate("let K = \(name)([0.2, 0.9, 2.5], \(call))")
    try session.evaluate("let C = cross_\(name)([0.2], [0.9, 2.5], \(call))")
    for (text, distance) in [("K[0, 0]", 0), ("K[0, 1]", 0.7), ("K[2, 1]", 1.6), ("C[0, 0]", 0.7), ("C[0, 1]", 2.3)] {
      #expect(abs(try number(text) - value(distance)) < 1e-14)
    }
    // A step along one axis, and for the isotropic ones the hypotenuse of 3, 4, 5.
    try session.evaluate("let R = \(name)([[0.0, 0.0], [0.6, 0.0], [0.3, 0.4]], \(call))")
    #expect(abs(try number("R[1, 0]") - value(0.6)) < 1e-14)
    if name != "cov_periodic" { #expect(abs(try number("R[2, 0]") - value(0.5)) < 1e-14) }
  }

  /// With little noise they have Cholesky factors, and give back the matrix.
  @Test(arguments: kernels.indices) func matricesArePositiveDefinite(index: Int) throws {
    let (name, call, _) = kernels[index]
    let session = Session()
    try session.evaluate("let x = generate_array(i => 3 * sin(7.3 * i), 40)")
    try session.evaluate("let X = to_array(generate_array(i => [3 * sin(7.3 * i), cos(2.9 * i)], 40))")
    for points in ["x", "X"] {
      try session.evaluate("let K_\(points) = \(name)(\(points), \(call)) + 1.0e-9 * identity(40)")
      try session.evaluate("let L_\(points) = cholesky(K_\(points))")
      let error = try session.evaluate("max(flatten(abs(tcrossprod(L_\(points)) - K_\(points))))").text
      #expect(try #require(error.flatMap(Double.init)) < 1e-13)
      #expect(try session.evaluate("max(flatten(abs(K_\(points) - transpose(K_\(points)))))").text == "0.0")
    }
  }

  @Test(arguments: processes + latent) func logDensitiesAgree(_ example: Case) throws {
    for (machine, native) in try bound(example).compareBackEnds(draws: 20, seed: 5) where machine.isFinite {
      #expect(abs(machine - native) <= 1e-10 * max(1, abs(machine)), "\(machine) on the machine, \(native) natively")
    }
  }

  @Test(arguments: processes + latent) func gradientsAreDerivatives(_ example: Case) throws {
    let native = try bound(example).nativeDensity()
    for seed: UInt64 in 1...3 { #expect(try native.gradientError(seed: seed).error < 1e-6) }
  }
}
