// Conditions that are wrong: names, shapes, submodels, conflicts, choices that are never made.

import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Testing

private let schools = """
  model schools(sigma) {
    mu ~ normal(0, 5)
    let shifted = mu + 1
    for j in 0..<len(sigma) {
      theta[j] ~ normal(shifted, 2)
      y[j] ~ normal(theta[j], sigma[j])
    }
    z ~ normal(sigma, 1)
    s ~ leaf()
    return theta
  }
  model leaf { x ~ normal(0, 1) }

  """

@Suite struct ConditionErrorTests {
  private func diagnostic(_ line: String) throws -> Diagnostic { try failure(schools + "let m = " + line) }

  @Test func submodelsHaveNoDensity() throws {
    let d = try diagnostic("schools([1, 2]) | {s: 1}")
    #expect(d.message == "`s` is conditioned on 1, but it is the submodel leaf and has no density of its own")
    #expect(d.hint == "condition on its choices, such as \"s/x\"")
    #expect(
      try diagnostic("schools([1, 2]) | {\"mu/x\": 1}").message
        == "`mu/x` is conditioned on a value, but `mu` is not a submodel")
  }

  @Test func shapes() throws {
    #expect(
      try diagnostic("schools([1, 2, 3]) | {y: [1, 2]}").message
        == "`y` is conditioned on an array of 2 elements, but the model goes on to `y[2]`")
    #expect(try diagnostic("schools([1, 2]) | {y: [1, 2, 3]}").message == "`y` has 2 elements but is conditioned on 3")
    #expect(
      try diagnostic("schools([1, 2]) | {z: [1, 2, 3]}").message
        == "`z` is conditioned on an array of 3 elements, but normal gives 2 elements")
    #expect(
      try diagnostic("schools([1, 2]) | {mu: [1, 2]}").message
        == "`mu` is conditioned on an array of 2 elements, but normal gives single numbers")
    #expect(
      try diagnostic("schools([1, 2]) | {y: 1}").message
        == "`y` is conditioned on an Int, but the model makes a choice `y[0]`")
    #expect(
      try diagnostic("schools([1, 2]) | {z: {5: 1}}").message
        == "`z[5]` is conditioned on 1, but `z` has 2 elements")
    #expect(
      try diagnostic("schools([1, 2]) | {y: {7: 1}}").message
        == "`y[7]` is conditioned on 1, but the model made no such choice")
    #expect(
      try diagnostic("schools([1, 2]) | {mu: \"a\"}").message
        == "`mu` is conditioned on a String, but normal gives single numbers")
  }

  @Test func conflicts() throws {
    #expect(
      try diagnostic("schools([1, 2]) | {mu: 1} | {mu: 2}").message
        == "`mu` is conditioned on two different values, 1 and 2")
    #expect(
      try diagnostic("schools([1, 2]) | {y: [1, 2]} | {y: {1: 3}}").message
        == "`y[1]` is conditioned on two different values, 2 and 3")
    #expect(
      try diagnostic("do(schools([1, 2]), {mu: 1}) | {mu: 1}").message
        == "`mu` is set by an intervention, so it is not random and cannot be conditioned on")
  }

  @Test func dataThatAreNotNumbers() throws {
    #expect(try diagnostic("schools([1, 2]) | {mu: nan}").message == "`mu` is NaN in the data")
    #expect(try diagnostic("schools([1, 2]) | {y: [1, nan]}").message == "`y[1]` is NaN in the data")
  }

  @Test func twoChoicesAtOneAddress() throws {
    // Repetitions that the text does not give away.
    let element = try failure("model a { for i in 0..<3 { x[div(i, 2)] ~ normal(0, 1) } }\nlet m = a()")
    #expect(element.message == "two choices at one address, `x[0]`")
    let branches = try failure(
      "model a(n) { if n > 0 { x ~ normal(0, 1) }\nif n > 1 { x ~ normal(1, 1) } }\nlet m = a(2)")
    #expect(branches.message == "two choices at one address, `x`")
    #expect(branches.secondary.count == 1)
  }

  @Test func unmetConditionsOfRandomStructure() throws {
    let text = """
      model a {
        n ~ discrete_uniform(0, 3)
        for i in 0..<n { x[i] ~ bernoulli(0.5) }
        if n > 1 { b ~ bernoulli(0.25) }
        return n
      }
      let m = a() | {x: {1: true}}
      let k = a() | {b: true}
      """
    let script = try Script(text)
    let masses = try script.program("m").enumerate()
    // x[1] exists for n = 2 and 3 only; other executions have weight zero and are no errors.
    #expect(masses["0"] == 0 && masses["1"] == 0)
    #expect(abs((masses["2"] ?? 0) - 0.125) < 1e-12 && abs((masses["3"] ?? 0) - 0.125) < 1e-12)
    let conditional = try script.program("k").enumerate()
    #expect(conditional["0"] == 0 && abs((conditional["2"] ?? 0) - 0.25 * 0.25) < 1e-12)
  }

  @Test func badRightSides() throws {
    #expect(
      try failure("model a(d) { x ~ d }\nlet m = a(3)").message
        == "the right side of `~` must be a distribution or a model, got an Int")
    let d = try failure("model a(s) { x ~ normal(0, s) }\nlet m = a(-0.3)")
    #expect(d.message == "`sigma` of normal must be > 0, got -0.3")
    #expect(d.primary.map { Int($0.span.end - $0.span.start) } == 1)
  }
}
