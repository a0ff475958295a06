import Borel
import Testing

@Suite struct NativeGradientTests {
  /// d/dmu of log N(mu; 0, 1) + log N(y[i]; s[i] mu, 1), s[i] = 1 where k[i] and -1 elsewhere.
  @Test func discreteChoicesAreHeldAtGivenValues() throws {
    let bound = try Model(
      source: """
        model signs(y: Real[n]) {
          mu ~ normal(0, 1)
          for i in 0..<len(y) {
            k[i] ~ bernoulli(0.3)
            observe y[i] ~ normal(if k[i] { mu } else { -mu }, 1)
          }
        }
        """
    ).bind(["y": [1.2, -0.4]])
    let native = try bound.nativeGradient()
    #expect(native.dimension == 1)
    #expect(native.fixedSites == ["k[_]"])
    for (k, expected) in [([true, true], -0.7), ([true, false], 0.1), ([false, true], -3.1)] {
      try native.hold(["k": k])
      var gradient = [0.0]
      #expect(native.evaluate(at: [0.5], gradient: &gradient).isFinite)
      #expect(abs(gradient[0] - expected) < 1e-12)
    }
    #expect(throws: BorelError.self) { try native.hold(["k": [true]]) }
    #expect(throws: BorelError.self) { try native.hold(["mu": 1.0]) }
    #expect(throws: BorelError.self) { try native.hold(["k": "yes"]) }
  }

  @Test func wholeValuesOnly() throws {
    let native = try Model(
      source: """
        model counts(y: Real) {
          mu ~ normal(0, 1)
          k ~ poisson(3)
          observe y ~ normal(k * mu, 1)
        }
        """
    ).bind(["y": 1.0]).nativeGradient()
    try native.hold(["k": 4])
    var gradient = [0.0]
    #expect(native.evaluate(at: [0.5], gradient: &gradient).isFinite)
    #expect(abs(gradient[0] + 4.5) < 1e-12)
    #expect(throws: BorelError.self) { try native.hold(["k": 1.5]) }
  }

  /// Where all elements are equal, spread and length have a kink, and their derivative counts as zero.
  @Test(arguments: ["sd", "norm"]) func kinksHaveTheDerivativeZero(function: String) throws {
    let bound = try Model(
      source: """
        model spread() {
          z ~ iid(normal(0, 1), 4)
          factor(\(function)(z))
        }
        """
    ).bind()
    let native = try bound.nativeGradient()
    var gradient = [1.0, 1, 1, 1]
    #expect(native.evaluate(at: [0, 0, 0, 0], gradient: &gradient).isFinite)
    #expect(gradient == [0, 0, 0, 0])
    #expect(try bound.logDensityGradient(at: ["z": [0.0, 0, 0, 0]])["z"] == [0, 0, 0, 0])
  }
}
