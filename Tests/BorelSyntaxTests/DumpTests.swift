// The printers behind `--dump tokens` and `--dump ast`.

import BorelSource
import BorelSyntax
import Testing

@Suite struct DumpTests {
  @Test func tokens() {
    var sources = SourceMap()
    let file = sources.add(SourceFile(name: "test.ppl", text: "mu ~ normal(0, 5) // prior\nmu"))
    #expect(
      dumpTokens(file, in: sources) == """
        1:1 identifier mu
        1:4 tilde ~
        1:6 identifier normal
        1:12 leftParen (
        1:13 integer 0
        1:14 comma ,
        1:16 integer 5
        1:17 rightParen )
        newline
        2:1 identifier mu
        2:3 endOfFile

        """)
  }

  @Test func tree() {
    let text = """
      model m(x: Real[n], k = 1) {
        for (i, _) in x {
          y[i] ~ normal(x[i], 1) via reinforce(baseline: 0)
        }
        if k > 1 { return } else if true { break }
      }
      distribution d(a) on Real where a > 0 { logpdf(x) = -x^2; sample() { 1.5 } }
      let f = (a, b) => { let c = a; c }
      """
    #expect(
      dumpTree(parsed(text).result.tree) == """
        model m(x: Real[n], k = 1)
          for (i, _) in x
            choice y[i] ~ (call normal (index x i) 1) via (call reinforce baseline: 0)
          if (> k 1)
            return
          else
            if true
              break
        distribution d(a)
          on Real
          where (> a 0)
          logpdf(x) = (- (^ x 2))
          sample()
            1.5
        let f = lambda(a, b)
          let c = a
          c

        """)
  }
}
