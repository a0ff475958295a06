// A compiled model: built or found in the cache, loaded, its functions at hand.

import BorelRoutines

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
  private let library: LoadedLibrary
  let functions: UnsafePointer<borel_function>
  /// Computes the length of the position from the data.
  let dimension: (@convention(c) (UnsafeRawPointer?) -> Int)?

  /// Compiles the source, or finds it compiled, and loads it. With no cache, or one that cannot be used, it is compiled each time.
  public convenience init(
    _ source: NativeSource, cache: ModuleCache? = .standard, compiler: Compiler? = nil
  ) throws(NativeFailure) {
    let found: Compiler
    if let compiler { found = compiler } else { found = try Compiler.find() }
    let (library, wasCached) = try Self.load(source, cache, found)
    try self.init(source, in: library, table: "borel_module", wasCached: wasCached)
  }

  /// The module whose table has the given name in a library.
  init(_ source: NativeSource, in library: LoadedLibrary, table: String, wasCached: Bool) throws(NativeFailure) {
    let module = try library.module(table, of: source)
    self.source = source
    self.library = library
    self.wasCached = wasCached
    functions = module.functions
    dimension = module.dimension
  }

  public func index(of function: String) -> Int? { source.functions.firstIndex { $0.name == function } }

  // MARK: Building

  private static func load(
    _ source: NativeSource, _ cache: ModuleCache?, _ compiler: Compiler
  ) throws(NativeFailure) -> (LoadedLibrary, wasCached: Bool) {
    let key = sha256(
      Array(
        [
          source.text, (Compiler.flags + Compiler.linkFlags).joined(separator: " "),
          compiler.command.joined(separator: " "), compiler.identity, Compiler.processor, "\(NativeSource.version)",
        ].joined(separator: "\u{0}").utf8))
    let usable = cache.flatMap { $0.open() == nil ? $0 : nil }
    if let usable, let path = usable.find(key), let loaded = try? LoadedLibrary(path),
      (try? loaded.module("borel_module", of: source)) != nil
    {
      return (loaded, true)
    }

    let parent = usable?.directory ?? Files.environment("TMPDIR") ?? "/tmp"
    let folder: String
    do throws(Files.Failure) {
      folder = try Files.temporaryDirectory(in: parent)
    } catch {
      throw .system(error.message)
    }
    defer { Files.removeDirectory(folder) }
    let library = folder + "/model.so"
    var files: [String] = []
    do throws(Files.Failure) {
      for (number, unit) in (Compiler.hasTwoProcessors ? source.units : [source.text]).enumerated() {
        files.append(folder + "/model_\(number + 1).c")
        try Files.write(Array(unit.utf8), to: files[number], mode: 0o600)
      }
    } catch {
      throw .system(error.message)
    }
    try compiler.compile(files, to: library)
    let loaded = try LoadedLibrary(library)
    // A cache that is full or closed costs time later on, nothing else.
    if let usable { try? usable.store(library, as: key, from: folder) }
    return (loaded, false)
  }
}

/// A library in memory, unloaded with the last module that is in it.
final class LoadedLibrary: @unchecked Sendable {
  private let handle: UnsafeMutableRawPointer

  init(_ path: String) throws(NativeFailure) {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw .system("cannot load the compiled model: \(dlerror().map { String(cString: $0) } ?? path)")
    }
    self.handle = handle
  }

  deinit { dlclose(handle) }

  /// The table of a module, which has to be that of the source.
  func module(_ name: String, of source: NativeSource) throws(NativeFailure) -> borel_module {
    guard let symbol = dlsym(handle, name) else {
      throw .internal(stage: "load", "the compiled model has no table")
    }
    let module = symbol.assumingMemoryBound(to: borel_module.self).pointee
    guard module.version == NativeSource.version, module.model_size == source.modelSize,
      module.function_count == source.functions.count, module.functions != nil
    else { throw .internal(stage: "load", "the compiled model is not the one that was asked for") }
    return module
  }
}
