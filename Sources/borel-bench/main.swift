// Times Borel beside others: `vm` the virtual machine beside Lua, `gradients` compiled models beside hand-written C; both by
// default. `data FOLDER` writes the data of the gradient benchmarks. The last line is JSON.

do {
  let arguments = Array(CommandLine.arguments.dropFirst())
  switch arguments.first {
  case "data" where arguments.count == 2:
    try writeBenchmarkData(to: arguments[1])
  case nil: finish([try compareWithLua(), try compareWithExperts()])
  case "vm" where arguments.count == 1: finish([try compareWithLua()])
  case "gradients": finish([try compareWithExperts(only: Array(arguments.dropFirst()))])
  default: throw BenchFailure("usage: borel-bench [vm | gradients [MODEL...] | data FOLDER]")
  }
} catch {
  print("borel-bench: \(error)")
  leave(1)
}
