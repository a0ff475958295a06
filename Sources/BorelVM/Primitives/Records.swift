// Records and tuples.

import BorelSemantics
import BorelValues

let recordImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("keys", .general(keys)),
  ("values", .general(values)),
  ("has", .general(has)),
  ("merge", .general(merge)),
  ("zip", .general(zipped)),
  ("enumerated", .general(enumerated)),
]

extension PrimitiveCall {
  fileprivate func record(_ i: Int) throws(Failure) -> RecordObject {
    guard let record = self[i].asRecord else { throw mismatch(i, expected: "a record") }
    return record
  }
}

private func keys(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if case .object(let object) = call[0], let host = object as? HostObject {
    return .list(host.payload.memberNames.map { .string($0) })
  }
  return .list(try call.record(0).keys.map { .string($0) })
}

private func values(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  ArrayLiteral.make(try call.record(0).values)
}

private func has(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .bool(try call.record(0)[try call.string(1)] != nil)
}

private func merge(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (a, b) = (try call.record(0), try call.record(1))
  var keys = a.keys
  var values = a.values
  for (key, value) in zip(b.keys, b.values) {
    if let index = keys.firstIndex(of: key) {
      values[index] = value
    } else {
      keys.append(key)
      values.append(value)
    }
  }
  return .object(RecordObject(keys: keys, values: values))
}

private func zipped(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let (a, b) = (try call.elements(0), try call.elements(1))
  guard a.count == b.count else {
    throw call.failure(
      "`zip` needs equal lengths, got \(a.count) and \(b.count)", code: "shape-mismatch", argument: 1)
  }
  return .list(zip(a, b).map { .tuple([$0, $1]) })
}

private func enumerated(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .list(try call.elements(0).enumerated().map { .tuple([.int($0), $1]) })
}
