// A model as a shared library of its own that speaks BridgeStan's C interface and reads its data from JSON.

import BorelIR

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What `borel compile` writes: the model's printed C, the bridge, the runtime and the numerical library in one shared library,
/// linked with OpenBLAS and GSL.
///
/// The functions are found by name: `log_density` and `constrain` are needed; `log_density_gradient`, `unconstrain` (from the choices'
/// values to the position), and `log_density_without_jacobian` with its `..._gradient` where there are such; `log_density_product` and
/// `log_density_without_jacobian_product` give Hessians, for which otherwise gradients are differenced.
/// A missing one makes the functions of the interface that need it return an error.
public struct BridgeLibrary: Sendable {
  public let name: String
  public let source: NativeSource
  private let description: String

  /// - Parameters:
  ///   - sites: those of the specialised program, for the names of observations.
  ///   - supports: those of the sites, for the names of the position's elements.
  ///   - constant: the values of inputs that are no data: top-level variables, and sizes of latent sites.
  public init(
    name: String, functions: [NativeFunction], sites: [LoopSite], supports: [Int: SupportKind],
    constant: (LoopInput.Source) throws(NativeFailure) -> NativeValue
  ) throws(NativeFailure) {
    self.name = name
    source = try NativeSource(functions)
    description = try BridgeDescription(
      name: name, functions: functions, source: source, sites: sites, supports: supports, constant: constant
    ).text()
  }

  /// BridgeStan's interface as a header for C.
  public static var header: String {
    nativeSourceFiles.first { $0.path.hasSuffix("bridgestan.h") }?.text ?? ""
  }

  /// The whole translation unit of the model, with what the bridge has to know of it.
  public var text: String { source.text + "\n" + description }

  /// Compiles and links the library; `output` is replaced when it is finished.
  public func write(to output: String, compiler: Compiler? = nil) throws(NativeFailure) {
    let found: Compiler
    if let compiler { found = compiler } else { found = try Compiler.find() }
    let slash = output.lastIndex(of: "/")
    let folder: String
    do throws(Files.Failure) {
      folder = try Files.temporaryDirectory(
        in: slash.map { $0 == output.startIndex ? "/" : String(output[..<$0]) } ?? ".")
      defer { Files.removeTree(folder) }
      for file in nativeSourceFiles {
        let path = folder + "/" + file.path
        if let end = path.lastIndex(of: "/") { Files.makeDirectories(String(path[..<end]), below: folder) }
        try Files.write(Array(file.text.utf8), to: path, mode: 0o600)
      }
      try Files.write(Array(text.utf8), to: folder + "/model.c", mode: 0o600)
      try link(folder, found)
      chmod(folder + "/library.so", 0o755)
      guard rename(folder + "/library.so", output) == 0 else { throw Files.Failure("write", output) }
    } catch {
      throw .system(error.message)
    }
  }

  private func link(_ folder: String, _ compiler: Compiler) throws(Files.Failure) {
    func run(_ arguments: [String]) throws(Files.Failure) {
      let (status, messages) = Compiler.run(compiler.command + arguments)
      guard status == 0 else {
        throw Files.Failure(message: "\(compiler.command[0]) ended with status \(status): \(messages.prefix(2000))")
      }
    }
    // Sums may be reordered in the model, but not in the numerical library.
    try run(Compiler.flags + ["-I", folder, "-c", "-o", folder + "/model.o", folder + "/model.c"])
    let sources = nativeSourceFiles.map(\.path).filter { $0.hasSuffix(".c") }.map { folder + "/" + $0 }
    try run(
      ["-std=gnu11", "-O2", "-fPIC", "-fvisibility=hidden", "-w", "-shared", "-o", folder + "/library.so"]
        + ["CBorel/include", "CBorelMath/include", "CBorelNative/include", "CBorelNative"].flatMap {
          ["-I", folder + "/" + $0]
        }
        + [folder + "/model.o"] + sources + ["-lopenblas", "-lgsl", "-lm", "-lpthread"])
  }
}
