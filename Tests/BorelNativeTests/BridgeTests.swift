// Builds a library with BridgeStan's interface and calls it as its clients do.

import BorelIR
import BorelNative
import BorelPasses
import BorelSource
import Foundation
import Testing

/// Eight schools with a matrix of further latent numbers, as specialisation and `density` leave it: with bindings.
func schoolsWithBindings() -> LoopProgram {
  let span = Span(file: FileID(index: 0), start: 0, end: 0)
  var b = LoopBuilder(LoopProgram(name: "schools"))
  let count = b.input(.argumentSize(["sigma"], dimension: 0), name: "J", .int)
  let sigma = b.input(.argument(["sigma"]), name: "sigma", .real, sizes: [.variable(count)])
  let y = b.input(.observed(site: 4), name: "y", .real, sizes: [.variable(count)])
  let theta = b.allocate(.real, sizes: [.variable(count)], name: "theta")
  let w = b.allocate(.real, sizes: [.int(2), .int(3)], name: "w")
  func site(_ pattern: String, _ rank: Int, _ array: LoopVariable?, _ status: LoopSite.Status = .latent) -> LoopSite {
    LoopSite(pattern: pattern, scalar: .real, indexRank: rank, array: array, status: status, span: span)
  }
  b.program.sites = [
    site("mu", 0, nil), site("tau", 0, nil), site("theta[_]", 1, theta), site("w[_, _]", 2, w),
    site("y[_]", 1, y, .observed),
  ]
  func bind(_ b: inout LoopBuilder, _ site: Int, _ indices: [LoopOperand], _ kind: SupportKind, _ name: String)
    -> LoopOperand
  {
    let value = b.scalarVariable(.real, name: name)
    b.append(.bind(LoopBinding(site: site, indices: indices, value: value, support: LoopSupport(kind))))
    return .variable(value)
  }
  let mu = bind(&b, 0, [], .real, "mu")
  addNormal(&b, mu, .real(0), .real(5))
  let tau = bind(&b, 1, [], .positive, "tau")
  addNormal(&b, tau, .real(0), .real(5))
  b.loop(to: .variable(count), name: "j") { b, j in
    let theta = bind(&b, 2, [j], .real, "theta_j")
    addNormal(&b, theta, mu, tau)
    addNormal(&b, b.load(y, [j]), theta, b.load(sigma, [j]))
  }
  b.loop(to: .int(2), name: "i") { b, i in
    b.loop(to: .int(3), name: "k") { b, k in addNormal(&b, bind(&b, 3, [i, k], .positive, "w_ik"), .real(1), .real(2)) }
  }
  return b.finish()
}

/// The library's functions by hand: BridgeStan's clients declare the same types.
private struct Client {
  typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  let handle: UnsafeMutableRawPointer
  let construct: @convention(c) (UnsafePointer<CChar>?, UInt32, Message?) -> OpaquePointer?
  let destruct: @convention(c) (OpaquePointer?) -> Void
  let freeMessage: @convention(c) (UnsafeMutablePointer<CChar>?) -> Void
  let info: @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>
  let names: @convention(c) (OpaquePointer?, Bool, Bool) -> UnsafePointer<CChar>
  let positionNames: @convention(c) (OpaquePointer?) -> UnsafePointer<CChar>
  let count: @convention(c) (OpaquePointer?, Bool, Bool) -> Int32
  let dimension: @convention(c) (OpaquePointer?) -> Int32
  let constrain:
    @convention(c) (
      OpaquePointer?, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, OpaquePointer?, Message?
    ) -> Int32
  let unconstrain:
    @convention(c) (OpaquePointer?, UnsafePointer<Double>, UnsafeMutablePointer<Double>, Message?) -> Int32
  let unconstrainJSON:
    @convention(c) (OpaquePointer?, UnsafePointer<CChar>, UnsafeMutablePointer<Double>, Message?) -> Int32
  let initialize:
    @convention(c) (
      OpaquePointer?, UnsafePointer<CChar>?, OpaquePointer?, Double, Int32, Bool, UnsafeMutablePointer<Double>, Message?
    ) -> Int32
  let density:
    @convention(c) (
      OpaquePointer?, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, Message?
    ) -> Int32
  let gradient:
    @convention(c) (
      OpaquePointer?, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
      Message?
    ) -> Int32
  let hessian:
    @convention(c) (
      OpaquePointer?, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
      UnsafeMutablePointer<Double>, Message?
    ) -> Int32
  let product:
    @convention(c) (
      OpaquePointer?, Bool, Bool, UnsafePointer<Double>, UnsafePointer<Double>, UnsafeMutablePointer<Double>,
      UnsafeMutablePointer<Double>, Message?
    ) -> Int32
  let makeStream: @convention(c) (UInt32, Message?) -> OpaquePointer?
  let endStream: @convention(c) (OpaquePointer?) -> Void

  init(_ path: String) throws {
    handle = try #require(dlopen(path, RTLD_NOW | RTLD_LOCAL))
    func function<F>(_ name: String, _ type: F.Type, _ handle: UnsafeMutableRawPointer) throws -> F {
      unsafeBitCast(try #require(dlsym(handle, name)), to: type)
    }
    construct = try function("bs_model_construct", type(of: construct), handle)
    destruct = try function("bs_model_destruct", type(of: destruct), handle)
    freeMessage = try function("bs_free_error_msg", type(of: freeMessage), handle)
    info = try function("bs_model_info", type(of: info), handle)
    names = try function("bs_param_names", type(of: names), handle)
    positionNames = try function("bs_param_unc_names", type(of: positionNames), handle)
    count = try function("bs_param_num", type(of: count), handle)
    dimension = try function("bs_param_unc_num", type(of: dimension), handle)
    constrain = try function("bs_param_constrain", type(of: constrain), handle)
    unconstrain = try function("bs_param_unconstrain", type(of: unconstrain), handle)
    unconstrainJSON = try function("bs_param_unconstrain_json", type(of: unconstrainJSON), handle)
    initialize = try function("bs_param_initialize", type(of: initialize), handle)
    density = try function("bs_log_density", type(of: density), handle)
    gradient = try function("bs_log_density_gradient", type(of: gradient), handle)
    hessian = try function("bs_log_density_hessian", type(of: hessian), handle)
    product = try function("bs_log_density_hessian_vector_product", type(of: product), handle)
    makeStream = try function("bs_rng_construct", type(of: makeStream), handle)
    endStream = try function("bs_rng_destruct", type(of: endStream), handle)
  }

  /// The message of a construction that has to fail.
  func failure(_ data: String) -> String {
    var message: UnsafeMutablePointer<CChar>?
    let model = construct(data, 1, &message)
    #expect(model == nil)
    guard let message else { return "" }
    defer { freeMessage(message) }
    return String(cString: message)
  }
}

@Suite struct BridgeTests {
  private static let data = """
    {"sigma": [15, 10, 16, 11, 9, 11, 10, 18], "y": [28, 8, -3, 7, -1, 1, 18, 12], "more": {"a": [null, "é\\n"]}}
    """

  private static func library() throws -> (Client, String) {
    let program = schoolsWithBindings()
    let density = try unconstrain(program)
    let position = try #require(density.input(.position))
    let functions = [
      NativeFunction(name: "log_density", program: density),
      NativeFunction(name: "log_density_gradient", program: try gradient(of: density, withRespectTo: position)),
      NativeFunction(name: "constrain", program: try constrainingMap(of: program)),
      NativeFunction(name: "unconstrain", program: try unconstrainingMap(of: program)),
    ]
    let library = try BridgeLibrary(name: "schools", functions: functions, sites: program.sites) {
      (source) throws(NativeFailure) in throw .input("\(source) is no datum")
    }
    let path = NSTemporaryDirectory() + "/borel-bridge-\(UUID().uuidString).so"
    try library.write(to: path)
    return (try Client(path), path)
  }

  @Test func aLibraryServesBridgeStansClients() throws {
    let (client, path) = try Self.library()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(client.failure("{").hasPrefix("a key is missing at byte 1"))
    #expect(client.failure("") == "the data have no `sigma`")
    #expect(client.failure("{\"sigma\": [1, 2], \"y\": [1]}") == "`y` has size 1 in dimension 1, not 2")
    #expect(
      client.failure("{\"sigma\": [1, [2]], \"y\": [1, 2]}") == "`sigma` needs a rectangular array of 1 dimensions")
    #expect(client.failure("{\"sigma\": \"a\", \"y\": [1, 2]}") == "`sigma` has too few dimensions")
    #expect(client.failure("/nowhere/data.json") == "cannot read /nowhere/data.json")

    let model = try #require(client.construct(Self.data, 1, nil))
    defer { client.destruct(model) }
    #expect(String(cString: client.info(model)).contains("STAN_THREADS=true"))
    #expect(client.dimension(model) == 16)
    #expect(client.count(model, true, true) == 16)
    let names = String(cString: client.names(model, false, false)).split(separator: ",").map(String.init)
    #expect(
      names == ["mu", "tau"] + (1...8).map { "theta.\($0)" } + ["w.1.1", "w.2.1", "w.1.2", "w.2.2", "w.1.3", "w.2.3"])
    let positionNames = String(cString: client.positionNames(model)).split(separator: ",").map(String.init)
    #expect(positionNames.suffix(6) == ["w.1.1", "w.1.2", "w.1.3", "w.2.1", "w.2.2", "w.2.3"])

    let q = (0..<16).map { 0.3 * Double($0) - 1.1 }
    var constrained = [Double](repeating: 0, count: 16)
    #expect(client.constrain(model, false, false, q, &constrained, nil, nil) == 0)
    #expect(constrained[0] == q[0])
    #expect(abs(constrained[1] - exp(q[1])) < 1e-15)
    // w[1][0] is the fourth of w in the position and the second among the parameters.
    #expect(abs(constrained[11] - exp(q[13])) < 1e-14)
    var back = [Double](repeating: 0, count: 16)
    #expect(client.unconstrain(model, constrained, &back, nil) == 0)
    for i in 0..<16 { #expect(abs(back[i] - q[i]) < 1e-14) }
    let json = """
      {"mu": \(constrained[0]), "tau": \(constrained[1]), "theta": \(Array(constrained[2..<10])),
       "w": [[\(constrained[10]), \(constrained[12]), \(constrained[14])],
             [\(constrained[11]), \(constrained[13]), \(constrained[15])]]}
      """
    #expect(client.unconstrainJSON(model, json, &back, nil) == 0)
    for i in 0..<16 { #expect(abs(back[i] - q[i]) < 1e-14) }

    var value = 0.0
    var slope = [Double](repeating: 0, count: 16)
    #expect(client.density(model, true, true, q, &value, nil) == 0)
    var again = 0.0
    #expect(client.gradient(model, true, true, q, &again, &slope, nil) == 0)
    #expect(abs(value - again) < 1e-12 * abs(value))
    // Against the formula: the schools as above, and six numbers with their Jacobians.
    let sigma: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]
    let y: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
    var expected = eightSchoolsDensity(y, sigma, Array(q[..<10]))
    for x in q[10...] { expected += x - 0.5 * pow((exp(x) - 1) / 2, 2) - log(2) - 0.5 * log(2 * Double.pi) }
    #expect(abs(value - expected) < 1e-12 * abs(expected))
    var unit = [Double](repeating: 0, count: 16)
    var products = [Double](repeating: 0, count: 16)
    var hessian = [Double](repeating: 0, count: 256)
    #expect(client.hessian(model, true, true, q, &again, &slope, &hessian, nil) == 0)
    for i in 0..<16 {
      var (a, b) = (q, q)
      a[i] += 1e-5
      b[i] -= 1e-5
      var (upper, lower) = (0.0, 0.0)
      #expect(client.density(model, true, true, a, &upper, nil) == 0)
      #expect(client.density(model, true, true, b, &lower, nil) == 0)
      #expect(abs((upper - lower) / 2e-5 - slope[i]) < 1e-5 * max(1, abs(slope[i])))
      unit[i] = 1
      #expect(client.product(model, true, true, q, unit, &again, &products, nil) == 0)
      unit[i] = 0
      for j in 0..<16 { #expect(abs(products[j] - hessian[i * 16 + j]) < 1e-5 * max(1, abs(products[j]))) }
    }

    // There is no density without Jacobian here: an error, with a message.
    var message: UnsafeMutablePointer<CChar>?
    #expect(client.density(model, true, false, q, &value, &message) == -1)
    #expect(message.map { String(cString: $0) } == "this library has no density without Jacobian")
    client.freeMessage(message)

    let stream = try #require(client.makeStream(3, nil))
    defer { client.endStream(stream) }
    var start = [Double](repeating: 9, count: 16)
    #expect(client.initialize(model, nil, stream, 2, 100, true, &start, nil) == 0)
    #expect(start.allSatisfy { abs($0) < 2 } && Set(start).count == 16)
    #expect(client.initialize(model, "{\"mu\": 0.25}", stream, 2, 100, true, &start, nil) == 0)
    #expect(start[0] == 0.25)
  }
}
