// Times the way from a model's text and data to a gradient that can be called, with an empty and with a filled cache.

import Borel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

private let repetitions = 5

/// Prints a table of wall-clock seconds for every model text; returns figures for the closing JSON line.
///
/// `prepare` goes from text and data to a gradient; it is given the model's name.
func timeCompilation(
  folder: String, models: [BenchmarkModel], prepare: (BenchmarkModel) throws -> Void
) throws -> [String] {
  let empty = "\(folder)/empty.c"
  try writeText("", to: empty)
  let command = "\(try compilerCommand()) \(compilerFlags)"
  let compiler = try median(
    (0..<repetitions).map { _ in
      try seconds {
        guard try shell("\(command) -shared '\(empty)' -o '\(folder)/empty.so' >/dev/null") == 0 else {
          throw BenchFailure("an empty file does not compile:\n\(command)")
        }
      }
    })
  var rows = [["text to gradient", "first (s)", "cached (s)", "first / compiler on an empty file", "cached / same"]]
  var worst = (first: 0.0, cached: 0.0)
  var seen: Set<String> = []
  let cache = "\(folder)/cache"
  let before = getenv("XDG_CACHE_HOME").map { String(cString: $0) }
  setenv("XDG_CACHE_HOME", try absolute(cache), 1)
  defer { if let before { setenv("XDG_CACHE_HOME", before, 1) } else { unsetenv("XDG_CACHE_HOME") } }
  for model in models where seen.insert(model.folder).inserted {
    var times: (first: [Double], cached: [Double]) = ([], [])
    for _ in 0..<repetitions {
      guard try shell("rm -rf '\(cache)' && mkdir -p '\(cache)'") == 0 else {
        throw BenchFailure("\(cache) cannot be made")
      }
      times.first.append(try seconds { try prepare(model) })
      times.cached.append(try seconds { try prepare(model) })
    }
    let (first, cached) = (median(times.first), median(times.cached))
    worst = (max(worst.first, first), max(worst.cached, cached))
    rows.append([
      model.folder, fixed(first, 3), fixed(cached, 3), fixed(first / compiler, 2), fixed(cached / compiler, 2),
    ])
  }
  print("\nFrom text and data to a gradient that can be called, medians of \(repetitions):")
  print("The compiler takes \(fixed(compiler, 3)) s for an empty file, with the same flags.\n")
  printTable(rows)
  return [
    "\"compile_max_s\":\(fixed(worst.first, 3))", "\"compile_cached_max_s\":\(fixed(worst.cached, 3))",
    "\"compile_max_ratio_to_empty\":\(fixed(worst.first / compiler, 3))",
  ]
}

private func absolute(_ path: String) throws -> String {
  guard let current = getcwd(nil, 0) else { throw BenchFailure("there is no working directory") }
  defer { free(current) }
  return String(cString: current) + "/" + path
}

/// Wall-clock seconds of an action.
private func seconds(_ action: () throws -> Void) throws -> Double {
  let start = wallTime()
  try action()
  return wallTime() - start
}
