// iid(d, n): independent copies of one distribution.

import BorelSemantics
import BorelValues

/// n independent draws from one distribution, as an array of the given shape (and behind it that of one draw).
struct Repetition: ElementwiseCombination {
  let base: DistributionObject
  let outerShape: [Int]
  let count: Int

  var components: [DistributionObject] { [base] }

  /// `size` is a count or a shape, an array of counts.
  init(_ base: DistributionObject, size: Value) throws(Failure) {
    var shape: [Int] = []
    switch size {
    case .int(let n): shape = [n]
    case .object(let object):
      guard let array = object as? ArrayObject, array.kind == .int, array.rank == 1, array.count > 0 else {
        fallthrough
      }
      shape = (0..<array.count).map { Int(Int64(bitPattern: array.storage[$0])) }
    default:
      throw .user(code: "wrong-type", "`n` of iid must be an Int or an array of sizes, got \(size.kindDescription)")
    }
    if let negative = shape.first(where: { $0 < 0 }) {
      throw .user(code: "invalid-argument", "`n` of iid must be >= 0, got \(negative)")
    }
    guard let count = ArrayObject.elementCount(of: shape), count <= 1 << 32 else {
      throw Failure(
        .limit, .init(code: "memory-limit", "iid(d, \(size.shortText)) has too many elements"))
    }
    self.base = base
    outerShape = shape
    self.count = count
  }

  var name: String { "iid" }
  var text: String {
    "iid(\(base.text), \(outerShape.count == 1 ? String(outerShape[0]) : Value.array(outerShape).shortText))"
  }
  var isDiscrete: Bool { base.isDiscrete }

  func element(_ offset: Int) -> DistributionObject { base }

  var elements: IndependentElements? {
    IndependentElements(shape: outerShape, element: { [base] _ in base })
  }
}
