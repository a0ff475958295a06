// One line on the terminal that tells how far each chain is, redrawn a few times a second.

import Borel
import Synchronization

/// Shows progress; called often and from any thread.
final class ProgressLine: Sendable {
  private struct State {
    var latest: [Int: Progress] = [:]
    var shownAt = ContinuousClock.now - .seconds(1)
  }

  private static let interval = Duration.milliseconds(100)
  private let console: Console
  private let state = Mutex(State())

  init(console: Console) { self.console = console }

  func show(_ progress: Progress) {
    let text: String? = state.withLock { state in
      state.latest[progress.chain] = progress
      let now = ContinuousClock.now
      guard now - state.shownAt >= Self.interval else { return nil }
      state.shownAt = now
      return Self.text(state.latest.sorted { $0.key < $1.key }.map(\.value))
    }
    if let text { console.progress(text) }
  }

  /// `warm-up 40%  draws 12%  accepted 0.31`: the share done of each chain, then what they have in common.
  private static func text(_ chains: [Progress]) -> String {
    var parts = chains.prefix(8).map { progress in
      let name = chains.count > 1 ? "chain \(progress.chain + 1): " : ""
      guard let total = progress.total, total > 0 else { return "\(name)\(progress.phase) \(progress.completed)" }
      return "\(name)\(progress.phase) \(progress.completed * 100 / total)%"
    }
    if chains.count > 8 { parts.append("and \(chains.count - 8) more chains") }
    let rates = chains.compactMap(\.acceptance)
    if !rates.isEmpty {
      let percent = Int((100 * rates.reduce(0, +) / Double(rates.count)).rounded())
      parts.append("accepted \(percent)%")
    }
    let failures = chains.reduce(0) { $0 + $1.failures }
    if failures > 0 { parts.append("\(failures) numerical failures") }
    return parts.joined(separator: "  ")
  }
}

/// Counts warnings from any thread.
final class WarningCount: Sendable {
  private let value = Atomic<Int>(0)
  func add() { value.add(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}
