// The random numbers of the fuzzer: program number i of a seed is the same in every process.

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct FuzzRandom: RandomNumberGenerator {
  private var state: UInt64

  /// The stream of one program.
  init(seed: UInt64, program: UInt64) {
    state = seed &* 0x9E37_79B9_7F4A_7C15 ^ program &* 0xD1B5_4A32_D192_ED03
    _ = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number in 0..<bound; 0 when there is none.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? Int(next() >> 1) % bound : 0 }

  mutating func chance(_ numerator: Int, in denominator: Int) -> Bool { below(denominator) < numerator }

  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}
