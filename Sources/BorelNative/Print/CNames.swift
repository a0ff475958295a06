// Names of C variables: the program's own where they can stand in C, unique among those in scope.

/// The names in use, a set per open block.
struct CNames {
  private var scopes: [Set<String>] = [reservedNames]

  mutating func open() { scopes.append([]) }
  mutating func close() { scopes.removeLast() }

  /// A name like the wanted one that nothing in scope has.
  mutating func declare(_ wanted: String) -> String {
    let base = cIdentifier(wanted)
    var name = base
    var count = 1
    while scopes.contains(where: { $0.contains(name) }) {
      count += 1
      name = "\(base)_\(count)"
    }
    scopes[scopes.count - 1].insert(name)
    return name
  }
}

/// Letters, digits and underscores only, starting with a letter, and nothing that starts like a name of the support code.
func cIdentifier(_ name: String) -> String {
  var text = ""
  for scalar in name.unicodeScalars {
    switch scalar {
    case "a"..."z", "A"..."Z", "0"..."9", "_": text.unicodeScalars.append(scalar)
    case "'": text += "_prime"
    default:
      if !text.isEmpty, text.last != "_" { text += "_" }
      if let letter = greekLetters[scalar] {
        text += letter
      } else if scalar.isASCII {
        break
      } else {
        text += "u" + String(scalar.value, radix: 16)
      }
    }
  }
  while text.first == "_" { text.removeFirst() }
  while text.count > 1, text.last == "_" { text.removeLast() }
  guard let first = text.first else { return "t" }
  if first.isNumber { text = "v" + text }
  if text.hasPrefix("bm_") || text.hasPrefix("borel_") { text = "v_" + text }
  return text.count > 48 ? String(text.prefix(48)) : text
}

private let greekLetters: [Unicode.Scalar: String] = {
  let lower = [
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi",
    "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
  ]
  var letters: [Unicode.Scalar: String] = [:]
  for (place, name) in lower.enumerated() {
    if let small = Unicode.Scalar(0x3B1 + UInt32(place)) { letters[small] = name }
    if let capital = Unicode.Scalar(0x391 + UInt32(place)), place != 17 {
      letters[capital] = (name.first.map { String($0).uppercased() } ?? "") + name.dropFirst()
    }
  }
  return letters
}()

/// Words of C and of the GNU dialect, what the support code names without a prefix, and the printer's own variables.
private let reservedNames: Set<String> = Set(
  """
  auto break case char const continue default do double else enum extern float for goto if inline int long register
  restrict return short signed sizeof static struct switch typedef union unsigned void volatile while asm typeof
  linux unix i386 main
  m rt lp failed status value workspace mark model runtime
  sqrt fabs floor ceil trunc round fma fmod square
  """.split(whereSeparator: \.isWhitespace).map(String.init))
