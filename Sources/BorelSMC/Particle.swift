// One execution among many, with its weight and its choices.

import BorelSemantics
import BorelSource
import BorelValues

/// An execution that stands at an observation or a factor, has ended, or has weight zero.
struct Particle<Run: Execution>: Sendable {
  enum Status: Sendable {
    case running
    case finished(Value)
    /// Weight zero: it is not run on.
    case dead
  }

  var run: Run
  var status = Status.running
  /// The log weight since the last resampling.
  var logWeight = 0.0
  var history: ChoiceHistory?
  /// The number of the first particle that this one descends from.
  var root: Int
  /// Where it stands.
  var span: Span?

  init(run: Run, root: Int) {
    self.run = run
    self.root = root
  }

  var isRunning: Bool { if case .running = status { true } else { false } }

  /// Runs to the next observation or factor, which changes the weight, or to the end. Returns a numerical failure.
  mutating func advance<Source: RandomSource>(using random: inout Source) throws(Failure) -> Failure? {
    do throws(Failure) {
      while true {
        switch run.advance() {
        case .sample(let address):
          let value = try random.drawValue(from: &run)
          history = ChoiceHistory(address, value, at: run.pendingSpan, after: history)
          run.resume(with: value)
        case .observe(_, let value):
          weigh(try run.score(value))
          return nil
        case .factor(let logWeight):
          weigh(try run.score(factor: logWeight))
          return nil
        case .finished(let value):
          status = .finished(value)
          return nil
        case .failed(let failure):
          throw failure
        }
      }
    } catch {
      guard error.kind == .numerical else { throw error }
      weigh(-.infinity)
      return error
    }
  }

  private mutating func weigh(_ increment: Double) {
    logWeight += increment
    span = run.pendingSpan
    if logWeight == -.infinity { status = .dead }
  }
}
