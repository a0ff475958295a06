// What the lowering makes of each construct, compared as text.

import BorelIR
import SemaTestSupport
import Testing

/// The dump of a program's functions, models and distributions; the program must be right.
private func core(_ text: String) -> String {
  let result = analyze(text)
  #expect(result.errors.isEmpty, "\(result.text)")
  return dumpCore(result.analyzer.program)
}

private func lines(_ text: String, startingWith head: String) -> [String] {
  let all = core(text).split(separator: "\n").map(String.init)
  guard let start = all.firstIndex(where: { $0.hasPrefix(head) }) else { return [] }
  let rest = all[(start + 1)...].prefix { $0.hasPrefix(" ") }
  return Array(rest)
}

@Suite struct LoweringTests {
  @Test func scriptEndsWithItsLastValue() {
    #expect(
      lines("let a = 1\nvar b = a + 1\nb += 2\nb", startingWith: "script") == [
        "  @a = 1", "  @b = '+(@a, 1)", "  @b = '+(@b, 2)", "  return @b",
      ])
  }

  @Test func namedArgumentsAndDefaults() {
    let text = "fn f(x, y = x + 1, z = 2) = x\nf(1, z: 3)\nf(z: 1, x: 2)"
    #expect(lines(text, startingWith: "script") == ["  f#3(1, _, 3)", "  return f#3(2, _, 1)"])
    #expect(lines(text, startingWith: "defaultValue #1 y(x)") == ["  return '+(x, 1)"])
  }

  @Test func blocksGiveTheirLastExpression() {
    #expect(
      lines("fn f(x) {\n  if x > 0 { 1 } else { let y = 2\n y }\n}", startingWith: "function") == [
        "  if '>(x, 0)", "    return 1", "  else", "    y = 2", "    return y",
      ])
    #expect(
      lines("fn f(x) {\n  let y = if x { 1 } else { let z = 2\n z }\n  y\n}", startingWith: "function") == [
        "  y = (if x then 1 else {z = 2; z})", "  return y",
      ])
  }

  @Test func statementsWithoutValueReturnNull() {
    #expect(
      lines("fn f(x) { for i in 0..<x { print(i) } }", startingWith: "function") == [
        "  for i in 0..<x", "    'print(i)", "  return null",
      ])
  }

  @Test func updatesEvaluateIndicesOnce() {
    #expect(
      lines("fn f(k) {\n  var x = [[1, 2]]\n  x[len(x) - 1, k] += 2\n  x\n}", startingWith: "function") == [
        "  x = [[1, 2]]", "  %2 = '-('len(x), 1)", "  x[%2, k] = '+(x[%2, k], 2)", "  return x",
      ])
    #expect(
      lines("var r = {a: [1]}\nr.a[0] = 2", startingWith: "script") == [
        "  @r = {a: [1]}", "  @r.a[0] = 2", "  return null",
      ])
  }

  @Test func patternsTakeTuplesApart() {
    #expect(
      lines("fn f(t) {\n  let (a, (_, b)) = t\n  a + b\n}", startingWith: "function") == [
        "  %1 = t", "  a = %1.0of2", "  %3 = %1.1of2", "  b = %3.1of2", "  return '+(a, b)",
      ])
  }

  @Test func closuresCaptureValues() {
    let text = "fn outer(n) {\n  let k = 2\n  x => y => x + k + n\n}"
    #expect(lines(text, startingWith: "function").last == "  return closure #2[k, n]")
    #expect(lines(text, startingWith: "lambda #2 (x) captures k, n") == ["  return closure #3[x, ^k, ^n]"])
    #expect(lines(text, startingWith: "lambda #3 (y) captures x, k, n") == ["  return '+('+(^x, ^k), ^n)"])
  }

  @Test func nestedFunctionsCallThemselves() {
    let text = "fn f(n) {\n  fn g(k) = if k > n { g(k - 1) } else { (() => g(0))() }\n  g(n)\n}"
    #expect(lines(text, startingWith: "function #1 f") == ["  g = closure #2[n]", "  return call g(n)"])
    #expect(
      lines(text, startingWith: "function #2 g(k) captures n") == [
        "  if '>(k, ^n)", "    return call self('-(k, 1))", "  else", "    return call closure #3[self]()",
      ])
  }

  @Test func constantsAreFolded() {
    #expect(lines("-3\n-2.5\npi", startingWith: "script").first == "  -3")
  }

  @Test func stringsAreIndices() {
    #expect(
      lines("fn f(p) = p[\"theta\"][1..<3, :]", startingWith: "function") == [
        "  return p[\"theta\"][1..<3, :]"
      ])
  }
}

@Suite struct ModelLoweringTests {
  private func sites(_ text: String) -> [String] {
    let program = analyze(text).analyzer.program
    return program.models[0].sites.map { id in
      let site = program[id]
      return "\(site.name)/\(site.rank)" + (site.isAnonymous ? "#" : "") + (site.isConditional ? "?" : "")
    }
  }

  @Test func sitesInTextualOrder() {
    #expect(
      sites(
        """
        model m(n) {
          x ~ normal(0, 1)
          for i in 0..<n { y[i] ~ normal(sample(normal(0, 1)), 1) }
          let f = mem(i => sample(normal(x, 1)))
          return f(0)
        }
        """) == ["x/0", "sample#1/0#", "y/1", "sample#2/0#?"])
  }

  @Test func sitesThatCanBePassedBy() {
    #expect(
      sites(
        """
        model m(n) {
          if n > 0 { a ~ normal(0, 1) } else { a ~ normal(1, 1) }
          while n > 3 { b[n] ~ normal(0, 1) }
          for i in 0..<n {
            if i == 3 { break }
            c[i] ~ normal(0, 1)
          }
          d ~ normal(0, 1)
          if d > 0 { return 1 }
          e ~ normal(0, 1)
        }
        """) == ["a/0?", "a/0?", "b/1?", "c/1?", "d/0", "e/0?"])
  }

  @Test func strategiesAreRecords() {
    #expect(
      lines("model m(b) { x ~ normal(0, 1) via reinforce(baseline: b) }", startingWith: "model #") == [
        "  x ~ normal(0, 1) via {strategy: \"reinforce\", baseline: b}", "  return null",
      ])
  }

  @Test func stochasticFunctionsAreMarked() {
    let program = analyze(
      """
      fn plain(x) = x + 1
      fn recursive(n) = if n > 0 { recursive(n - 1) } else { plain(0) }
      fn applies(f, x) = f(x)
      fn calls(f) = applies(f, 1)
      model m { x ~ normal(0, 1) }
      """
    ).analyzer.program
    let marked = program.functions.filter(\.isStochastic).map(\.name)
    #expect(Set(marked) == ["applies", "calls", "m"])
  }

  @Test func distributionsTakeTheirParametersFirst() {
    let text = """
      distribution tent(a, b = 2 * a) on Interval(0, b) where a > 0, b > a {
        logpdf(x) = log(cdf(x)) - a
        sample() = quantile(standard_uniform())
        cdf(x) = x / b
        quantile(p) = p * b
      }
      """
    #expect(
      lines(text, startingWith: "method #2 tent.logpdf(a, b, x)") == [
        "  return '-('log(tent.cdf#4(a, b, x)), a)"
      ])
    #expect(
      lines(text, startingWith: "method #3 tent.sample(a, b)") == [
        "  return tent.quantile#5(a, b, 'standard_uniform())"
      ])
    let distribution = analyze(text).analyzer.program.distributions[0]
    #expect(distribution.conditions.map(\.text) == ["a > 0", "b > a"])
    #expect(distribution.conditions.map(\.parameters) == [[0], [0, 1]])
    #expect(distribution.support.kind == .interval)
    #expect(distribution.support.arguments.count == 2)
  }

  @Test func userDefinitionsShadowTheLibrary() {
    let result = analyze("fn normal(a, b) = a + b\nlet x: Real = normal(1, 2)\nmodel m { x ~ cauchy(0, 1) }")
    #expect(result.errors.isEmpty, "\(result.text)")
    #expect(result.analyzer.program.distributions.map(\.name) == ["cauchy"])
  }

  @Test func laterInputsSeeAndReplaceEarlierDefinitions() {
    let first = analyze("let x = 1\nfn f() = x")
    let second = analyze("let x = f() + 1\nx", after: first.analyzer)
    #expect(second.errors.isEmpty, "\(second.text)")
    #expect(second.analyzer.program.globals.count == 2)
    let wrong = analyze("let y = unknown", after: first.analyzer)
    #expect(wrong.codes == ["unknown-name"])
    #expect(first.analyzer.symbol(named: "y") == nil)
  }
}
