// Times `borel compile` with an empty and with a filled cache, beside the C compiler on an empty file.

private let repetitions = 5

/// Prints a table of wall-clock seconds for every model text; returns figures for the closing JSON line.
func timeCompilation(by borel: String, folder: String, models: [BenchmarkModel]) throws -> [String] {
  let empty = "\(folder)/empty.c"
  try writeText("", to: empty)
  let compiler = try median(
    (0..<repetitions).map { _ in try seconds("cc \(compilerFlags) -shared '\(empty)' -o '\(folder)/empty.so'") })
  var rows = [["source to library", "first (s)", "cached (s)", "first / cc on an empty file", "cached / same"]]
  var worst = (first: 0.0, cached: 0.0)
  var seen: Set<String> = []
  for model in models where seen.insert(model.folder).inserted {
    let cache = "\(folder)/cache"
    let command =
      "XDG_CACHE_HOME=\"$PWD/\(cache)\" '\(borel)' compile '\(model.path)/model.ppl' -o '\(folder)/timed.so'"
    var times: (first: [Double], cached: [Double]) = ([], [])
    do {
      for _ in 0..<repetitions {
        guard try shell("rm -rf \(cache) && mkdir -p \(cache)") == 0 else {
          throw BenchFailure("\(cache) cannot be made")
        }
        times.first.append(try seconds(command))
        times.cached.append(try seconds(command))
      }
    } catch is BenchFailure {
      rows.append([model.folder, "-", "-", "-", "-"])
      continue
    }
    let (first, cached) = (median(times.first), median(times.cached))
    worst = (max(worst.first, first), max(worst.cached, cached))
    rows.append([
      model.folder, fixed(first, 3), fixed(cached, 3), fixed(first / compiler, 2), fixed(cached / compiler, 2),
    ])
  }
  print("\n`borel compile` from source text to library, process start included, medians of \(repetitions):")
  print("`cc` with the same flags takes \(fixed(compiler, 3)) s on an empty file.\n")
  printTable(rows)
  return [
    "\"compile_max_s\":\(fixed(worst.first, 3))", "\"compile_cached_max_s\":\(fixed(worst.cached, 3))",
    "\"compile_max_ratio_to_empty\":\(fixed(worst.first / compiler, 3))",
  ]
}

/// Wall-clock seconds of a shell command; throws where it fails.
private func seconds(_ command: String) throws -> Double {
  let start = wallTime()
  guard try shell("\(command) >/dev/null") == 0 else { throw BenchFailure("failed: \(command)") }
  return wallTime() - start
}
