// The digest by which a run knows the texts of its model and data again.

/// SHA-256 (National Institute of Standards and Technology 2015, FIPS 180-4).
public func sha256(_ bytes: [UInt8]) -> String {
  var state: [UInt32] = squareRootBits
  var message = bytes
  message.append(0x80)
  while message.count % 64 != 56 { message.append(0) }
  let bitCount = UInt64(bytes.count) &* 8
  for shift in stride(from: 56, through: 0, by: -8) {
    message.append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift)))
  }
  var words = [UInt32](repeating: 0, count: 64)
  message.withUnsafeBufferPointer { message in
    words.withUnsafeMutableBufferPointer { words in
      cubeRootBits.withUnsafeBufferPointer { constants in
        for block in stride(from: 0, to: message.count, by: 64) { mix(message, block, words, constants, &state) }
      }
    }
  }
  return state.map { word in
    let text = String(word, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }.joined()
}

/// One block of 64 bytes.
private func mix(
  _ message: UnsafeBufferPointer<UInt8>, _ block: Int, _ words: UnsafeMutableBufferPointer<UInt32>,
  _ constants: UnsafeBufferPointer<UInt32>, _ state: inout [UInt32]
) {
  for index in 0..<16 {
    let place = block + 4 * index
    words[index] =
      UInt32(message[place]) << 24 | UInt32(message[place + 1]) << 16 | UInt32(message[place + 2]) << 8
      | UInt32(message[place + 3])
  }
  for index in 16..<64 {
    let a = words[index - 15]
    let b = words[index - 2]
    let first = rotated(a, 7) ^ rotated(a, 18) ^ (a >> 3)
    let second = rotated(b, 17) ^ rotated(b, 19) ^ (b >> 10)
    words[index] = words[index - 16] &+ first &+ words[index - 7] &+ second
  }
  var (a, b, c, d) = (state[0], state[1], state[2], state[3])
  var (e, f, g, h) = (state[4], state[5], state[6], state[7])
  for index in 0..<64 {
    let choice = (e & f) ^ (~e & g)
    let majority = (a & b) ^ (a & c) ^ (b & c)
    let first = h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice &+ constants[index] &+ words[index]
    let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
    (h, g, f, e) = (g, f, e, d &+ first)
    (d, c, b, a) = (c, b, a, first &+ second)
  }
  for (index, value) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ value }
}

private func rotated(_ x: UInt32, _ count: UInt32) -> UInt32 { x >> count | x << (32 - count) }

/// The first 64 primes.
private let primes: [UInt64] = {
  var primes: [UInt64] = []
  var candidate: UInt64 = 2
  while primes.count < 64 {
    if primes.allSatisfy({ candidate % $0 != 0 }) { primes.append(candidate) }
    candidate += 1
  }
  return primes
}()

/// 32 bits behind the point of the square roots of the first eight primes.
private let squareRootBits: [UInt32] = primes.prefix(8).map { prime in
  fractionBits { root in
    // root² against prime · 2^64
    let (high, _) = root.multipliedFullWidth(by: root)
    return high < prime
  }
}

/// 32 bits behind the point of the cube roots of the first 64 primes.
private let cubeRootBits: [UInt32] = primes.map { prime in
  fractionBits { root in
    // root³ against prime · 2^96, with root below 2^36
    let square = root.multipliedFullWidth(by: root)
    let low = square.low.multipliedFullWidth(by: root)
    let (middle, carry) = (square.high &* root).addingReportingOverflow(low.high)
    return !carry && middle < prime << 32
  }
}

/// The low 32 bits of the largest number of 36 bits for which `isBelow` holds.
private func fractionBits(_ isBelow: (UInt64) -> Bool) -> UInt32 {
  var root: UInt64 = 0
  for bit in (0..<37).reversed() where isBelow(root | 1 << UInt64(bit)) { root |= 1 << UInt64(bit) }
  return UInt32(truncatingIfNeeded: root)
}
