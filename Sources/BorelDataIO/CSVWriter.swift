// Draws as CSV: a row per draw, a column per element.

import BorelDraws

/// Draws as CSV text: `chain` and `draw` count from 0, then `log_weight` where the draws are weighted, the sampler's statistics
/// and the elements of the variables. Numbers have the shortest form that reads back exactly; what a draw does not have is empty.
public func csvText(_ draws: Draws) -> [UInt8] {
  var text = ByteText()
  text.append("chain,draw")
  if draws.logWeights != nil { text.append(",log_weight") }
  let variables = draws.statistics + draws.variables
  for variable in variables {
    for offset in 0..<variable.count {
      text.append(",")
      text.append(csvField(variable.elementName(offset)))
    }
  }
  text.append("\n")
  let count = draws.count
  for chain in 0..<draws.chainCount {
    let range = draws.chainRange(chain)
    for draw in range {
      text.append("\(chain),\(draw - range.lowerBound)")
      if let logWeights = draws.logWeights {
        text.append(",")
        text.append(csvNumber(logWeights[draw]))
      }
      for variable in variables {
        for column in variable.columns {
          text.append(",")
          let value = draws.storage[column * count + draw]
          if value.isNaN { continue }
          if variable.kind == .text, let code = Int(exactly: value), variable.labels.indices.contains(code) {
            text.append(csvField(variable.labels[code]))
          } else if value.isInfinite {
            text.append(csvNumber(value))
          } else {
            text.append(value, variable.kind)
          }
        }
      }
      text.append("\n")
    }
  }
  return text.bytes
}

private func csvNumber(_ x: Double) -> String {
  x.isInfinite ? (x < 0 ? "-inf" : "inf") : x.description
}

/// Quoted where the text holds a separator, a quote, a line break, or nothing.
private func csvField(_ text: String) -> String {
  let needsQuotes =
    text.isEmpty || text.first == " " || text.last == " "
    || text.unicodeScalars.contains { ",\";\t\n\r#".unicodeScalars.contains($0) }
  guard needsQuotes else { return text }
  return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
}

/// Writes draws: JSON where the name ends in `.json`, CSV otherwise and to standard output (`-`).
public func writeDraws(_ draws: Draws, to path: String) throws(DataFailure) {
  let isJSON = path.lowercased().hasSuffix(".json")
  try writeFile(isJSON ? jsonText(draws) : csvText(draws), to: OutputTarget(path: path))
}
