// Did you mean: the known name that is nearest to a misspelt one.

/// The candidate nearest to a name by Damerau-Levenshtein distance, if it is near enough.
///
/// One slip is allowed in names of three letters or more, two from six, three from ten; a difference in
/// case alone always matches. Among equals the first in alphabetical order wins.
public func closestMatch(to name: String, among candidates: some Sequence<String>) -> String? {
  let length = name.unicodeScalars.count
  let limit = length < 3 ? 0 : length < 6 ? 1 : length < 10 ? 2 : 3
  let wanted = Array(name.unicodeScalars)
  let folded = name.lowercased()
  var best: (distance: Int, candidate: String)?
  for candidate in candidates where candidate != name {
    let distance: Int
    if candidate.lowercased() == folded {
      distance = 0
    } else {
      guard limit > 0, abs(candidate.utf8.count - name.utf8.count) <= 4 * limit else { continue }
      distance = editDistance(wanted, Array(candidate.unicodeScalars), limit: limit)
      guard distance <= limit, distance < candidate.unicodeScalars.count else { continue }
    }
    if let best, (best.distance, best.candidate) <= (distance, candidate) { continue }
    best = (distance, candidate)
  }
  return best?.candidate
}

/// The number of insertions, deletions, substitutions and swaps of neighbours between two words (the optimal
/// string alignment form of Damerau 1964), or anything above `limit` once it is exceeded.
func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar], limit: Int) -> Int {
  if abs(a.count - b.count) > limit { return limit + 1 }
  if a.isEmpty || b.isEmpty { return max(a.count, b.count) }
  var before = [Int](repeating: 0, count: b.count + 1)
  var previous = Array(0...b.count)
  var current = before
  for i in 1...a.count {
    current[0] = i
    var smallest = i
    for j in 1...b.count {
      let substitution = previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
      var distance = min(previous[j] + 1, current[j - 1] + 1, substitution)
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] {
        distance = min(distance, before[j - 2] + 1)
      }
      current[j] = distance
      smallest = min(smallest, distance)
    }
    if smallest > limit { return limit + 1 }
    (before, previous, current) = (previous, current, before)
  }
  return previous[b.count]
}
