// The few functions of the C library that convergence needs.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }
func logarithmOfOnePlus(_ x: Double) -> Double { log1p(x) }
func exponentialMinusOne(_ x: Double) -> Double { expm1(x) }
func decimalLogarithm(_ x: Double) -> Double { log10(x) }
func decimalExponent(_ x: Double) -> Int { x > 0 && x.isFinite ? Int(floor(log10(x))) : 0 }
func cosine(_ x: Double) -> Double { cos(x) }
func sine(_ x: Double) -> Double { sin(x) }

/// `%.*f` or `%.*e`.
func formatted(_ x: Double, decimals: Int, scientific: Bool = false) -> String {
  var buffer = [CChar](repeating: 0, count: 400)
  let written = withVaList([Int32(decimals), x]) {
    vsnprintf(&buffer, buffer.count, scientific ? "%.*e" : "%.*f", $0)
  }
  let count = max(0, min(Int(written), buffer.count - 1))
  return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
