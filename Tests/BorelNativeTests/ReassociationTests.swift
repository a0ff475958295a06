import BorelIR
import BorelNative
import Foundation
import Testing

/// What compilers make of sums of products that may be reassociated.
@Suite struct ReassociationTests {
  /// z (1 / s / (c / (1 + 4 u^2)) + [w /= 0] w / z + s v / z) (1 - z), which gcc 12 gets wrong by itself.
  static let text = """
    program p
    input q: Real[5] = position()
    let u = q[0]
    let s = q[1]
    let z = q[2]
    let v = q[3]
    let w = q[4]
    let inv = 1.0 / z
    let d = 2.0 * u
    let dd = d * d
    let e = 1.0 + dd
    let f = 0.5 * e
    let g = 0.3183098861837907 / f
    let h = 1.0 / s
    let a = h / g
    let isZero = w == 0.0
    let b = w * inv
    let c = select(isZero, 0.0, b)
    let k = a + c
    let m = s * v
    let n = m * inv
    let o = k + n
    let r = z * o
    let rest = 1.0 - z
    let result = r * rest
    target += result
    """

  @Test(arguments: ["clang", "gcc", "cc"]) func commonFactors(command: String) throws {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    // Another compiler takes the place of one that is missing.
    let compiler = try Compiler.find(environment: ["CC": command, "PATH": path])
    let source = try NativeSource([NativeFunction(name: "log_density", program: try parseLoop(Self.text))])
    let module = try NativeModule(source, cache: nil, compiler: compiler)
    let model = try NativeModel(module) { (source) throws(NativeFailure) in .int(0) }
    let evaluator = try NativeEvaluator(model, function: 0)
    let (u, s, z, v, w) = (-0.2687933469, 2.01375, 0.3429895373, -0.09572017762, 1.01375)
    var value = 0.0
    #expect(evaluator.evaluate(at: [u, s, z, v, w], value: &value) == .ok)
    let inner = 1 / s / (0.3183098861837907 / (0.5 * (1 + 4 * u * u))) + w / z + s * v / z
    #expect(abs(value - z * inner * (1 - z)) < 1e-14)
  }
}
