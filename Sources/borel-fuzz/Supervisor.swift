// The parent process: starts workers, restarts them after a crash or a hang, and keeps the inputs at fault.

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// Totals over all workers.
struct Tally {
  var programs = 0
  var parsed = 0
  var crashes = 0
  var hangs = 0
  /// Number of the program and what was wrong with it.
  var violations: [(index: Int, text: String)] = []
}

/// Runs programs `0..<count` in `jobs` child processes at a time.
struct Supervisor {
  let executable: String
  /// What a worker is given besides its range.
  let arguments: [String]
  let folder: String
  /// A program that takes longer than this many milliseconds hangs.
  let budget: Int

  private struct Shard {
    var end: Int
    var process: pid_t
    var progress: Progress
    var lastIndex: Int
    var quietFor = 0
    var path: String
  }

  private static let pollInterval = 20

  /// `keep` is told the numbers of programs at fault, and in what way they are.
  func run(count: Int, jobs: Int, keep: (Int, String) -> Void) -> Tally {
    var tally = Tally()
    var shards: [Shard] = []
    let share = (count + jobs - 1) / max(jobs, 1)
    for job in 0..<jobs where job * share < count {
      let path = "\(folder)/progress-\(getpid())-\(job)"
      unlink(path)
      unlink(path + ".log")
      guard let progress = Progress(path: path) else { continue }
      let first = job * share
      let end = min(count, first + share)
      if let process = start(first, end, path) {
        shards.append(Shard(end: end, process: process, progress: progress, lastIndex: first, path: path))
      }
    }
    var done = 0
    while done < shards.count {
      usleep(UInt32(Supervisor.pollInterval) * 1000)
      done = 0
      for index in shards.indices {
        if shards[index].process == 0 { done += 1 } else { poll(&shards[index], &tally, keep) }
      }
    }
    tally.programs = count
    for shard in shards {
      tally.parsed += shard.progress.words[1]
      let lines = readFile(shard.path + ".log").map { String(decoding: $0, as: UTF8.self) } ?? ""
      for line in lines.split(separator: "\n") {
        let fields = line.split(separator: " ", maxSplits: 1)
        guard fields.count == 2, let number = Int(fields[0]) else { continue }
        tally.violations.append((number, String(fields[1])))
        keep(number, "violation")
      }
      unlink(shard.path)
      unlink(shard.path + ".log")
    }
    return tally
  }

  private func poll(_ shard: inout Shard, _ tally: inout Tally, _ keep: (Int, String) -> Void) {
    var status: Int32 = 0
    let current = shard.progress.words[0]
    if waitpid(shard.process, &status, WNOHANG) == shard.process {
      if shard.progress.words[0] >= shard.end {
        shard.process = 0
        return
      }
      tally.crashes += 1
      keep(shard.progress.words[0], "crash")
      restart(&shard, after: shard.progress.words[0])
    } else if current == shard.lastIndex {
      shard.quietFor += Supervisor.pollInterval
      guard shard.quietFor > budget else { return }
      kill(shard.process, SIGKILL)
      waitpid(shard.process, &status, 0)
      tally.hangs += 1
      keep(current, "hang")
      restart(&shard, after: current)
    } else {
      shard.lastIndex = current
      shard.quietFor = 0
    }
  }

  private func restart(_ shard: inout Shard, after index: Int) {
    shard.quietFor = 0
    shard.lastIndex = index + 1
    shard.progress.words[0] = index + 1
    shard.process = index + 1 < shard.end ? start(index + 1, shard.end, shard.path) ?? 0 : 0
  }

  private func start(_ first: Int, _ end: Int, _ progressPath: String) -> pid_t? {
    let arguments =
      [executable, "--worker", progressPath, "--first", "\(first)", "--end", "\(end)"] + arguments
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    var environment: [UnsafeMutablePointer<CChar>?] = [
      strdup("SWIFT_BACKTRACE=enable=no"), strdup("OPENBLAS_NUM_THREADS=1"),
      strdup("PATH=/usr/local/bin:/usr/bin:/bin"), nil,
    ]
    defer {
      for pointer in pointers { free(pointer) }
      for pointer in environment { free(pointer) }
    }
    var process: pid_t = 0
    return posix_spawn(&process, executable, nil, nil, &pointers, &environment) == 0 ? process : nil
  }
}
