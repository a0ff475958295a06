// The printer behind `--dump tokens`.

import BorelSource

/// One line per token: `line:column kind text`; a line break that ends a statement is shown as `newline`.
public func dumpTokens(_ file: FileID, in sources: SourceMap) -> String {
  let lexed = lex(file, in: sources)
  let source = sources[file]
  var out = ""
  var line = 0
  for token in lexed.tokens {
    let start = Int(token.start)
    while line + 1 < source.lineStarts.count, source.lineStarts[line + 1] <= start { line += 1 }
    if token.startsStatement, token.kind != .endOfFile { out += "newline\n" }
    let column = start - source.lineStarts[line] + 1
    let text = source.text(of: token.span(in: file))
    out += "\(line + 1):\(column) \(token.kind)"
    if token.kind != .endOfFile { out += " " + text }
    out += "\n"
  }
  return out
}
