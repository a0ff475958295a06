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

@Suite struct BridgeTests {
  private static let data = """
    {"sigma": [15, 10, 16, 11, 9, 11, 10, 18], "y": [28, 8, -3, 7, -1, 1, 18, 12], "more": {"a": [null, "é\\n"]}}
    """

  /// A library of the schools with the given functions besides `log_density` and `constrain`.
  private static func library(_ folder: Folder, isWhole: Bool = true) throws -> String {
    let program = schoolsWithBindings()
    let density = try unconstrain(program)
    let position = try #require(density.input(.position))
    var functions = [
      NativeFunction(name: "log_density", program: density),
      NativeFunction(name: "constrain", program: try constrainingMap(of: program)),
    ]
    if isWhole {
      let plain = try unconstrain(program, includesJacobian: false)
      let there = try #require(plain.input(.position))
      let slope = try gradient(of: density, withRespectTo: position)
      let plainSlope = try gradient(of: plain, withRespectTo: there)
      functions += [
        NativeFunction(name: "log_density_gradient", program: slope),
        NativeFunction(name: "log_density_product", program: try simplifiedProduct(of: slope, withRespectTo: position)),
        NativeFunction(name: "unconstrain", program: try unconstrainingMap(of: program)),
        NativeFunction(name: "log_density_without_jacobian", program: plain),
        NativeFunction(name: "log_density_without_jacobian_gradient", program: plainSlope),
      ]
    }
    let library = try BridgeLibrary(
      name: "schools", functions: functions, sites: program.sites, supports: boundSupports(of: program)
    ) { (source) throws(NativeFailure) in throw .input("\(source) is no datum") }
    let path = folder.path + "/schools.so"
    try library.write(to: path)
    return path
  }

  /// All of the interface from C, against the schools' formula; see `Client/client.c` for what it holds to be true of any model.
  @Test func aLibraryServesAClientInC() throws {
    let folder = try Folder()
    let library = try Self.library(folder)
    let output = try folder.client(library, data: Self.data, arguments: ["products", "without_jacobian"])
    let lines = output.split(separator: "\n").map(String.init)
    let schools = (1...8).map { "theta.\($0)" }
    #expect(
      lines.contains(
        "names "
          + (["mu", "tau"] + schools + ["w.1.1", "w.2.1", "w.1.2", "w.2.2", "w.1.3", "w.2.3"]).joined(
            separator: ",")))
    #expect(
      lines.contains(
        "position "
          + (["mu", "tau"] + schools + ["w.1.1", "w.1.2", "w.1.3", "w.2.1", "w.2.2", "w.2.3"]).joined(
            separator: ",")))
    #expect(lines.last == "0 failures")

    // The client evaluates at q[i] = 0.3 i - 1.1 reduced to [-1.1, 1.1).
    let q = (0..<16).map { -1.1 + (0.3 * Double($0)).truncatingRemainder(dividingBy: 2.2) }
    let sigma: [Double] = [15, 10, 16, 11, 9, 11, 10, 18]
    let y: [Double] = [28, 8, -3, 7, -1, 1, 18, 12]
    var expected = eightSchoolsDensity(y, sigma, Array(q[..<10]))
    for x in q[10...] { expected += x - 0.5 * pow((exp(x) - 1) / 2, 2) - log(2) - 0.5 * log(2 * Double.pi) }
    let found = try #require(lines.first { $0.hasPrefix("density ") }.flatMap { Double($0.dropFirst(8)) })
    #expect(abs(found - expected) < 1e-12 * abs(expected))
    // w[1][0] is the fourth of w in the position and the second among the parameters.
    let parameters = try #require(lines.first { $0.hasPrefix("parameters ") }).split(separator: " ").dropFirst()
      .compactMap { Double($0) }
    #expect(parameters.count == 16 && abs(parameters[11] - exp(q[13])) < 1e-14)
  }

  @Test func wrongDataAreErrors() throws {
    let folder = try Folder()
    let library = try Self.library(folder)
    func failure(_ data: String) throws -> String {
      let output = try folder.client(library, data: data, arguments: ["construct"])
      return output.split(separator: "\n").last.map(String.init) ?? ""
    }
    #expect(try failure("{").hasPrefix("error a key is missing at byte 1"))
    #expect(try failure("") == "error the data have no `sigma`")
    #expect(try failure("[1]") == "error the data are no JSON object")
    #expect(try failure("{\"sigma\": [1, 2], \"y\": [1]}") == "error `y` has size 1 in dimension 1, not 2")
    #expect(
      try failure("{\"sigma\": [1, [2]], \"y\": [1, 2]}") == "error `sigma` needs a rectangular array of 1 dimensions")
    #expect(try failure("{\"sigma\": \"a\", \"y\": [1, 2]}") == "error `sigma` has too few dimensions")
    #expect(try failure("/nowhere/data.json") == "error cannot read /nowhere/data.json")
  }

  /// What a library does not have is an error with a message.
  @Test func missingFunctionsAreErrors() throws {
    let folder = try Folder()
    let library = try Self.library(folder, isWhole: false)
    let output = try folder.client(library, data: Self.data, arguments: ["errors"])
    let lines = output.split(separator: "\n").map(String.init)
    #expect(
      lines == [
        "density without Jacobian: this library has no density without Jacobian",
        "gradient: this library has no gradient", "product: this library has no gradient",
        "unconstrain: this library cannot unconstrain",
      ])
  }
}

/// A directory of one test, removed afterwards.
private final class Folder {
  let path: String
  init() throws {
    path = NSTemporaryDirectory() + "/borel-bridge-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }
  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Compiles the client against a library, runs it and gives what it wrote.
  func client(_ library: String, data: String, arguments: [String]) throws -> String {
    let here = URL(filePath: #filePath).deletingLastPathComponent()
    let header = here.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/CBorelNative/bridge")
    let program = path + "/client"
    if !FileManager.default.fileExists(atPath: program) {
      let built = try run(
        Compiler.find().command + [
          "-std=c11", "-Wall", "-Werror", "-O1", "-I", header.path, "-o", program,
          here.appending(path: "Client/client.c").path, library, "-lm", "-lpthread",
        ])
      try #require(built.isEmpty, "\(built)")
    }
    return try run([program, data] + arguments)
  }

  private func run(_ command: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(filePath: command[0])
    process.arguments = Array(command.dropFirst())
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
  }
}
