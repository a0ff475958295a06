// The child process: runs a range of programs and leaves its progress where the parent can see it.

import BorelSource

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// What one worker shares with its parent, in a memory-mapped file.
struct Progress {
  /// Index of the program being run, programs that parsed, violations.
  let words: UnsafeMutablePointer<Int>
  static let count = 3

  /// Maps a file of `count` integers, created if it is missing.
  init?(path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = Progress.count * MemoryLayout<Int>.size
    guard ftruncate(descriptor, off_t(size)) == 0,
      let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else { return nil }
    words = memory.assumingMemoryBound(to: Int.self)
  }
}

/// Runs the programs `first..<end`; violations are appended to the log, one a line.
func runWorker(_ mutator: Mutator, seed: UInt64, first: Int, end: Int, progress: Progress, log: String) {
  for index in first..<end {
    progress.words[0] = index
    var fuzzCase = FuzzCase(mutator.program(index, seed: seed))
    if let violation = check(&fuzzCase) {
      progress.words[2] += 1
      if let handle = fopen(log, "ab") {
        fputs("\(index) \(violation)\n", handle)
        fclose(handle)
      }
    }
    if let result = fuzzCase.result, !result.hasErrors { progress.words[1] += 1 }
  }
  progress.words[0] = end
}

/// The first violation of any stage.
func check(_ fuzzCase: inout FuzzCase) -> String? {
  for stage in stages {
    if let violation = stage.run(&fuzzCase) { return "\(stage.name): \(violation)" }
  }
  return nil
}
