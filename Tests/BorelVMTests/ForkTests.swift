// Forks: copies of a machine go separate ways, share what they can, and release everything.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Synchronization
import Testing

/// A host value that counts how many of it are alive.
private final class Counted: HostValue {
  static let alive = Atomic<Int>(0)
  init() { Self.alive.add(1, ordering: .relaxed) }
  deinit { Self.alive.subtract(1, ordering: .relaxed) }
  var typeName: String { "counted" }
  var memberNames: [String] { [] }
  func member(_ name: String) -> Value? { nil }
  func element(at index: Value) -> Value? { nil }
  var text: String { "counted" }
}

private let gauss = """
  distribution gauss(m, s) on Real where s > 0 {
    logpdf(x) = -0.5 * ((x - m) / s) ^ 2 - log(s)
    sample() = m + s * standard_normal()
  }

  """

@Suite(.serialized) struct ForkTests {
  @Test func copiesGoSeparateWays() throws {
    let program = try TestProgram(
      gauss + """
        model m() {
          var a = [0.0, 0.0, 0.0]
          for i in 0..<3 {
            a[i] = sample(gauss(0, 1))
          }
          return a
        }
        """)
    var first = try program.model("m")
    guard case .sample = first.advance() else { throw TestFailure(description: "no choice") }
    first.resume(with: .real(1))
    guard case .sample = first.advance() else { throw TestFailure(description: "no choice") }
    var second = first
    for value in [2.0, 3.0] {
      first.resume(with: .real(value))
      _ = first.advance()
      second.resume(with: .real(-value))
      _ = second.advance()
    }
    #expect(result(&first) == "[1.0, 2.0, 3.0]")
    #expect(result(&second) == "[1.0, -2.0, -3.0]")
  }

  private func result(_ run: inout ModelRun) -> String {
    guard case .finished(let value) = run.advance() else { return "?" }
    return ValueText.literal(value)
  }

  /// Populations are forked, extended, thinned and dropped at random; nothing may stay behind.
  @Test func everythingIsReleased() throws {
    let program = try TestProgram(
      gauss + """
        fn wrap(t, k) { {payload: t, history: [k]} }
        model m(token) {
          var items = [token, token]
          var record = wrap(token, 0)
          let keep = x => (x, token)
          var i = 0
          while i < 12 {
            theta[i] ~ gauss(0, 1)
            items = append(items, keep(theta[i]))
            items[0] = record
            record.history = append(record.history, i)
            record.payload = (record.payload, token)
            let pair = keep(items[len(items) - 1])
            for x in items {
              let y = x
            }
            i = i + 1
          }
          return (items, record, theta)
        }
        """)
    #expect(Counted.alive.load(ordering: .relaxed) == 0)
    do {
      var random = RandomStream(seed: 7)
      var runs = [try program.model("m", [.host(Counted())])]
      for _ in 0..<400 {
        let index = random.uniformInt(below: runs.count)
        var run = runs[index]
        switch run.advance() {
        case .sample: run.resume(with: .real(random.normal()))
        case .failed(let failure): throw failure
        case .finished: continue
        default: break
        }
        if random.uniform() < 0.7, runs.count < 30 { runs.append(run) } else { runs[index] = run }
        if random.uniform() < 0.2, runs.count > 1 { runs.remove(at: random.uniformInt(below: runs.count)) }
      }
      for index in runs.indices {
        loop: while true {
          switch runs[index].advance() {
          case .sample: runs[index].resume(with: .real(0))
          case .finished(let value):
            #expect(value.tag == .tuple)
            break loop
          default: throw TestFailure(description: "unexpected stop")
          }
        }
      }
      #expect(Counted.alive.load(ordering: .relaxed) == 1)
    }
    #expect(Counted.alive.load(ordering: .relaxed) == 0)
  }

  @Test func failuresReleaseWhatTheyInterrupt() throws {
    do {
      let program = try TestProgram(
        "fn f(t, n) { if n == 0 { [t, [t]][2] } else { (f(t, n - 1), t) } }\nmodel m(t) { return f(t, 50) }")
      var run = try program.model("m", [.host(Counted())])
      guard case .failed = run.advance() else { throw TestFailure(description: "no failure") }
    }
    #expect(Counted.alive.load(ordering: .relaxed) == 0)
  }

  @Test func choicesBuildArrays() throws {
    let program = try TestProgram(
      gauss + """
        model rows() {
          for i in 0..<3 {
            for j in 0..<2 {
              x[i, j] ~ gauss(0, 1)
            }
          }
          return (x, shape(x))
        }
        model backwards() {
          for k in 0..<3 {
            x[2 - k] ~ gauss(k, 1)
          }
          return x
        }
        model holes() {
          x[1] ~ gauss(0, 1)
          return x
        }
        """)
    func finish(_ name: String) throws -> Effect {
      var run = try program.model(name)
      var count = 0.0
      while true {
        let effect = run.advance()
        guard case .sample = effect else { return effect }
        count += 1
        run.resume(with: .real(count))
      }
    }
    guard case .finished(let rows) = try finish("rows"), case .finished(let backwards) = try finish("backwards"),
      case .failed(let failure) = try finish("holes")
    else { throw TestFailure(description: "unexpected end") }
    #expect(ValueText.literal(rows) == "([[1.0, 2.0],\n [3.0, 4.0],\n [5.0, 6.0]], [3, 2])")
    #expect(ValueText.literal(backwards) == "[3.0, 2.0, 1.0]")
    #expect(failure.diagnostic.code == "missing-element")
  }
}
