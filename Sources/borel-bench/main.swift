// Times Borel beside others: `vm` the virtual machine beside Lua, `gradients` compiled models beside hand-written C; both by
// default. `posteriordb` compares samples of posteriors with references. `data FOLDER` writes the data of the gradient benchmarks,
// `points MODEL DATA POINTS` times one gradient. The last line is JSON.

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch arguments.first {
  case "data" where arguments.count == 2:
    try writeBenchmarkData(to: arguments[1])
  case "points" where arguments.count == 4:
    try printGradientAtPoints(model: arguments[1], data: arguments[2], points: arguments[3])
  case nil: finish([try compareWithLua(), try compareWithExperts()])
  case "vm" where arguments.count == 1: finish([try compareWithLua()])
  case "posteriordb": finish([try comparePosteriors(Array(arguments.dropFirst()))])
  case "gradients": finish([try compareWithExperts(only: Array(arguments.dropFirst()))])
  default:
    throw BenchFailure(
      "usage: borel-bench [vm | gradients [MODEL...] | posteriordb [NAME...] | data FOLDER | points MODEL DATA POINTS]")
  }
} catch {
  print("borel-bench: \(error)")
  leave(1)
}
