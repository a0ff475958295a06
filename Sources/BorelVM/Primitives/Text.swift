// The machine's entries for the rows of BorelIR/Primitives/Text.swift.

import BorelSemantics
import BorelSource
import BorelValues

let textImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("str", .general(str)),
  ("format", .general(format)),
  ("join", .general(join)),
  ("split", .general(split)),
  ("upper", .general(upper)),
  ("lower", .general(lower)),
  ("trim", .general(trim)),
  ("starts_with", .general(startsWith)),
  ("ends_with", .general(endsWith)),
  ("replace", .general(replace)),
  ("assert", .general(assertion)),
  ("error", .general(raise)),
]

private func str(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .string(call.arguments.map { ValueText.full($0) }.joined())
}

/// Rounded to nearest on the decimal expansion of the double, halves to even.
private func format(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let digits = try call.int(1)
  guard (0...300).contains(digits) else {
    throw call.failure("`format` needs 0 to 300 digits, got \(digits)", argument: 1)
  }
  if let x = call.slots[0].asReal { return .string(ValueText.fixed(x, digits: digits)) }
  let array = try call.array(0)
  return .string(ValueText.text(of: array) { ValueText.fixed(array.real($0), digits: digits) })
}

private func join(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let separator = try call.string(1)
  return .string(try call.elements(0).map { ValueText.full($0) }.joined(separator: separator))
}

private func split(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let string = try call.string(0)
  let separator = try call.string(1)
  guard !separator.isEmpty else { return .list(string.map { .string(String($0)) }) }
  return .list(pieces(of: string, by: separator).map { .string($0) })
}

private func pieces(of string: String, by separator: String) -> [String] {
  let (text, mark) = (Array(string.utf8), Array(separator.utf8))
  var parts: [String] = []
  var start = 0
  var i = 0
  while i + mark.count <= text.count {
    if text[i..<(i + mark.count)].elementsEqual(mark) {
      parts.append(String(decoding: text[start..<i], as: UTF8.self))
      i += mark.count
      start = i
    } else {
      i += 1
    }
  }
  parts.append(String(decoding: text[start...], as: UTF8.self))
  return parts
}

private func upper(_ call: inout PrimitiveCall) throws(Failure) -> Value { .string(try call.string(0).uppercased()) }

private func lower(_ call: inout PrimitiveCall) throws(Failure) -> Value { .string(try call.string(0).lowercased()) }

private func trim(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  var text = try call.string(0)[...]
  while text.first?.isWhitespace == true { text.removeFirst() }
  while text.last?.isWhitespace == true { text.removeLast() }
  return .string(String(text))
}

private func startsWith(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .bool(try call.string(0).hasPrefix(try call.string(1)))
}

private func endsWith(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  .bool(try call.string(0).hasSuffix(try call.string(1)))
}

private func replace(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  let old = try call.string(1)
  guard !old.isEmpty else { throw call.failure("`replace` needs a string that is not empty", argument: 1) }
  return .string(pieces(of: try call.string(0), by: old).joined(separator: try call.string(2)))
}

private func assertion(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  guard try call.bool(0) else {
    throw Failure(.user, Diagnostic(code: "assertion", ValueText.full(call[1]), at: call.span(of: 0)))
  }
  return .null
}

private func raise(_ call: inout PrimitiveCall) throws(Failure) -> Value {
  throw Failure(.user, Diagnostic(code: "error", ValueText.full(call[0]), at: call.span))
}
