// A compiled model: built or found in the cache, loaded, its functions at hand.

import CBorelNative

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A compiled and loaded model without data. Immutable, to be shared by threads.
public final class NativeModule: @unchecked Sendable {
  public let source: NativeSource
  /// Whether the compiler did not have to run.
  public let wasCached: Bool
  private let handle: UnsafeMutableRawPointer
  let functions: UnsafePointer<borel_function>
  /// Computes the length of the position from the data.
  let dimension: (@convention(c) (UnsafeRawPointer?) -> Int)?

  /// Compiles the source, or finds it compiled, and loads it. With no cache, or one that cannot be used, it is compiled each time.
  public init(
    _ source: NativeSource, cache: ModuleCache? = .standard, compiler: Compiler? = nil
  ) throws(NativeFailure) {
    let found: Compiler
    if let compiler { found = compiler } else { found = try Compiler.find() }
    let ((handle, module), wasCached) = try Self.load(source, cache, found)
    self.source = source
    self.handle = handle
    self.wasCached = wasCached
    functions = module.functions
    dimension = module.dimension
  }

  deinit { dlclose(handle) }

  public func index(of function: String) -> Int? { source.functions.firstIndex { $0.name == function } }

  // MARK: Building

  private typealias Loaded = (handle: UnsafeMutableRawPointer, module: borel_module)

  private static func load(
    _ source: NativeSource, _ cache: ModuleCache?, _ compiler: Compiler
  ) throws(NativeFailure) -> (Loaded, wasCached: Bool) {
    let key = sha256(
      Array(
        [
          source.text, (Compiler.flags + Compiler.linkFlags).joined(separator: " "),
          compiler.command.joined(separator: " "), compiler.identity, Compiler.processor, "\(NativeSource.version)",
        ].joined(separator: "\u{0}").utf8))
    let usable = cache.flatMap { $0.open() == nil ? $0 : nil }
    if let usable, let path = usable.find(key), let loaded = try? open(path, source) { return (loaded, true) }

    let parent = usable?.directory ?? Files.environment("TMPDIR") ?? "/tmp"
    let folder: String
    do throws(Files.Failure) {
      folder = try Files.temporaryDirectory(in: parent)
    } catch {
      throw .system(error.message)
    }
    defer { Files.removeDirectory(folder) }
    let text = folder + "/model.c"
    let library = folder + "/model.so"
    do throws(Files.Failure) {
      try Files.write(Array(source.text.utf8), to: text, mode: 0o600)
    } catch {
      throw .system(error.message)
    }
    try compiler.compile(text, to: library)
    let loaded = try open(library, source)
    // A cache that is full or closed costs time later on, nothing else.
    if let usable { try? usable.store(library, as: key, from: folder) }
    return (loaded, false)
  }

  private static func open(_ path: String, _ source: NativeSource) throws(NativeFailure) -> Loaded {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw .system("cannot load the compiled model: \(dlerror().map { String(cString: $0) } ?? path)")
    }
    guard let symbol = dlsym(handle, "borel_module") else {
      dlclose(handle)
      throw .internal(stage: "load", "the compiled model has no table")
    }
    let module = symbol.assumingMemoryBound(to: borel_module.self).pointee
    guard module.version == NativeSource.version, module.model_size == source.modelSize,
      module.function_count == source.functions.count, module.functions != nil
    else {
      dlclose(handle)
      throw .internal(stage: "load", "the compiled model is not the one that was asked for")
    }
    return (handle, module)
  }
}
