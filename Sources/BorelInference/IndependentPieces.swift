// Independent pieces of work by number, in blocks on several threads, as far as a cancellation lets them come.

import BorelSemantics

/// `body` for each number of a range, in order; number i draws from `random.child(i)`.
///
/// After a cancellation only the results before the first missing one are kept, so that there are fewer than numbers.
func independentResults<Result: Sendable, Source: RandomSource>(
  _ numbers: Range<Int>, random: Source, control: RunControl,
  _ body: @escaping @Sendable (inout Source) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  let blockSize = 32
  let blocks = try parallelMap((numbers.count + blockSize - 1) / blockSize, threads: control.threads) {
    block throws(Failure) in
    var results: [Result] = []
    let start = numbers.lowerBound + block * blockSize
    for number in start..<min(start + blockSize, numbers.upperBound) {
      if control.isCancelled() { break }
      var random = random.child(UInt64(number))
      results.append(try body(&random))
    }
    return results
  }
  var results: [Result] = []
  results.reserveCapacity(numbers.count)
  for (block, part) in blocks.enumerated() {
    results.append(contentsOf: part)
    if results.count < min((block + 1) * blockSize, numbers.count) { break }
  }
  return results
}
