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

  /// Compiles and links the library; `output` is replaced when it is finished. The object of bridge, runtime and numerical library, the
  /// same for every model, is kept in the cache.
  public func write(
    to output: String, cache: ModuleCache? = .standard, compiler: Compiler? = nil
  ) throws(NativeFailure) {
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
      try link(folder, cache, found)
      chmod(folder + "/library.so", 0o755)
      guard rename(folder + "/library.so", output) == 0 else { throw Files.Failure("write", output) }
    } catch {
      throw .system(error.message)
    }
  }

  private func link(_ folder: String, _ cache: ModuleCache?, _ compiler: Compiler) throws(Files.Failure) {
    // Sums may be reordered in the model, but not in the numerical library.
    try Self.run(compiler, Compiler.flags + ["-I", folder, "-c", "-o", folder + "/model.o", folder + "/model.c"])
    let runtime = try Self.runtime(folder, cache, compiler)
    try Self.run(
      compiler,
      ["-shared", "-o", folder + "/library.so", folder + "/model.o", runtime]
        + ["-lopenblas", "-lgsl", "-lm", "-lpthread"])
  }

  /// The path of an object file with everything but the model, compiled in a folder that has the sources.
  private static func runtime(
    _ folder: String, _ cache: ModuleCache?, _ compiler: Compiler
  ) throws(Files.Failure) -> String {
    let flags = ["-std=gnu11", "-O2", "-fPIC", "-fvisibility=hidden", "-w"]
    let key = sha256(
      Array(
        ([flags.joined(separator: " "), compiler.command.joined(separator: " "), compiler.identity]
          + nativeSourceFiles.flatMap { [$0.path, $0.text] }).joined(separator: "\u{0}").utf8))
    let object = folder + "/runtime.o"
    let usable = cache.flatMap { $0.open() == nil ? $0 : nil }
    if let bytes = usable?.content(key) {
      try Files.write(bytes, to: object, mode: 0o600)
      return object
    }
    let folders = ["CBorel/include", "CBorelMath/include", "CBorelNative/include", "CBorelNative"]
    let sources = nativeSourceFiles.map(\.path).filter { $0.hasSuffix(".c") }.map { folder + "/" + $0 }
    try run(
      compiler,
      flags + ["-r", "-nostdlib", "-o", object] + folders.flatMap { ["-I", folder + "/" + $0] } + sources)
    // A cache that is full or closed costs time later on, nothing else.
    if let usable, let bytes = Files.read(object) { try? usable.store(bytes, as: key) }
    return object
  }

  private static func run(_ compiler: Compiler, _ arguments: [String]) throws(Files.Failure) {
    let (status, messages) = Compiler.run(compiler.command + arguments)
    guard status == 0 else {
      throw Files.Failure(message: "\(compiler.command[0]) ended with status \(status): \(messages.prefix(2000))")
    }
  }
}
