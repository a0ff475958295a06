// The cache of compiled models between processes: what is planted there is never loaded, and processes may build at once.

import Foundation
import Testing

@Suite struct CacheProcessTests {
  /// A cache of its own with a model, and a library that leaves a mark when it is loaded.
  private final class Scene {
    let folder = FileManager.default.temporaryDirectory.appending(path: "borel-cache-\(UUID().uuidString)")
    let prelude: String

    init() throws {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      prelude = "export XDG_CACHE_HOME='\(folder.path)'\n"
      let model = "model m {\n  x ~ normal(0, 1)\n  y ~ normal(x, 2)\n}\n"
      try model.write(to: folder.appending(path: "m.ppl"), atomically: true, encoding: .utf8)
      let other = model.replacing("2)", with: "3)")
      try other.write(to: folder.appending(path: "other.ppl"), atomically: true, encoding: .utf8)
      let trap = """
        #include <fcntl.h>
        __attribute__((constructor)) static void loaded(void) { open("\(mark.path)", O_CREAT | O_WRONLY, 0600); }

        """
      try trap.write(to: folder.appending(path: "trap.c"), atomically: true, encoding: .utf8)
      _ = try shell("${CC:-cc} -shared -fPIC -o trap.so trap.c")
    }
    deinit { try? FileManager.default.removeItem(at: folder) }

    var mark: URL { folder.appending(path: "mark") }
    var wasTrapped: Bool { FileManager.default.fileExists(atPath: mark.path) }

    @discardableResult
    func shell(_ line: String) throws -> String {
      let result = try BorelProcess.shell(prelude + "set -e\n" + line, in: folder)
      try #require(result.exitCode == 0, "\(line): \(result.errors)")
      return result.output
    }

    /// Log densities on both back ends and the gradient's error: native code runs.
    func compare(_ model: String = "m") throws -> String { try shell("borel emit-c \(model).ppl --compare") }

    func entries() throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "borel/native").path).sorted()
    }

    /// The entries' names without their endings: one for the densities, one for what a sampler calls.
    func keys() throws -> [String] {
      let libraries = try entries().filter { $0.hasSuffix(".so") }
      try #require(!libraries.isEmpty)
      return libraries.map { String($0.dropLast(3)) }
    }

    /// Puts the trap in the entry's place with a checksum that agrees.
    func plant(_ key: String) throws {
      try shell(
        """
        cd borel/native
        cp ../../trap.so \(key).so && chmod 700 \(key).so
        (printf %s \(key); cat \(key).so) | sha256sum | cut -d' ' -f1 | tr -d '\\n' > \(key).sum && chmod 600 \(key).sum
        """)
    }
  }

  /// The trap works: a planted library is loaded where nothing about it is wrong, and gives way as it is no model.
  @Test func aLibraryWithTheRightChecksumIsLoaded() throws {
    let scene = try Scene()
    let expected = try scene.compare()
    for key in try scene.keys() { try scene.plant(key) }
    #expect(try scene.compare() == expected)
    #expect(scene.wasTrapped)
  }

  @Test func aCorruptEntryIsNeverLoaded() throws {
    let scene = try Scene()
    let expected = try scene.compare()
    for key in try scene.keys() {
      try scene.shell("cp trap.so borel/native/\(key).so")
      #expect(try scene.compare() == expected)
      #expect(!scene.wasTrapped)
      // It was built anew.
      #expect(try scene.shell("cmp trap.so borel/native/\(key).so >/dev/null || echo other") == "other\n")
      try scene.plant(key)
      try scene.shell("echo >> borel/native/\(key).so")
      #expect(try scene.compare() == expected)
      #expect(!scene.wasTrapped)
    }
  }

  /// An entry that is sound by itself but was made from something else: here the trap with another key's checksum.
  @Test func aStaleEntryIsNeverLoaded() throws {
    let scene = try Scene()
    let expected = try scene.compare()
    let keys = try scene.keys()
    for key in keys {
      let other = String(repeating: "0", count: key.count)
      try scene.plant(other)
      try scene.shell("cd borel/native && mv \(other).so \(key).so && mv \(other).sum \(key).sum")
      #expect(try scene.compare() == expected)
      #expect(!scene.wasTrapped)
    }
    // Another model under this one's key: its own numbers come out.
    let others = try scene.compare("other")
    #expect(others != expected)
    let foreign = try #require(try scene.keys().first { !keys.contains($0) })
    for key in keys {
      try scene.shell("cd borel/native && cp \(foreign).so \(key).so && cp \(foreign).sum \(key).sum")
      #expect(try scene.compare() == expected)
    }
  }

  @Test func whatIsNotOursAloneIsNeverLoaded() throws {
    let scene = try Scene()
    let expected = try scene.compare()
    for key in try scene.keys() {
      var changes = ["chmod 722 borel/native/\(key).so"]
      // As root, entries can be given away.
      if geteuid() == 0 { changes += ["chown 12345 borel/native/\(key).so", "chown 12345 borel/native/\(key).sum"] }
      for change in changes {
        try scene.plant(key)
        try scene.shell(change)
        #expect(try scene.compare() == expected, "\(change)")
        #expect(!scene.wasTrapped, "\(change)")
      }
    }
  }

  @Test func processesMayBuildTheSameModelAtOnce() async throws {
    let scene = try Scene()
    let (folder, line) = (scene.folder, scene.prelude + "borel emit-c m.ppl --compare")
    var outputs: Set<String> = []
    try await withThrowingTaskGroup(of: ProcessResult.self) { group in
      for _ in 0..<4 { group.addTask { try BorelProcess.shell(line, in: folder) } }
      for try await result in group {
        #expect(result.exitCode == 0, "\(result.errors)")
        outputs.insert(result.output)
      }
    }
    #expect(outputs == [try scene.compare()])
    #expect(try scene.entries() == scene.keys().flatMap { [$0 + ".so", $0 + ".sum"] })
  }
}
