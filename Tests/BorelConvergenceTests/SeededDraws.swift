// The draws of reference/cases.py, bit for bit: only + - * / and comparisons make them.

/// xorshift64; numbers in [0, 1) with 53 bits.
struct SeededUniforms {
  private var state: UInt64

  init(seed: Int) {
    state = UInt64(seed) &* 2_654_435_761 &+ 88_172_645_463_325_252
    for _ in 0..<8 { _ = next() }
  }

  mutating func next() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state >> 11) * 0x1p-53
  }

  /// Nearly normal with variance 1.
  mutating func bell() -> Double {
    var total = 0.0
    for _ in 0..<12 { total += next() }
    return total - 6
  }
}

/// One array of draws for each chain; nil for an unknown kind.
func seededDraws(_ kind: String, chains: Int, length: Int, seed: Int) -> [[Double]]? {
  var u = SeededUniforms(seed: seed)
  var result: [[Double]] = []
  for chain in 0..<chains {
    var x = 0.0
    var column: [Double] = []
    for t in 0..<length {
      switch kind {
      case "iid": x = u.bell()
      case "slow": x = 0.9 * x + u.bell()
      case "crawling": x = 0.995 * x + u.bell()
      case "alternating": x = -0.6 * x + u.bell()
      case "heavy":
        let top = u.next() - 0.5
        let first = u.next()
        x = top / (first * u.next())
      case "coin": x = u.next() < 0.3 ? 1 : 0
      case "counts":
        let first = u.next()
        x = Double(Int(6.0 * first * u.next()))
      case "constant": x = 0.1
      case "stuck": x = chain == 0 ? 2 : u.bell()
      case "apart": x = 3.0 * Double(chain) + u.bell()
      case "drifting": x = 0.01 * Double(t) + u.bell()
      case "far": x = 1.0e8 + u.bell()
      case "tiny": x = 1.0e-150 * u.bell()
      case "infinite": x = u.next() < 0.02 ? .infinity : u.bell()
      case "both-infinite": x = u.next() < 0.6 ? .infinity : -.infinity
      case "missing": x = chain == 0 && t == length / 2 ? .nan : u.bell()
      case "clustered": x = t == 0 && chain == 0 ? 1.0e60 : 1.0 + 1.0e-13 * u.next()
      case "ties": x = Double(Int(40.0 * u.bell())) / 8.0
      default: return nil
      }
      column.append(x)
    }
    result.append(column)
  }
  return result
}

/// For each observation the log likelihoods of all draws, chain after chain.
func seededLikelihoods(_ kind: String, chains: Int, length: Int, observations: Int, seed: Int) -> [[Double]]? {
  var u = SeededUniforms(seed: seed)
  guard
    let thetas = seededDraws(kind == "slow" ? "slow" : "iid", chains: chains, length: length, seed: seed + 1)?
      .flatMap({ $0 })
  else { return nil }
  return (0..<observations).map { i in
    var y = 2 * u.bell()
    if kind == "outliers", i % 5 == 0 { y *= 4 }
    if kind == "flat", i == 0 { return thetas.map { _ in -1.25 } }
    let scale = kind == "sharp" ? 0.3 : 1.0
    return thetas.map { t in
      let z = (y - 0.5 * t) / scale
      let half = 0.5 * z
      return -0.918938533204672742 - half * z
    }
  }
}
