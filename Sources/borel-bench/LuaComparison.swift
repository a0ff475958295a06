// Times the virtual machine beside Lua 5.4, in interleaved rounds, and the costs of stopping and forking.

import BorelValues

/// The pairs of programs, with the size of the work.
private let pairs: [(name: String, work: Int)] = [
  ("arithmetic", 10_000_000), ("arrays", 8_000), ("calls", 31), ("closures", 800_000),
]
private let rounds = 7
private let limit = 1.5

/// Prints both tables; the figures for the closing JSON line, and whether they are within their limits.
func compareWithLua() throws -> Outcome {
  var rows: [[String]] = [["loop", "Borel (s)", "Lua 5.4 (s)", "ratio"]]
  var worst = 0.0
  var ratios: [(String, Double)] = []
  for pair in pairs {
    let program = try BenchProgram("\(pair.name).ppl")
    var own: [Double] = []
    var theirs: [Double] = []
    for _ in 0..<rounds {
      let mine = try program.time("bench", pair.work)
      let lua = try runLua("\(pair.name).lua", pair.work)
      guard agree(mine.result, lua.result) else {
        throw BenchFailure("\(pair.name): Borel computes \(mine.result), Lua \(lua.result)")
      }
      own.append(mine.seconds)
      theirs.append(lua.seconds)
    }
    let ratio = median(own) / median(theirs)
    worst = max(worst, ratio)
    ratios.append((pair.name, ratio))
    rows.append([pair.name, fixed(median(own), 3), fixed(median(theirs), 3), fixed(ratio, 2)])
  }
  print(
    "Medians of \(rounds) interleaved rounds, the same work on both sides, timed inside each process around the loop:")
  print("processor time of the calling thread for Borel, os.clock() for Lua.\n")
  printTable(rows)

  let suspension = try suspensionCost()
  let fork = try forkCosts()
  print("\nA stop at `sample` or `observe` and back: \(fixed(suspension.bare, 0)) ns;")
  print("with draw and log density of its distribution: \(fixed(suspension.scored, 0)) ns.")
  print(
    "A fork of a waiting machine that runs on: \(fixed(fork.small, 0)) ns with 10 elements, \(fixed(fork.large, 0)) ns with 1,000,000."
  )
  let forkRatio = fork.large / fork.small
  var fields = ["\"vm_vs_lua_max_ratio\":\(fixed(worst, 3))"]
  fields += ratios.map { "\"\($0.0)_ratio\":\(fixed($0.1, 3))" }
  fields += [
    "\"suspension_ns\":\(fixed(suspension.bare, 1))", "\"scored_suspension_ns\":\(fixed(suspension.scored, 1))",
    "\"fork_large_vs_small\":\(fixed(forkRatio, 3))",
  ]
  return Outcome(fields: fields, isWithinLimits: worst <= limit && forkRatio < 2)
}
