// An independent product of listed elements: what a combination of a product's elements is.

import BorelSemantics
import BorelValues

/// Independent elements that need not be alike, in row-major order.
struct ElementProduct: ElementwiseCombination {
  let parts: [DistributionObject]
  let outerShape: [Int]
  let text: String

  var count: Int { parts.count }
  var name: String { parts.first?.name ?? "product" }
  var isDiscrete: Bool { parts.first?.isDiscrete ?? false }

  /// One stands for all: they are made alike.
  var components: [DistributionObject] { Array(parts.prefix(1)) }

  func element(_ offset: Int) -> DistributionObject { parts[offset] }

  var elements: IndependentElements? {
    IndependentElements(shape: outerShape, element: { [parts] in parts[$0] })
  }

  /// Applies a combination to a distribution, or to each element of an independent product.
  static func map(
    _ base: DistributionObject, name: String,
    _ combine: (DistributionObject) throws(Failure) -> any DistributionCombination
  ) throws(Failure) -> DistributionObject {
    guard let elements = base.elements else { return DistributionObject(try combine(base)) }
    var parts: [DistributionObject] = []
    for offset in 0..<elements.shape.reduce(1, &*) {
      parts.append(try map(elements.element(offset), name: name, combine))
    }
    return DistributionObject(
      ElementProduct(parts: parts, outerShape: elements.shape, text: "\(name)(\(base.text), ...)"))
  }
}
