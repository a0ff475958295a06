// Addresses and given choices: text, equality, elements of whole arrays.

import BorelSemantics
import BorelValues
import Testing

@Suite struct AddressTests {
  @Test(arguments: [
    "mu", "theta[3]", "x[1,2]", "leaf/x", "leaf[2]/x[0]", "sample#1[2]", "f(3)/sample#1", "f(\"a/b]\")/x",
    "a/b/c/d[1,2,3]",
  ])
  func textRoundTrip(_ text: String) throws {
    let address = try #require(Address(parsing: text))
    #expect(address.description == text)
    #expect(Address(parsing: text) == address)
    #expect(address.hashValue == Address(parsing: text)?.hashValue)
  }

  @Test func blanksAroundIndices() { #expect(Address(parsing: "x[1, 2]")?.description == "x[1,2]") }

  @Test(arguments: ["", "/x", "x/", "x[", "x[a]", "[1]", "x[1.5]", "a//b"])
  func noAddress(_ text: String) {
    let address = Address(parsing: text)
    #expect(address == nil || address?.indices == AddressIndices.none)
    if text != "x[" { #expect(address == nil) }
  }

  @Test func scopesTellAddressesApart() throws {
    let first = try #require(Address(parsing: "a[0]/x"))
    let second = try #require(Address(parsing: "a[1]/x"))
    let bare = try #require(Address(parsing: "x"))
    #expect(Set([first, second, bare]).count == 3)
  }

  @Test func elementsOfWholeArrays() throws {
    func address(_ text: String) throws -> Address { try #require(Address(parsing: text)) }
    var given = GivenChoices()
    given[try address("x")] = .array([1.0, 2, 3, 4], shape: [2, 2])
    given[try address("l")] = .list([.int(7), .array([true, false])])
    #expect(given.value(for: try address("x[1,0]"))?.value.asReal == 3)
    #expect(given.value(for: try address("x[1]"))?.value.asArray?.realElements == [3, 4])
    #expect(given.value(for: try address("l[0]"))?.value.asInt == 7)
    #expect(given.value(for: try address("l[1,0]"))?.value.asBool == true)
    for missing in ["x[2]", "x[0,2]", "x[0,0,0]", "l[2]", "l[0,0]", "y", "x[-1]", "s/x"] {
      #expect(given.value(for: try address(missing)) == nil)
    }
  }
}
