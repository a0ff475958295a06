// Times a compiled model's gradient at given points and prints its values there, for the comparison with peers.

import Borel

private let batches = 31
private let secondsPerBatch = 0.016

/// Prints one line of JSON, as peers/time_bridgestan.c does: microseconds per evaluation at the first point (the least of 31
/// batches), and log densities and gradients at all points. The points' file has their number, the dimension and the numbers.
func printGradientAtPoints(model: String, data: String, points path: String) throws {
  let native: NativeGradient
  do throws(BorelError) {
    native = try Model(contentsOf: model).bind(files: [data]).nativeGradient()
  } catch {
    throw BenchFailure(error.description)
  }
  let numbers = try readText(path).split { $0 == " " || $0 == "\n" }.compactMap { Double($0) }
  guard numbers.count > 2 else { throw BenchFailure("\(path) has no points") }
  let (count, n) = (Int(numbers[0]), Int(numbers[1]))
  guard n == native.dimension, numbers.count == 2 + count * n else {
    throw BenchFailure("\(path) is not for \(native.dimension) unconstrained parameters")
  }
  let points = (0..<count).map { Array(numbers[(2 + $0 * n)..<(2 + ($0 + 1) * n)]) }
  var gradient = [Double](repeating: 0, count: n)

  func seconds(_ repetitions: Int) -> Double {
    let start = wallTime()
    for _ in 0..<repetitions { _ = native.evaluate(at: points[0], gradient: &gradient) }
    return (wallTime() - start) / Double(repetitions)
  }
  var repetitions = 1
  while seconds(repetitions) * Double(repetitions) < secondsPerBatch { repetitions *= 2 }
  let least = (0..<batches).reduce(Double.infinity) { least, _ in min(least, seconds(repetitions)) }

  var values: [String] = []
  var gradients: [String] = []
  for point in points {
    values.append("\(native.evaluate(at: point, gradient: &gradient))")
    gradients.append("[\(gradient.map(\.description).joined(separator: ", "))]")
  }
  print(
    "{\"us\": \(1e6 * least), \"lp\": [\(values.joined(separator: ", "))], "
      + "\"gradient\": [\(gradients.joined(separator: ", "))]}")
}
