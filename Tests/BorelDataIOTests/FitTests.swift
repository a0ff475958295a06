// Data against declarations: what is taken, what is refused and how it is said.

import BorelDataIO
import BorelSource
import BorelValues
import Testing

private func fit(_ json: String, _ expectations: DataExpectation...) throws -> [String] {
  try fitData(parseJSON(bytes: Array(json.utf8)), to: expectations).values.map(show)
}

private func message(_ json: String, _ expectations: DataExpectation...) throws -> String {
  let data = try parseJSON(bytes: Array(json.utf8))
  do throws(DataFailure) {
    return "fits: \(try fitData(data, to: expectations).values.map(show))"
  } catch {
    #expect(error.exitCode == 1)
    return ([error.diagnostic.message] + error.diagnostic.notes + [error.diagnostic.hint ?? ""]).joined(separator: "|")
  }
}

@Suite struct FitTests {
  @Test func takesWhatFits() throws {
    let n = DataExpectation(name: "n", kind: .int)
    let x = DataExpectation(name: "X", kind: .real, sizes: [.named("n"), .named("k")])
    let y = DataExpectation(name: "y", kind: .int, sizes: [.named("n")])
    #expect(
      try fit(#"{"y": [0, 1], "X": [[1, 2, 3], [4, 5, 6]], "n": 2}"#, n, x, y) == [
        "2", "Real[2, 3]{1.0 2.0 3.0 4.0 5.0 6.0}", "Int[2]{0 1}",
      ])
    #expect(try fit(#"{"y": [], "X": [], "n": 0}"#, x, y) == ["Real[0, 0]{}", "Int[0]{}"])
    #expect(try fit(#"{"a": "t"}"#, .init(name: "a", kind: nil)) == ["'t'"])
    #expect(try fit(#"{"s": 3}"#, .init(name: "s", kind: .real)) == ["3.0"])
    #expect(try fit(#"{"v": [1.5]}"#, .init(name: "v", kind: .real, sizes: [.any])) == ["Real[1]{1.5}"])
  }

  @Test func scalarsStandForArraysOfOne() throws {
    let data = try parseJSON(bytes: Array(#"{"sigma": 2}"#.utf8))
    let (values, warnings) = try fitData(data, to: [.init(name: "sigma", kind: .real, sizes: [.named("n")])])
    #expect(values.map(show) == ["Real[1]{2.0}"])
    #expect(warnings.map(\.message) == ["`sigma` is a single value; it is taken as an array with one element"])
    #expect(warnings.first?.severity == .warning)
  }

  @Test func namesBothShapes() throws {
    let y = DataExpectation(name: "y", kind: .int, sizes: [.named("n")])
    let x = DataExpectation(name: "X", kind: .real, sizes: [.named("n"), .exactly(2)])
    #expect(
      try message(#"{"X": [[1, 2]], "y": [1, 2, 3]}"#, x, y)
        == "`y` is an Int[3] in the data, expected an Int[n]|n is 1 because of `X`|")
    #expect(
      try message(#"{"n": 2, "y": [1, 2, 3]}"#, y)
        == "`y` is an Int[3] in the data, expected an Int[n]|n is 2 in the data|")
    #expect(try message(#"{"X": [[1, 2, 3]]}"#, x) == "`X` is an Int[1, 3] in the data, expected a Real[n, 2]|")
    #expect(try message(#"{"X": [1, 2, 3]}"#, x) == "`X` is an Int[3] in the data, expected a Real[n, 2]|")
    #expect(
      try message(#"{"y": [1.0, 2.0]}"#, y)
        == "`y` is a Real[2] in the data, expected an Int[n]|1.0 is a Real: write whole numbers without a point")
    #expect(
      try message(#"{"X": [[1, 2], [3]]}"#, x)
        == "`X` is a list of 2 elements in the data, expected a Real[n, 2]|the rows have different lengths, or elements are missing or no numbers"
    )
    #expect(
      try message(#"{"Y": [1]}"#, y)
        == "the data have no `y`, expected an Int[n]|the data have `Y`|names tell upper from lower case: the data have `Y`"
    )
    #expect(try message(#"{"y": "a"}"#, y) == "`y` is a string in the data, expected an Int[n]|")
    #expect(try message(#"{"X": 1}"#, x) == "`X` is an Int in the data, expected a Real[n, 2]|")
  }
}
