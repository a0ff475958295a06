// Autocovariances of centred chains at one lag after the other, averaged over the chains.

/// What Geyer's sequence asks for: Σₜ xₜ xₜ₊ₗ / n at lag l, averaged over chains of length n and mean zero.
protocol AutocovarianceSource {
  func average(lag: Int) -> Double
}

/// Of real numbers: sums of products at short lags, one Fourier transform for all lags once many are asked for.
final class RealAutocovariance: AutocovarianceSource {
  let chainCount: Int
  let length: Int
  /// The chains one behind the other; whoever fills them in calls `reset`.
  let centred: UnsafeMutablePointer<Double>
  private var transform: FourierTransform?
  private var all: [Double] = []
  /// From this lag on the transform is cheaper than products.
  private static let longLag = 64

  init(chainCount: Int, length: Int) {
    self.chainCount = chainCount
    self.length = length
    centred = .allocate(capacity: max(chainCount * length, 1))
  }

  deinit { centred.deallocate() }

  func reset() { all.removeAll(keepingCapacity: true) }

  func average(lag: Int) -> Double {
    let divisor = Double(length) * Double(chainCount)
    if lag >= Self.longLag {
      if all.isEmpty { transformAll() }
      return all[lag] / divisor
    }
    var total = 0.0
    for chain in 0..<chainCount {
      let x = centred + chain * length
      total += productSum(x, x + lag, count: length - lag)
    }
    return total / divisor
  }

  /// Σₜ xₜ xₜ₊ₗ of all chains at all lags. Two real chains make one complex series, whose autocorrelation has the sum of both as its
  /// real part; padding with zeros keeps the ends apart (Wiener-Khinchin).
  private func transformAll() {
    var size = 2
    while size < 2 * length { size *= 2 }
    let fourier = transform ?? FourierTransform(count: size)
    transform = fourier
    var power = [Double](repeating: 0, count: size)
    var real = power
    var imaginary = power
    real.withUnsafeMutableBufferPointer { real in
      imaginary.withUnsafeMutableBufferPointer { imaginary in
        guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
        for chain in stride(from: 0, to: chainCount, by: 2) {
          real.update(repeating: 0)
          imaginary.update(repeating: 0)
          re.update(from: centred + chain * length, count: length)
          if chain + 1 < chainCount { im.update(from: centred + (chain + 1) * length, count: length) }
          fourier.transform(re, im)
          for k in 0..<size { power[k] += re[k] * re[k] + im[k] * im[k] }
        }
        // The power is real: the real part of its transform is that of the inverse transform, but for the factor.
        re.update(from: power, count: size)
        imaginary.update(repeating: 0)
        fourier.transform(re, im)
      }
    }
    all = real[..<length].map { $0 / Double(size) }
  }
}

/// Σ x y in sixteen interleaved parts.
private func productSum(_ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>, count: Int) -> Double {
  var low = SIMD8<Double>.zero
  var high = SIMD8<Double>.zero
  var index = 0
  let (a, b) = (UnsafeRawPointer(x), UnsafeRawPointer(y))
  while index + 16 <= count {
    let offset = index * 8
    low +=
      a.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
      * b.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
    high +=
      a.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
      * b.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
    index += 16
  }
  var sum = (low + high).sum()
  while index < count {
    sum += x[index] * y[index]
    index += 1
  }
  return sum
}

/// Of indicators, 0 or 1, kept as bits: products are counted 64 at a time.
final class IndicatorAutocovariance: AutocovarianceSource {
  let chainCount: Int
  let length: Int
  private let wordCount: Int
  private let words: UnsafeMutablePointer<UInt64>
  private var means: [Double]

  init(chainCount: Int, length: Int) {
    self.chainCount = chainCount
    self.length = length
    // One word more than needed, so that a shift may read beyond the end.
    wordCount = (length + 63) / 64 + 1
    words = .allocate(capacity: wordCount * max(chainCount, 1))
    words.initialize(repeating: 0, count: wordCount * max(chainCount, 1))
    means = Array(repeating: 0, count: chainCount)
  }

  deinit { words.deallocate() }

  /// Sets a chain to x ≤ bound.
  func set(chain: Int, _ x: UnsafePointer<Double>, atMost bound: Double) {
    let target = words + chain * wordCount
    var total = 0
    for word in 0..<(wordCount - 1) {
      var bits: UInt64 = 0
      let start = word * 64
      for bit in 0..<min(64, length - start) where x[start + bit] <= bound { bits |= 1 << UInt64(bit) }
      target[word] = bits
      total += bits.nonzeroBitCount
    }
    means[chain] = Double(total) / Double(length)
  }

  func mean(chain: Int) -> Double { means[chain] }

  /// Σ (xₜ - m)(xₜ₊ₗ - m) = #(xₜ = xₜ₊ₗ = 1) - m (#first + #last) + (n - l) m²
  func average(lag: Int) -> Double {
    var total = 0.0
    let (skip, shift) = (lag / 64, UInt64(lag % 64))
    for chain in 0..<chainCount {
      let x = words + chain * wordCount
      var (both, first, last) = (0, 0, 0)
      for word in 0..<(wordCount - 1) where word * 64 < length - lag {
        let left = length - lag - word * 64
        let mask: UInt64 = left >= 64 ? .max : (1 << UInt64(left)) - 1
        let head = x[word] & mask
        var tail = x[word + skip] >> shift
        if shift > 0 { tail |= x[word + skip + 1] << (64 - shift) }
        tail &= mask
        both += (head & tail).nonzeroBitCount
        first += head.nonzeroBitCount
        last += tail.nonzeroBitCount
      }
      let mean = means[chain]
      total += Double(both) - mean * Double(first + last) + Double(length - lag) * mean * mean
    }
    return total / (Double(length) * Double(chainCount))
  }
}
