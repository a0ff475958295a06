// A complex Fourier transform of a power of two, for autocovariances at many lags.

/// The transform of one length, with its table of roots of unity.
final class FourierTransform {
  let count: Int
  /// cos and -sin of 2πk/n for k < n/2.
  private let cosines: [Double]
  private let sines: [Double]

  /// `count` is a power of two.
  init(count: Int) {
    self.count = count
    cosines = (0..<count / 2).map { cosine(2 * .pi * Double($0) / Double(count)) }
    sines = (0..<count / 2).map { -sine(2 * .pi * Double($0) / Double(count)) }
  }

  /// Σⱼ xⱼ exp(-2πi jk/n) in place (Cooley & Tukey 1965, decimation in time).
  func transform(_ real: UnsafeMutablePointer<Double>, _ imaginary: UnsafeMutablePointer<Double>) {
    reverseBits(real, imaginary)
    var size = 2
    while size <= count {
      let half = size / 2
      let stride = count / size
      var start = 0
      while start < count {
        for k in 0..<half {
          let (c, s) = (cosines[k * stride], sines[k * stride])
          let (even, odd) = (start + k, start + k + half)
          let a = real[odd] * c - imaginary[odd] * s
          let b = real[odd] * s + imaginary[odd] * c
          real[odd] = real[even] - a
          imaginary[odd] = imaginary[even] - b
          real[even] += a
          imaginary[even] += b
        }
        start += size
      }
      size *= 2
    }
  }

  private func reverseBits(_ real: UnsafeMutablePointer<Double>, _ imaginary: UnsafeMutablePointer<Double>) {
    var reversed = 0
    for index in 1..<max(count, 1) {
      var bit = count >> 1
      while reversed & bit != 0 {
        reversed ^= bit
        bit >>= 1
      }
      reversed |= bit
      if index < reversed {
        (real[index], real[reversed]) = (real[reversed], real[index])
        (imaginary[index], imaginary[reversed]) = (imaginary[reversed], imaginary[index])
      }
    }
  }
}
