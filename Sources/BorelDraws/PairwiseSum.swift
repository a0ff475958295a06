// Sums whose rounding error grows with the logarithm of their length.

/// Σ x by halves down to blocks of 128, which are summed in eight interleaved parts.
public func pairwiseSum(_ x: UnsafePointer<Double>, count: Int) -> Double {
  if count < 8 {
    var sum = 0.0
    for index in 0..<max(count, 0) { sum += x[index] }
    return sum
  }
  if count <= 128 {
    var parts = UnsafeRawPointer(x).loadUnaligned(as: SIMD8<Double>.self)
    var index = 8
    while index + 8 <= count {
      parts += UnsafeRawPointer(x + index).loadUnaligned(as: SIMD8<Double>.self)
      index += 8
    }
    var sum = ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]))
    while index < count {
      sum += x[index]
      index += 1
    }
    return sum
  }
  let half = count / 2 & ~7
  return pairwiseSum(x, count: half) + pairwiseSum(x + half, count: count - half)
}

/// Σ x by halves; see `pairwiseSum(_:count:)`.
public func pairwiseSum(_ x: [Double]) -> Double {
  x.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { pairwiseSum($0, count: buffer.count) } ?? 0 }
}
