// Weights in log space and equality of values.

import BorelSemantics
import BorelValues
import Testing

@Suite struct WeightTests {
  @Test func sumsWithoutOverflow() {
    // log(exp(1000) + exp(1000)) = 1000 + log 2; the tolerance is one unit in the last place of 1000.
    #expect(abs(logSumExp([1000.0, 1000]) - 1000.693147180559945) < 1.2e-13)
    #expect(logSumExp([-1e6, 0.0]) == 0)
    #expect(logSumExp([-Double.infinity, -Double.infinity]) == -.infinity)
    #expect(logSumExp([Double]()) == -.infinity)
    #expect(logSumExp([0.0, Double.infinity]) == .infinity)
    #expect(logSumExp([0.0, Double.nan]).isNaN)
    #expect(logMeanExp([3.0, 3, 3]) == 3)
  }

  @Test func runningSumAgrees() {
    let weights: [Double] = [-3, -.infinity, 700, 699.5, -1e300, 0.25, 712.5]
    var sum = LogSum()
    for weight in weights { sum.add(weight) }
    #expect(abs(sum.value - logSumExp(weights)) < 1e-12)
    #expect(LogSum().value == -.infinity)
    sum.add(.nan)
    #expect(sum.value.isNaN)
  }

  @Test func effectiveSize() throws {
    #expect(effectiveSampleSize(ofLogarithms: [5, 5, 5, 5]) == 4)
    #expect(effectiveSampleSize(ofLogarithms: [900, -.infinity, 0]) == 1)
    #expect(effectiveSampleSize(ofLogarithms: [-.infinity]) == 0)
    #expect(normalizedWeights(ofLogarithms: [-.infinity, -.infinity]) == nil)
    #expect(normalizedWeights(ofLogarithms: [1e5, 1e5]) == [0.5, 0.5])
  }

  @Test func valuesAsKeys() {
    let equal: [(Value, Value)] = [
      (.real(0), .real(-0.0)), (.real(.nan), .real(.nan)), (.array([1.0, .nan]), .array([1.0, .nan])),
      (.list([.int(1), .string("a")]), .list([.int(1), .string("a")])),
      (.record([("a", .tuple([.null]))]), .record([("a", .tuple([.null]))])),
    ]
    for (a, b) in equal {
      #expect(ValueKey(a) == ValueKey(b))
      #expect(ValueKey(a).hashValue == ValueKey(b).hashValue)
    }
    let different: [(Value, Value)] = [
      (.int(1), .real(1)), (.int(1), .bool(true)), (.array([1, 2]), .array([1.0, 2.0])),
      (.array([1, 2]), .array([2, 1])),
      (.list([.int(1)]), .tuple([.int(1)])), (.record([("a", .int(1))]), .record([("b", .int(1))])),
      (.array([1, 2, 3, 4]), .array([1, 2, 3, 4], shape: [2, 2])), (.list([.int(1)]), .list([.int(1), .int(1)])),
    ]
    for (a, b) in different { #expect(ValueKey(a) != ValueKey(b)) }
  }

  @Test func deeplyNestedValuesAreComparedWithoutRecursion() {
    func nested() -> Value { (0..<100_000).reduce(Value.int(0)) { value, _ in .list([value]) } }
    let (a, b) = (nested(), nested())
    #expect(ValueKey(a) == ValueKey(b))
    // Taken apart level by level: the release of a nested list is recursive.
    for var value in [a, b] {
      while let list = value.asObject as? ListObject { value = list.elements[0]; list.elements = [] }
    }
  }
}
