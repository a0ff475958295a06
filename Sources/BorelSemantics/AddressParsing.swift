// Reads addresses as users write them: `mu`, `theta[3]`, `leaf[2]/x`, `f(3)/sample#1`.

extension Address {
  /// The address with this text, or nil where it is not one. Blanks around indices are allowed.
  public init?(parsing text: some StringProtocol) {
    var scope: AddressScope?
    var address: Address?
    for segment in Address.segments(of: text) {
      if let address { scope = AddressScope(address) }
      guard let (name, indices) = Address.nameAndIndices(segment) else { return nil }
      address = Address(AddressName(name), indices, in: scope)
    }
    guard let address else { return nil }
    self = address
  }

  /// The parts between slashes that do not stand inside brackets or quotes.
  private static func segments(of text: some StringProtocol) -> [String] {
    var segments = [""]
    var depth = 0
    var isQuoted = false
    var isEscaped = false
    for character in text {
      if character == "\"", !isEscaped { isQuoted.toggle() }
      isEscaped = isQuoted && character == "\\" && !isEscaped
      if !isQuoted {
        if "([{".contains(character) { depth += 1 }
        if ")]}".contains(character) { depth -= 1 }
        if character == "/", depth == 0 {
          segments.append("")
          continue
        }
      }
      segments[segments.count - 1].append(character)
    }
    return segments
  }

  private static func nameAndIndices(_ segment: String) -> (String, AddressIndices)? {
    guard segment.last == "]" else { return segment.isEmpty ? nil : (segment, .none) }
    guard let open = segment.lastIndex(of: "["), open != segment.startIndex else { return nil }
    var indices: [Int] = []
    let inside = segment[segment.index(after: open)...].dropLast()
    for part in inside.split(separator: ",", omittingEmptySubsequences: false) {
      guard let index = Int(String(part.filter { $0 != " " })) else { return nil }
      indices.append(index)
    }
    return (String(segment[..<open]), AddressIndices(indices))
  }
}
