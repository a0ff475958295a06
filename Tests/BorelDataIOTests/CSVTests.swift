// The CSV reader: types of columns, factors, missing values, quotes, messages.

import BorelDataIO
import BorelSource
import BorelValues
import Testing

@Suite struct CSVTests {
  @Test(arguments: [
    ("a,b\n1,2.5\n2,3\n", "{a: Int[2]{1 2}, b: Real[2]{2.5 3.0}}"),
    ("a,b\r\n1,2\r\n", "{a: Int[1]{1}, b: Int[1]{2}}"),
    ("a;b\n1,5;2\n", "{a: Real[1]{1.5}, b: Int[1]{2}}"),
    ("a\tb\n1\t\n2\t3\n", "{a: Int[2]{1 2}, b: [null, 3]}"),
    ("x\nTRUE\nfalse\n", "{x: Bool[2]{true false}}"),
    ("x,g\n1.5,b\n,a\nNA,b\n", "{x: Real[3]{1.5 nan nan}, g: Int[3]{1 0 1}, g_levels: ['a', 'b']}"),
    ("g,h\nb,1\n,NA\na,3", "{g: [1, null, 0], g_levels: ['a', 'b'], h: [1, null, 3]}"),
    ("x\n", "{x: Int[0]{}}"), ("x,y\n,1\nNA,2", "{x: Real[2]{nan nan}, y: Int[2]{1 2}}"),
    ("n\n\"a, \"\"b\"\"\nc\"\n", "{n: Int[1]{0}, n_levels: ['a, \"b\"\nc']}"),
    ("# made by hand\n\n a , b \n 1 , 2 \n\n", "{a: Int[1]{1}, b: Int[1]{2}}"),
    ("\u{FEFF}a\n1e3\n-inf\nNaN", "{a: Real[3]{1000.0 -inf nan}}"),
    (",v\nr1,1\nr2,2", "{row_names: Int[2]{0 1}, row_names_levels: ['r1', 'r2'], v: Int[2]{1 2}}"),
    ("x\n0x10\n", "{x: Int[1]{0}, x_levels: ['0x10']}"), ("x\n99999999999999999999\n", "{x: Real[1]{1e+20}}"),
    ("a b,c\n\"\",1\nz,2", "{a b: Int[2]{0 1}, a b_levels: ['', 'z'], c: Int[2]{1 2}}"),
  ]) func columns(_ text: String, _ expected: String) throws {
    #expect(try show(parseCSVText(text).value) == expected)
  }

  @Test func rowsAreCounted() throws {
    #expect(try parseCSVText("a,b\n1,2\n\n3,4\n").rowCount == 2)
    #expect(try parseCSVText("a,b").rowCount == 0)
  }

  @Test func commentsAreAnOption() throws {
    var options = CSVOptions(comment: UInt8(ascii: "#"))
    #expect(try show(parseCSVText("a\n1\n# two\n3\n", options: options).value) == "{a: Int[2]{1 3}}")
    options.separator = UInt8(ascii: "|")
    #expect(
      try show(parseCSVText("a|b\n1|2,3\n", options: options).value)
        == "{a: Int[1]{1}, b: Int[1]{0}, b_levels: ['2,3']}")
  }

  @Test(arguments: [
    ("", "data is empty, expected a line with the names of the columns", ""),
    ("a,b\n1,2\n3\n", "line 3 has 1 field, the header has 2", "3:1"),
    ("a,b\n\n1,2,3\n", "line 3 has 3 fields, the header has 2", "3:1"),
    ("a,b,a\n", "two columns are called `a`", "1:5"), ("a,,b\n", "column 2 has no name", "1:3"),
    ("a\n\"x\n", "the file ends inside a quoted field: is a quote missing?", "2:1"),
    ("a\n\"x\"y\n", "text follows the closing quote of a field", "2:4"),
    ("g,g_levels\na,1\n", "the column `g_levels` has the name that the texts of the column `g` need", "1:3"),
  ]) func messages(_ text: String, _ message: String, _ place: String) throws {
    let found = try #require(failure(text, csv: true))
    #expect(found.message == message)
    #expect(found.place == place)
  }
}
