// The system's C compiler: found, identified and run.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A C compiler on this machine.
public struct Compiler: Sendable {
  /// The command and leading arguments, as in `CC="ccache gcc"`; the first is an absolute path.
  public let command: [String]
  /// The compiler's file, its size and time: the cache's idea of its identity. To ask the compiler for its version would take longer
  /// than to find and load a compiled model.
  public let identity: String
  /// The system's linker, an absolute path; nil where the compiler has to link. To run it directly saves two processes: a compiler that
  /// is to link as well starts itself again to compile.
  let linker: String?

  /// Values keep the meaning of NaN and infinities, while sums may be reordered so that loops become vector code.
  public static let flags = [
    "-std=gnu11", "-O3", "-march=native", "-fPIC", "-fno-math-errno", "-fno-trapping-math", "-fno-signed-zeros",
    "-fassociative-math", "-ffp-contract=fast", "-fwrapv", "-fvisibility=hidden", "-w",
    // Vector loops are interleaved without it; it only makes the compiler slower.
    "-fno-unroll-loops",
  ]

  #if canImport(Darwin)
  static let linkFlags = ["-shared", "-undefined", "dynamic_lookup"]
  #else
  // The host process provides what the C library has to provide.
  static let linkFlags = ["-shared", "-nostdlib"]
  #endif

  public init(command: [String], identity: String, linker: String? = nil) {
    self.command = command
    self.identity = identity
    self.linker = linker
  }

  /// The compiler of the environment variable CC, else `clang`, `cc` or `gcc` on the path. Clang comes first: it takes about half of
  /// gcc's time to compile a model, and vectorises more of its loops.
  public static func find() throws(NativeFailure) -> Compiler {
    var environment: [String: String] = [:]
    for name in ["CC", "PATH"] { environment[name] = Files.environment(name) }
    return try find(environment: environment)
  }

  /// The same in an environment that is given.
  public static func find(environment: [String: String]) throws(NativeFailure) -> Compiler {
    var searched: [String] = []
    var candidates: [[String]] = []
    if let chosen = environment["CC"] { candidates.append(chosen.split(separator: " ").map(String.init)) }
    candidates += [["clang"], ["cc"], ["gcc"]]
    for candidate in candidates {
      guard let name = candidate.first else { continue }
      searched.append(name)
      let folders = environment["PATH"] ?? "/usr/bin:/bin"
      guard let path = locate(name, folders) else { continue }
      #if canImport(Darwin)
      let linker: String? = nil
      #else
      // Arguments of the user's may ask for objects that only the compiler can link.
      let linker = candidate.count == 1 ? locate("ld", folders) : nil
      #endif
      return Compiler(command: [path] + candidate.dropFirst(), identity: fileIdentity(path), linker: linker)
    }
    throw .noCompiler(searched: searched)
  }

  private static func locate(_ name: String, _ path: String) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    for folder in path.split(separator: ":") {
      let path = folder + "/" + name
      if path.hasPrefix("/"), access(path, X_OK) == 0 { return path }
    }
    return nil
  }

  private static func fileIdentity(_ path: String) -> String {
    var info = stat()
    guard stat(path, &info) == 0 else { return path }
    #if canImport(Darwin)
    let seconds = info.st_mtimespec.tv_sec
    #else
    let seconds = info.st_mtim.tv_sec
    #endif
    return "\(path) \(info.st_size) \(seconds)"
  }

  /// What `-march=native` depends on.
  static let processor: String = {
    #if canImport(Darwin)
    var size = 0
    sysctlbyname("machdep.cpu.brand_string", nil, &size, nil, 0)
    var text = [CChar](repeating: 0, count: max(size, 1))
    sysctlbyname("machdep.cpu.brand_string", &text, &size, nil, 0)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    #else
    let wanted = ["model name", "flags", "Features", "CPU implementer", "CPU part", "isa"]
    guard let file = fopen("/proc/cpuinfo", "r") else { return "" }
    defer { fclose(file) }
    var lines: [String] = []
    var line: UnsafeMutablePointer<CChar>?
    var capacity = 0
    defer { free(line) }
    while getline(&line, &capacity, file) > 0, let line {
      let text = String(cString: line)
      // One blank line ends the first processor.
      if text == "\n" { break }
      if wanted.contains(where: { text.hasPrefix($0) }) { lines.append(text) }
    }
    return lines.joined()
    #endif
  }()

  /// Whether two compilers run at the same time.
  static let hasTwoProcessors = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1

  /// Compiles `sources`, paths, side by side to the shared library `output`.
  func compile(_ sources: [String], to output: String, extra: [String] = []) throws(NativeFailure) {
    guard let linker else { return try run(Self.flags + Self.linkFlags + ["-o", output] + sources + extra) }
    let objects = sources.map { $0 + ".o" }
    defer { for object in objects { unlink(object) } }
    let compilers = zip(sources, objects).map { source, object in
      RunningProgram(command + Self.flags + ["-c", "-o", object, source] + extra)
    }
    let results = compilers.map { $0.wait() }
    for result in results { try check(result) }
    if Self.run([linker, "-shared", "-o", output] + objects).status == 0 { return }
    try run(Self.linkFlags + ["-o", output] + objects)
  }

  private func run(_ arguments: [String]) throws(NativeFailure) { try check(Self.run(command + arguments)) }

  private func check(_ result: (status: Int32, output: String)) throws(NativeFailure) {
    guard result.status == 0 else {
      throw .internal(
        stage: "compile", "\(command[0]) ended with status \(result.status): \(result.output.prefix(2000))")
    }
  }

  /// Runs a program with its input closed; its exit status, -1 where it could not be started, and all it wrote.
  static func run(_ arguments: [String]) -> (status: Int32, output: String) { RunningProgram(arguments).wait() }
}
