// Functions of the C library under names that do not clash, and the few products of vectors that everything here needs.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

func exponential(_ x: Double) -> Double { exp(x) }
func logarithm(_ x: Double) -> Double { log(x) }

/// log 2π
let logTwoPi = 1.837_877_066_409_345_5

func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for i in 0..<min(a.count, b.count) { sum += a[i] * b[i] }
  return sum
}

func norm(_ a: [Double]) -> Double { dot(a, a).squareRoot() }

func difference(_ a: [Double], _ b: [Double]) -> [Double] {
  var result = a
  for i in 0..<min(a.count, b.count) { result[i] -= b[i] }
  return result
}

/// a + t b
func moved(_ a: [Double], by t: Double, along b: [Double]) -> [Double] {
  var result = a
  for i in 0..<min(a.count, b.count) { result[i] += t * b[i] }
  return result
}
