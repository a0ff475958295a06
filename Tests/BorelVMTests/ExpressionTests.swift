// What expressions and statements compute.

import BorelVM
import Testing

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2", "3"), ("1 + 2.5", "3.5"), ("7 / 2", "3.5"), ("-7 % 3", "2"), ("7 % -3", "-2"), ("7.5 % 2", "1.5"),
    ("div(-7, 2)", "-4"), ("2^10", "1024"), ("2^-1", "0.5"), ("2.0^0.5", "1.4142135623730951"), ("1 / 0", "inf"),
    ("-x2", "-2.0"), ("3 - x2 * 2", "-1.0"), ("1 < 2", "true"), ("1 == 1.0", "true"), ("\"a\" < \"b\"", "true"),
    ("[1, 2] == [1.0, 2.0]", "true"), ("(1, \"a\") == (1, \"a\")", "true"), ("{a: 1, b: 2} == {b: 2, a: 1}", "true"),
    ("\"a\" + \"b\"", "\"ab\""), ("true && !false", "true"), ("false || x2 > 1", "true"),
    ("if x2 > 1 { \"big\" } else { \"small\" }", "\"big\""),
    ("[1, 2, 3]", "[1, 2, 3]"), ("[1, 2.5]", "[1.0, 2.5]"), ("[[1, 2], [3, 4]] * [1, 1]", "[3, 7]"),
    ("[1.0, 2] * [3.0, 4]", "11.0"), ("[1, 2] + [10, 20]", "[11, 22]"), ("2 * [1, 2]", "[2, 4]"),
    ("[1, 2] ./ [2, 4]", "[0.5, 0.5]"), ("-[1, -2]", "[-1, 2]"), ("[1, \"a\"]", "[1, \"a\"]"),
    ("[[1, 2], [3]]", "[[1, 2], [3]]"), ("len([[1, 2, 3], [4, 5, 6]])", "2"), ("[[1, 2], [3, 4]][1, 0]", "3"),
    ("[[1, 2], [3, 4]][1]", "[3, 4]"), ("[[1, 2], [3, 4]][:, 1]", "[2, 4]"), ("[1, 2, 3, 4][1..<3]", "[2, 3]"),
    ("{a: {b: 5}}.a.b", "5"), ("(1, 2)[1]", "2"), ("\"hej\"[1]", "\"e\""), ("(x => x + 1)(2)", "3"),
    ("(x => y => x - y)(5)(3)", "2"), ("0..<3", "[0, 1, 2]"), ("1...3", "[1, 2, 3]"), ("exp(0)", "1.0"),
    ("exp([0, 0])", "[1.0, 1.0]"), ("max(3, 2)", "3"), ("len(\"abc\")", "3"),
    ("str(1.5, \" \", [1, 2])", "\"1.5 [1, 2]\""),
  ])
  func value(_ expression: String, _ expected: String) throws {
    #expect(try evaluate("let x2 = 2.0\n\(expression)") == expected)
  }

  @Test func statements() throws {
    #expect(
      try evaluate(
        """
        fn collatz(n) {
          var steps = 0
          var k = n
          while k != 1 {
            if k % 2 == 0 {
              k = div(k, 2)
            } else {
              k = 3 * k + 1
            }
            steps += 1
          }
          return steps
        }
        collatz(27)
        """) == "111")
    #expect(
      try evaluate(
        """
        var total = 0
        for x in [1, 2, 3, 4, 5, 6] {
          if x == 2 { continue }
          if x == 5 { break }
          total += x
        }
        total
        """) == "8")
    #expect(try evaluate("fn f(x, scale = x + 1) { x * scale }\nf(2) + f(2, 10) + f(scale: 1, x: 5)") == "31")
    #expect(try evaluate("let f = (x, k = 2) => x * k\nf(3)") == "6")
    #expect(try evaluate("fn f(n) { if n == 0 { 0 } else { 1 + f(n - 1) } }\nf(60000)") == "60000")
    #expect(try evaluate("let (a, b) = (1, [2, 3])\na + b[1]") == "4")
  }

  @Test func valueSemantics() throws {
    #expect(
      try evaluate(
        """
        var a = [1.0, 2.0]
        let b = a
        a[0] = 5
        (a, b)
        """) == "([5.0, 2.0], [1.0, 2.0])")
    #expect(
      try evaluate(
        """
        fn change(xs) {
          var ys = xs
          ys[0] = 9
          return ys
        }
        let a = [1, 2]
        (change(a), a)
        """) == "([9, 2], [1, 2])")
    #expect(
      try evaluate(
        """
        var r = {xs: [1, 2], name: "r"}
        let old = r
        r.xs[1] = 7
        r["new"] = 1
        (r.xs, old.xs, len(r))
        """) == "([1, 7], [1, 2], 3)")
    #expect(try evaluate("var x = [1, 2]\nx[1] = 2.5\nx") == "[1.0, 2.5]")
    #expect(
      try evaluate("var X = [[1, 2], [3, 4]]\nX[0] = [9, 8]\nX[:, 1] = 0\nX[1, 0] = 5\nX") == "[[9, 0],\n [5, 0]]")
    #expect(try evaluate("var l = [[1], [2, 3]]\nl[1][0] = 5\nl") == "[[1], [5, 3]]")
  }

  /// `x[i][j]` of a local is one instruction: for matrices, and in two steps for all else that has elements.
  @Test(arguments: [
    ("[[1.0, 2.0], [3.0, 4.0]]", "1", "0", "3.0"), ("[[1, 2], [3, 4]]", "0", "1", "2"),
    ("[[1, 2], [3]]", "1", "0", "3"), ("[{a: 1}, {a: 2}]", "1", "\"a\"", "2"), ("([5, 6], \"xyz\")", "1", "2", "\"z\""),
    ("zeros(2, 2, 2) + 1", "1", "0", "[1.0, 1.0]"),
  ])
  func elementsOfElements(_ value: String, _ i: String, _ j: String, _ result: String) throws {
    #expect(try evaluate("fn f(x, i, j) { x[i][j] }\nf(\(value), \(i), \(j))") == result)
  }

  @Test func elementsOfElementsOverwriteTheirOperands() throws {
    #expect(
      try evaluate(
        """
        fn f(x) {
          var a = x
          a = a[1][0]
          var i = 1
          i = x[i][i]
          var s = 0
          for j in 0..<2 { s = x[s][j] - s }
          (a, i, s)
        }
        f([[1, 2], [3, 4]])
        """) == "(3, 4, 3)")
  }

  @Test func primitives() throws {
    #expect(PrimitiveImplementation.inconsistencies() == [])
    #expect(try evaluate("quantile([1, 2, 3, 4], [0.0, 0.5, 1.0])") == "[1.0, 2.5, 4.0]")
    #expect(try evaluate("sort([3, 1, 2])") == "[1, 2, 3]")
    #expect(try evaluate("order([\"b\", \"a\"])") == "[1, 0]")
    #expect(try evaluate("rank([10, 20, 20, 5])") == "[1.0, 2.5, 2.5, 0.0]")
    #expect(try evaluate("concat([1, 2], [3.5])") == "[1.0, 2.0, 3.5]")
    #expect(try evaluate("append([[1, 2]], [3, 4])") == "[[1, 2],\n [3, 4]]")
    #expect(try evaluate("var x = []\nfor i in 0..<5 { x = append(x, i * i) }\nx") == "[0, 1, 4, 9, 16]")
    #expect(try evaluate("variance([1, 2, 3, 4])") == "1.6666666666666667")
    #expect(try evaluate("merge({a: 1}, {a: 2, b: 3})") == "{a: 2, b: 3}")
    #expect(try evaluate("format(3.14159, 2)") == "\"3.14\"")
    #expect(try evaluate("join(split(\"a,b\", \",\"), \"-\")") == "\"a-b\"")
  }
}
