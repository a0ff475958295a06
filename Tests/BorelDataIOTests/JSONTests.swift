// The JSON reader: values, kinds and shapes, correct rounding, messages.

import BorelDataIO
import BorelSource
import BorelValues
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

@Suite struct JSONTests {
  @Test(arguments: [
    ("1", "1"), ("-0.5", "-0.5"), ("1.0", "1.0"), ("1e2", "100.0"), ("true", "true"), ("null", "null"),
    ("NaN", "nan"), ("Infinity", "inf"), ("-Infinity", "-inf"), ("-Inf", "-inf"), (#""Inf""#, "inf"),
    (#""NaN""#, "nan"), (#""-Infinity""#, "-inf"), (#""rain""#, "'rain'"),
    ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
    ("9223372036854775808", "9.223372036854776e+18"), ("-9223372036854775809", "-9.223372036854776e+18"),
    ("123456789012345678901234567890", "1.2345678901234568e+29"), ("1e400", "inf"), ("-1e-400", "-0.0"),
    ("0.000000000000000000000000000000125", "1.25e-31"), ("\u{FEFF} 1 ", "1"),
  ]) func scalars(_ text: String, _ expected: String) throws {
    #expect(try show(parse(text)) == expected)
  }

  @Test(arguments: [
    ("[]", "Real[0]{}"), ("[[], []]", "Real[2, 0]{}"), ("[[]]", "Real[1, 0]{}"),
    ("[1, 2, 3]", "Int[3]{1 2 3}"), ("[1, 2.5, 3]", "Real[3]{1.0 2.5 3.0}"), ("[1.0]", "Real[1]{1.0}"),
    ("[true, false]", "Bool[2]{true false}"), ("[[1, 2], [3, 4], [5, 6]]", "Int[3, 2]{1 2 3 4 5 6}"),
    ("[[1, 2], [3, 4.5], [5, 6]]", "Real[3, 2]{1.0 2.0 3.0 4.5 5.0 6.0}"),
    ("[[1.5, 2], [3, 4]]", "Real[2, 2]{1.5 2.0 3.0 4.0}"),
    ("[[[1], [2]], [[3], [4]]]", "Int[2, 2, 1]{1 2 3 4}"),
    (#"[1, "NaN", NaN, "-Inf"]"#, "Real[4]{1.0 nan nan -inf}"), (#"["NaN"]"#, "Real[1]{nan}"),
    (#"["NaN", "a", "Inf"]"#, "['NaN', 'a', 'Inf']"),
    ("[1, null, 3]", "[1, null, 3]"), ("[1, null, 3.5]", "[1.0, null, 3.5]"), ("[null]", "[null]"),
    ("[[1, 2], [3]]", "[Int[2]{1 2}, Int[1]{3}]"), ("[[1, 2], [3.5]]", "[Real[2]{1.0 2.0}, Real[1]{3.5}]"),
    ("[[1, 2], [3, 4], []]", "[Int[2]{1 2}, Int[2]{3 4}, Real[0]{}]"),
    ("[[1, 2], [3, null], [5, 6]]", "[Int[2]{1 2}, [3, null], Int[2]{5 6}]"),
    ("[[1, null], [2.5, 1]]", "[[1.0, null], Real[2]{2.5 1.0}]"),
    ("[1, [2, 3], 4]", "[1, Int[2]{2 3}, 4]"), ("[[1, 2], 3]", "[Int[2]{1 2}, 3]"),
    ("[1, true]", "[1, true]"), ("[true, 1.5]", "[true, 1.5]"), ("[[true], [1]]", "[Bool[1]{true}, Int[1]{1}]"),
    (#"[{"a": 1}, {"a": [1, 2]}]"#, "[{a: 1}, {a: Int[2]{1 2}}]"),
    (#"[[1, 2], {"b": [3.5]}, [4]]"#, "[Int[2]{1 2}, {b: Real[1]{3.5}}, Int[1]{4}]"),
    ("{}", "{}"), (#"{"N": 2, "y": [1.5, 2], "s": {"t": []}}"#, "{N: 2, y: Real[2]{1.5 2.0}, s: {t: Real[0]{}}}"),
  ]) func arrays(_ text: String, _ expected: String) throws {
    #expect(try show(parse(text)) == expected)
  }

  @Test func strings() throws {
    #expect(try show(parse(#""a\"\\\/\b\f\n\r\té€😀""#)) == "'a\"\\/\u{8}\u{C}\n\r\té€😀'")
    #expect(try show(parse(#"{"é": "ü€"}"#)) == "{é: 'ü€'}")
  }

  @Test(arguments: [
    ("", "data is empty, expected JSON", ""),
    (" \n ", "data is empty, expected JSON", ""),
    (#"{"y": [1, 2,"#, "the file ends inside the array that starts on line 1: is it complete?, at $.y[2]", "1:7"),
    (
      "{\"y\": 1,\n\"z\":\n[[1, 2], [3",
      "the file ends inside the array that starts on line 3: is it complete?, at $.z[1][0]", "3:10"
    ),
    (#"{"y": 1"#, "the file ends inside the object that starts on line 1: is it complete?", "1:1"),
    (#"{"y""#, "the file ends inside the object that starts on line 1: is it complete?, at $.y", "1:1"),
    (#"{"y": "#, "the file ends inside the object that starts on line 1: is it complete?, at $.y", "1:1"),
    (#"{"y": "abc"#, "the file ends inside a string: is it complete?, at $.y", "1:7"),
    ("[1, 2,]", "a value must follow the comma, found `]`, at $[1]", "1:7"),
    (#"{"a": 1,}"#, "a key must follow the comma, found `}`", "1:9"),
    ("[1 2]", "expected `,` or `]`, found `2`, at $[0]", "1:4"),
    (#"{"a" 1}"#, "expected `:` after the key `a`, found `1`, at $.a", "1:6"),
    (#"{"a": 1 "b": 2}"#, "expected `,` or `}` after the value of `a`, found a string", "1:9"),
    (#"{a: 1}"#, "expected a key in double quotes or `}`, found `a`", "1:2"),
    (#"{"a": 1, "b": 2, "a": 3}"#, "the key `a` stands twice in one object", "1:18"),
    (#"{"m": {"k": [1, {"q": nul}]}}"#, "expected a value, found `nul`, at $.m.k[1].q", "1:23"),
    ("[1.5, nan]", "expected a value, found `nan`, at $[1]", "1:7"),
    ("[.5]", "expected a value, found `.`, at $[0]", "1:2"),
    ("[1.]", "digits must follow the point, at $[0]", "1:2"),
    ("[1e]", "digits must follow the exponent sign, at $[0]", "1:2"),
    ("[01]", "a number starts with a superfluous 0, at $[0]", "1:2"),
    ("[-]", "expected a number, found `-`, at $[0]", "1:2"),
    ("[-Infinit]", "expected a number, found `-Infinit`, at $[0]", "1:2"),
    ("[1x]", "a number must end before `x`, at $[0]", "1:2"),
    ("1 2", "the JSON value is complete, but more text follows", "1:3"),
    ("// no\n1", "expected a value, found `/`", "1:1"),
    ("'a'", "expected a value, found `'`", "1:1"),
    (#"["a\qb"]"#, "unknown escape sequence in a string, at $[0]", "1:4"),
    (#"["\ud83d"]"#, "half of a surrogate pair stands alone, at $[0]", "1:3"),
    (#"["\udc00"]"#, "half of a surrogate pair stands alone, at $[0]", "1:3"),
    (#"["\u12"]"#, #"four hexadecimal digits must follow \u, at $[0]"#, "1:3"),
    ("[\"a\nb\"]", "a string ends at the end of its line: is a quote missing?, at $[0]", "1:2"),
    (#"{"a b": [1, ]}"#, "a value must follow the comma, found `]`, at $[\"a b\"][0]", "1:13"),
  ]) func messages(_ text: String, _ message: String, _ place: String) throws {
    let found = try #require(failure(text))
    #expect(found.message == message)
    #expect(found.place == place)
  }

  @Test func hints() {
    #expect(failure("[True]")?.hint == "write true")
    #expect(failure("[NA]")?.hint == "write null")
    #expect(failure("[+1]")?.hint == "JSON numbers have no plus sign")
  }

  @Test func deepNestingIsRefused() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(failure(deep)?.message == "arrays and objects are nested more than 256 deep")
    let fine = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
    #expect(failure(fine) == nil)
    #expect(failure(String(repeating: #"{"a":"#, count: 1000))?.message.contains("256 deep") == true)
  }

  @Test func invalidTextIsRefused() {
    #expect(throws: DataFailure.self) { try parseJSON(bytes: [0x22, 0xFF, 0x22]) }
  }

  @Test func keysHavePlaces() throws {
    let data = try parseJSON(bytes: Array(#"{"N": 2, "s": {"t": [{"u": 1}]}}"#.utf8))
    #expect(data.keySpans.keys.sorted() == ["N", "s", "s.t"])
    #expect(data.keySpans["s.t"]?.start == 15)
  }

  /// Every prefix and every one-byte change of a text gives a value or a failure, never a crash.
  @Test func damagedTextsAreHandled() {
    let text = Array(
      #"{"N": 2, "y": [[1.5, -2e-3], [3, "NaN"]], "z": [true, null, "aé\u00e9\ud83d\ude00"], "e": [[], []]}"#.utf8)
    var results = 0
    for end in 0..<text.count {
      if (try? parseJSON(bytes: Array(text[..<end]))) == nil { results += 1 }
    }
    #expect(results == text.count)
    for position in text.indices {
      for byte: UInt8 in [0, 9, 10, 0x22, 0x2C, 0x2D, 0x2E, 0x30, 0x5B, 0x5C, 0x5D, 0x7B, 0x7D, 0x80, 0xFF] {
        var changed = text
        changed[position] = byte
        _ = try? parseJSON(bytes: changed)
      }
    }
  }

  /// Numbers are rounded as strtod rounds them, bit for bit.
  @Test func roundingIsCorrect() throws {
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    var texts = [
      "9007199254740993", "9007199254740993.0", "9007199254740992.999999999999999", "4.9e-324",
      "2.4703282292062327e-324",
      "2.4703282292062328e-324", "2.2250738585072011e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
      "1.7976931348623158e308", "1.7976931348623159e308", "8.988465674311580e307", "5e-324", "1e23", "8.5e22",
      "9.5e-5", "6.631236846766476e-316", "3.237883913302901e-319", "6929495644600919.5", "3.7455744005952583e15",
      "0.1e-400", "123456789.123456789e-300", "1e-7", "8.442911973260991817129021e-309", "9.2233720368547758e18",
    ]
    for _ in 0..<60_000 {
      let bits = next()
      let x = Double(bitPattern: bits)
      if x.isFinite { texts.append(x.magnitude.description) }
      // Decimal fractions with up to nineteen digits and all exponents.
      let digits = String(next() >> (next() % 60))
      texts.append("\(digits)e\(Int(next() % 700) - 360)")
      texts.append("\(digits)e\(Int(next() % 50) - 27)")
      // The exact middle between two neighbours, and its last digit changed.
      let whole = next() >> 11 | 1 << 53
      texts.append("\(whole | 1).0")
      texts.append("\((whole | 1) * 64 + 32)e0")
      texts.append("\((whole | 1) * 64 + 33)e0")
    }
    for text in texts {
      let value = try parse(text)
      let found = try #require(value.asReal)
      let expected = strtod(text, nil)
      if value.asInt == nil, found.bitPattern != expected.bitPattern {
        Issue.record("\(text): \(found) instead of \(expected)")
        return
      }
    }
  }
}
