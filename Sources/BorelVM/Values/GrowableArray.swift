// Preparing a dense array for one more element.

import BorelValues

extension ArrayObject {
  /// A copy of its own, with room, where the object has other owners; widened where the kind asks for it.
  static func makeGrowable(_ array: inout ArrayObject, _ kind: ElementKind) {
    if array.kind != kind {
      array = array.widened()
    } else if !isKnownUniquelyReferenced(&array) {
      array = array.copy(minimumCapacity: array.count + max(array.stride, array.count / 4))
    }
  }
}
