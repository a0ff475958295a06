// The cache of compiled models: sound entries are reused, all others are built anew and never loaded.

import BorelIR
import BorelNative
import Foundation
import Testing

@Suite struct CacheTests {
  /// A directory of one test, removed afterwards.
  private final class Folder {
    let path: String
    init() throws {
      path = NSTemporaryDirectory() + "/borel-cache-\(UUID().uuidString)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    var cache: ModuleCache { ModuleCache(directory: path + "/native") }
    func entries(_ suffix: String = ".so") throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: path + "/native").filter { $0.hasSuffix(suffix) }
        .map { path + "/native/" + $0 }
    }
  }

  /// q[0] times a constant.
  private func source(_ factor: Double) throws -> NativeSource {
    var b = LoopBuilder(LoopProgram(name: "product"))
    let q = b.input(.position, name: "q", .real, sizes: [.int(1)])
    b.append(.target(b.apply(.multiply, b.load(q, [.int(0)]), .real(factor))))
    return try NativeSource([NativeFunction(name: "log_density", program: b.finish())])
  }

  private func value(_ module: NativeModule, at x: Double) throws -> Double {
    let model = try NativeModel(module) { (source) throws(NativeFailure) in throw .input("nothing to bind") }
    let evaluator = try NativeEvaluator(model, function: 0)
    var value = 0.0
    #expect(evaluator.evaluate(at: [x], value: &value) == .ok)
    return value
  }

  private func mode(_ path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test func aModelIsCompiledOnce() throws {
    let folder = try Folder()
    let first = try NativeModule(source(3), cache: folder.cache)
    #expect(!first.wasCached)
    let second = try NativeModule(source(3), cache: folder.cache)
    #expect(second.wasCached)
    #expect(try value(second, at: 2) == 6)
    #expect(try !NativeModule(source(4), cache: folder.cache).wasCached)
    #expect(try folder.entries().count == 2)
    // What the build used is gone, and nobody else may look in.
    #expect(try folder.entries("").count == 4)
    #expect(try mode(folder.path + "/native") == 0o700)
    for entry in try folder.entries("") { #expect(try mode(entry) & 0o077 == 0) }
  }

  @Test func changedEntriesAreBuiltAnew() throws {
    let folder = try Folder()
    _ = try NativeModule(source(5), cache: folder.cache)
    let entry = try #require(folder.entries().first)
    let sound = try #require(FileManager.default.contents(atPath: entry))
    var changed = sound
    changed[sound.count / 2] ^= 1
    for damaged in [changed, sound.prefix(sound.count / 2), Data(), Data("text".utf8)] {
      try damaged.write(to: URL(filePath: entry))
      let module = try NativeModule(source(5), cache: folder.cache)
      #expect(!module.wasCached)
      #expect(try value(module, at: 2) == 10)
      #expect(try NativeModule(source(5), cache: folder.cache).wasCached)
    }
    // A library without its checksum, and one with another's.
    let sum = try #require(folder.entries(".sum").first)
    try FileManager.default.removeItem(atPath: sum)
    #expect(try !NativeModule(source(5), cache: folder.cache).wasCached)
    try Data(String(repeating: "0", count: 64).utf8).write(to: URL(filePath: sum))
    #expect(try !NativeModule(source(5), cache: folder.cache).wasCached)
    #expect(try NativeModule(source(5), cache: folder.cache).wasCached)
  }

  /// A sound entry under another's name is not what was asked for.
  @Test func entriesOfOtherModelsAreRefused() throws {
    let folder = try Folder()
    _ = try NativeModule(source(20), cache: folder.cache)
    let first = try #require(folder.entries().first)
    _ = try NativeModule(source(21), cache: folder.cache)
    let second = try #require(folder.entries().first { $0 != first })
    for suffix in [".so", ".sum"] {
      let (from, to) = (first.dropLast(3) + suffix, second.dropLast(3) + suffix)
      try #require(FileManager.default.contents(atPath: String(from))).write(to: URL(filePath: String(to)))
    }
    let module = try NativeModule(source(21), cache: folder.cache)
    #expect(!module.wasCached)
    #expect(try value(module, at: 1) == 21)
  }

  @Test func linksAreNotFollowed() throws {
    let folder = try Folder()
    _ = try NativeModule(source(6), cache: folder.cache)
    let entry = try #require(folder.entries().first)
    let target = folder.path + "/elsewhere.so"
    try FileManager.default.moveItem(atPath: entry, toPath: target)
    try FileManager.default.createSymbolicLink(atPath: entry, withDestinationPath: target)
    let module = try NativeModule(source(6), cache: folder.cache)
    #expect(!module.wasCached)
    #expect(try value(module, at: 1) == 6)
  }

  /// Files and directories that others could have written are not used.
  @Test func whatOthersCanWriteIsNotUsed() throws {
    let folder = try Folder()
    _ = try NativeModule(source(7), cache: folder.cache)
    let entry = try #require(folder.entries().first)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: entry)
    #expect(try !NativeModule(source(7), cache: folder.cache).wasCached)
    #expect(try NativeModule(source(7), cache: folder.cache).wasCached)

    guard geteuid() == 0 else { return }
    // As root, files can be given away: then they are another's.
    #expect(chown(entry, 12345, 12345) == 0)
    #expect(try !NativeModule(source(7), cache: folder.cache).wasCached)
    #expect(chown(folder.path + "/native", 12345, 12345) == 0)
    let module = try NativeModule(source(7), cache: folder.cache)
    #expect(!module.wasCached)
    #expect(try value(module, at: 1) == 7)
    #expect(try !NativeModule(source(7), cache: folder.cache).wasCached)
  }

  @Test func aLinkIsNoCacheDirectory() throws {
    let folder = try Folder()
    try FileManager.default.createDirectory(atPath: folder.path + "/real", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder.path + "/native", withDestinationPath: folder.path + "/real")
    for _ in 0..<2 { #expect(try !NativeModule(source(8), cache: folder.cache).wasCached) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/real").isEmpty)
  }

  @Test func aFileIsNoCacheDirectory() throws {
    let folder = try Folder()
    try Data().write(to: URL(filePath: folder.path + "/native"))
    #expect(try value(NativeModule(source(9), cache: folder.cache), at: 1) == 9)
  }

  @Test func theOldestEntriesGo() throws {
    let folder = try Folder()
    let cache = ModuleCache(directory: folder.path + "/native", capacity: 3)
    var oldest: String?
    for factor in 1...4 {
      _ = try NativeModule(source(Double(factor) + 0.5), cache: cache)
      // Seconds apart, as far as the entries know.
      for entry in try folder.entries() {
        let date = try #require(FileManager.default.attributesOfItem(atPath: entry)[.modificationDate] as? Date)
        try FileManager.default.setAttributes([.modificationDate: date - 10], ofItemAtPath: entry)
      }
      if factor == 1 { oldest = try folder.entries().first }
    }
    #expect(try folder.entries().count == 3)
    #expect(try folder.entries(".sum").count == 3)
    #expect(!FileManager.default.fileExists(atPath: try #require(oldest)))
  }

  @Test func chainsMayBuildAtTheSameTime() async throws {
    let folder = try Folder()
    let source = try source(11)
    let cache = folder.cache
    try await withThrowingTaskGroup(of: Double.self) { group in
      for _ in 0..<6 {
        group.addTask {
          let module = try NativeModule(source, cache: cache)
          return try value(module, at: 3)
        }
      }
      for try await result in group { #expect(result == 33) }
    }
    #expect(try NativeModule(source, cache: cache).wasCached)
    #expect(try folder.entries("").count == 2)
  }

  @Test func thereMayBeNoCompiler() throws {
    #expect(throws: NativeFailure.self) { try Compiler.find(environment: ["PATH": "/nowhere"]) }
    do {
      _ = try Compiler.find(environment: ["PATH": "/nowhere", "CC": "my-cc"])
      Issue.record("a compiler was found")
    } catch {
      #expect(error.diagnostic.message == "no C compiler was found; looked for my-cc, clang, cc, gcc")
    }
  }

  /// A compiler that fails, and one that writes nothing, are faults with a message and leave nothing behind.
  @Test func compilersMayFail() throws {
    let folder = try Folder()
    for body in ["echo broken; exit 3", "exit 0", "kill -9 $$"] {
      let path = folder.path + "/cc"
      try? FileManager.default.removeItem(atPath: path)
      try Data("#!/bin/sh\n\(body)\n".utf8).write(to: URL(filePath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
      #expect(throws: NativeFailure.self) {
        try NativeModule(
          source(12), cache: folder.cache, compiler: Compiler.find(environment: ["PATH": "/nowhere", "CC": path]))
      }
      #expect(try folder.entries("").isEmpty)
    }
  }

  @Test func anotherCompilerIsAnotherEntry() throws {
    let folder = try Folder()
    let compiler = try Compiler.find()
    _ = try NativeModule(source(13), cache: folder.cache, compiler: compiler)
    let other = Compiler(command: compiler.command, identity: compiler.identity + " of tomorrow")
    #expect(try !NativeModule(source(13), cache: folder.cache, compiler: other).wasCached)
    #expect(try folder.entries().count == 2)
  }
}
