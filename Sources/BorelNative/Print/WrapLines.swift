// Breaks long lines of C before an operator or after a comma, outside as many parentheses as possible.

/// The lines of one statement at the given depth, each at most 110 columns where there is a place to break.
func wrapped(_ text: String, indent: Int) -> [String] {
  let margin = String(repeating: " ", count: 2 * indent)
  let limit = 110
  var lines: [String] = []
  var rest = Substring(text)
  var lead = margin
  while lead.utf8.count + rest.utf8.count > limit, let cut = breakPoint(rest, within: limit - lead.utf8.count) {
    lines.append(lead + rest[..<cut])
    rest = rest[cut...].drop(while: { $0 == " " })
    lead = margin + "    "
  }
  lines.append(lead + rest)
  return lines
}

/// The last place before `width` at the least depth of parentheses where the line may go on below.
private func breakPoint(_ text: Substring, within width: Int) -> Substring.Index? {
  var depth = 0
  var best: (depth: Int, place: Substring.Index)?
  var column = 0
  var index = text.startIndex
  while index < text.endIndex, column < width {
    let character = text[index]
    let next = text.index(after: index)
    switch character {
    case "(", "[": depth += 1
    case ")", "]": depth -= 1
    case " " where column > 24 && next < text.endIndex:
      let isOperator = "+-*/<>=!&|?:".contains(text[next]) && !text[..<index].hasSuffix(",")
      let followsComma = text[text.startIndex..<index].hasSuffix(",")
      let isAssignment = text[next...].hasPrefix("= ") || text[next...].prefix(3).hasSuffix("= ")
      if isOperator && !isAssignment || followsComma, best.map({ depth <= $0.depth }) ?? true { best = (depth, index) }
    default: break
    }
    column += 1
    index = next
  }
  return best?.place
}
