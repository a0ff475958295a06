// The machine's entries for the rows of BorelIR/Primitives/Mathematics.swift.

import BorelNumerics
import BorelSemantics
import BorelValues

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

let mathematicsImplementations: [(name: String, implementation: PrimitiveImplementation)] =
  FunctionTable.elementary.map { ($0.name, PrimitiveImplementation($0.function)) } + [
    ("abs", .number1(fabs, { $0 == .min ? nil : abs($0) })),
    ("sign", .number1({ $0 > 0 ? 1 : $0 < 0 ? -1 : $0 }, { $0.signum() })),
    ("floor", .number1(floor, { $0 })),
    ("ceil", .number1(ceil, { $0 })),
    ("round", .number1(round, { $0 })),
    ("trunc", .number1(trunc, { $0 })),
    ("min", .general(minimum)),
    ("max", .general(maximum)),
    ("log_sum_exp", .general(logSumExp)),
  ]

private func minimum(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try extremum(call, smallest: true)
}

private func maximum(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  try extremum(call, smallest: false)
}

/// Of two numbers or of the elements of an array; NaN wins, Ints stay Int.
private func extremum(_ call: PrimitiveCall, smallest: Bool) throws(Failure) -> Value {
  if call.count < 2 || call[1].tag == .null {
    let array = try call.array(0)
    guard array.count > 0 else { throw call.failure("`\(call.name)` of an empty array", argument: 0) }
    var best = array.real(0)
    var place = 0
    for offset in 0..<array.count {
      let x = array.real(offset)
      if x.isNaN { return .real(.nan) }
      if smallest ? x < best : x > best {
        best = x
        place = offset
      }
    }
    return array.element(place)
  }
  if case (.int(let a), .int(let b)) = (call[0], call[1]) { return .int(smallest ? min(a, b) : max(a, b)) }
  let a = try call.real(0)
  let b = try call.real(1)
  if a.isNaN || b.isNaN { return .real(.nan) }
  return .real(smallest ? min(a, b) : max(a, b))
}

private func logSumExp(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  if call.count > 1 && call[1].tag != .null {
    return .real(Special.logSumExp(try call.real(0), try call.real(1)))
  }
  let array = try call.realArray(0)
  return .real(Special.logSumExp(UnsafeBufferPointer(start: array.reals, count: array.count)))
}
