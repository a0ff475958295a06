// The machine's entries for the rows of BorelIR/Primitives/Collections.swift.

import BorelSemantics
import BorelValues

let collectionImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("len", .general(length))
]

private func length(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  guard case .object(let object) = call[0] else { throw call.mismatch(0, expected: "a collection") }
  switch object {
  case let array as ArrayObject: return .int(array.shape[0])
  case let list as ListObject: return .int(list.elements.count)
  case let tuple as TupleObject: return .int(tuple.elements.count)
  case let record as RecordObject: return .int(record.keys.count)
  case let string as StringObject: return .int(string.string.count)
  default: throw call.mismatch(0, expected: "a collection")
  }
}
