// A session: inputs that see each other, failures that leave no trace, random variables as values, nested inference.

import Borel
import Synchronization
import Testing

/// Collects what a program prints.
private final class Output: Sendable {
  private let text = Mutex("")
  func write(_ more: String) { text.withLock { $0 += more } }
  var all: String { text.withLock { $0 } }
}

@Suite struct SessionTests {
  private func start(seed: UInt64? = 1) -> (Session, Output) {
    let output = Output()
    return (Session(options: RunOptions(seed: seed, output: { output.write($0) })), output)
  }

  @Test func laterInputsSeeEarlierOnes() throws {
    let (session, output) = start()
    try session.evaluate("var x = 2\nfn twice(n) = 2 * n")
    #expect(try session.evaluate("twice(x)").text == "4")
    try session.evaluate("x += 1\nprint(\"x is\", x)")
    #expect(output.all == "x is 3\n")
  }

  @Test func aFailedInputLeavesNoTrace() throws {
    let (session, _) = start()
    try session.evaluate("var x = [1, 2, 3]")
    #expect(throws: BorelError.self) { try session.evaluate("x[0] = 10\nlet y = 5\nx[7] = 1") }
    #expect(try session.evaluate("x").text == "[1, 2, 3]")
    #expect(throws: BorelError.self) { try session.evaluate("y") }
  }

  @Test func incompleteInputAsksForMore() {
    let (session, _) = start()
    #expect(session.isIncomplete("model m {"))
    #expect(session.isIncomplete("1 +"))
    #expect(!session.isIncomplete("1 + 1"))
    #expect(!session.isIncomplete(")"))
  }

  /// Weighted draws: statistics of random variables use the weights, draw by draw arithmetic keeps them.
  @Test func randomVariablesRespectWeights() throws {
    let (session, _) = start()
    try session.evaluate(
      """
      model die {
        x ~ discrete_uniform(1, 6)
        factor(log(x))
      }
      let post = enumerate(die())
      """)
    // P(x) = x / 21, so E x = 91 / 21 and P(x > 3) = 15 / 21.
    #expect(try session.evaluate("abs(mean(post.x) - 91 / 21) < 1e-14").text == "true")
    #expect(try session.evaluate("abs(mean(post.x > 3) - 15 / 21) < 1e-14").text == "true")
    #expect(try session.evaluate("abs(mean(2 * post.x + 1) - (2 * 91 / 21 + 1)) < 1e-14").text == "true")
    #expect(try session.evaluate("abs(probability(post, t => t.x > 3) - 15 / 21) < 1e-14").text == "true")
    #expect(try session.evaluate("abs(expectation(post, t => t.x^2) - 441 / 21) < 1e-12").text == "true")
    #expect(try session.evaluate("median(post.x)").text == "5.0")
    #expect(try session.evaluate("abs(post.log_evidence - log(3.5)) < 1e-14").text == "true")
  }

  /// A pragmatic listener by nested enumeration (Frank and Goodman 2012): 0.6 and 0.4.
  @Test func inferenceNests() throws {
    let (session, _) = start()
    try session.evaluate(
      """
      model literal(word: Int) {
        object ~ discrete_uniform(0, 2)
        let fits = [[true, true, false], [false, false, true], [true, false, true], [false, true, false]]
        factor(if fits[word][object] { 0 } else { -inf })
        return object
      }
      model speaker(object: Int) {
        word ~ discrete_uniform(0, 3)
        factor(logpdf(marginal(literal(word)), object))
        return word
      }
      model listener(word: Int) {
        object ~ discrete_uniform(0, 2)
        factor(logpdf(marginal(speaker(object)), word))
        return object
      }
      let post = enumerate(listener(0))
      """)
    #expect(try session.evaluate("abs(probability(post, t => t.object == 0) - 0.6) < 1e-14").text == "true")
  }

  @Test func unseededCallsFollowTheSessionSeed() throws {
    func run(_ seed: UInt64) throws -> String? {
      let (session, _) = start(seed: seed)
      try session.evaluate("model m { x ~ normal(0, 1) }")
      return try session.evaluate("[simulate(m()).x, simulate(m()).x]").text
    }
    #expect(try run(1) == run(1))
    #expect(try run(1) != run(2))
    let (session, _) = start()
    try session.evaluate("model m { x ~ normal(0, 1) }")
    #expect(try session.evaluate("simulate(m()).x == simulate(m()).x").text == "false")
    #expect(try session.evaluate("simulate(m(), seed: 5).x == simulate(m(), seed: 5).x").text == "true")
  }

  @Test func completionKnowsNamesAndMembers() throws {
    let (session, _) = start()
    try session.evaluate("let city = {name: \"Turku\", founded: 1229}")
    let names = session.completionNames
    #expect(names.all.contains("city"))
    #expect(names.all.contains("normal"))
    #expect(names.all.contains("enumerate"))
    #expect(names.members["city"] == ["name", "founded"])
  }

  @Test func everyDocumentedNameHasAText() throws {
    let (session, _) = start()
    #expect(try session.documentation(of: "normal").contains("sigma > 0"))
    #expect(try session.documentation(of: "mh").contains("warmup"))
    #expect(try session.documentation(of: "unknown-name").contains("name"))
    let error = #expect(throws: BorelError.self) { try session.documentation(of: "normall") }
    #expect(error?.diagnostics.first?.hint == "did you mean `normal`?")
  }
}
