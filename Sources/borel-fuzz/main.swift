// Parses the given files and prints their trees, diagnostics and times.

import BorelSource
import BorelSyntax
import Glibc

var sources = SourceMap()
for path in CommandLine.arguments.dropFirst() {
  guard let handle = fopen(path, "rb") else { continue }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, handle)
    if count <= 0 { break }
    bytes += buffer[0..<count]
  }
  let id = sources.add(SourceFile(name: path, utf8: bytes))
  let clock = ContinuousClock()
  let start = clock.now
  let result = parse(id, in: sources)
  let elapsed = clock.now - start
  if bytes.count < 20000 { print(dumpTree(result.tree)) }
  for diagnostic in result.diagnostics { print(render(diagnostic, in: sources)) }
  if let text = format(result, of: sources[id]) {
    if bytes.count < 20000 { print(text) }
    let f2 = sources.add(SourceFile(name: "fmt", text: text))
    let r2 = parse(f2, in: sources)
    print("same ast:", r2.tree.isSame(as: result.tree), "idempotent:", format(r2, of: sources[f2]) == text, "comments:", r2.comments.count == result.comments.count)
    for diagnostic in r2.diagnostics { print(render(diagnostic, in: sources)) }
  }
  print(elapsed, result.isIncomplete)
}
