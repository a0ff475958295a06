// Times Borel beside others: `vm` the virtual machine beside Lua, `gradients` compiled models beside hand-written C; both by
// default. `data FOLDER` writes the data of the gradient benchmarks, `points MODEL DATA POINTS` times one gradient. The last line
// is JSON.

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch arguments.first {
  case "data" where arguments.count == 2:
    try writeBenchmarkData(to: arguments[1])
  case "points" where arguments.count == 4:
    try printGradientAtPoints(model: arguments[1], data: arguments[2], points: arguments[3])
  case nil: finish([try compareWithLua(), try compareWithExperts()])
  case "vm" where arguments.count == 1: finish([try compareWithLua()])
  case "gradients": finish([try compareWithExperts(only: Array(arguments.dropFirst()))])
  default: throw BenchFailure("usage: borel-bench [vm | gradients [MODEL...] | data FOLDER | points MODEL DATA POINTS]")
  }
} catch {
  print("borel-bench: \(error)")
  leave(1)
}
