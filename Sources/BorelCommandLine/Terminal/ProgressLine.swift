// How far each chain is: a line on the terminal, redrawn a few times a second, or Stan's lines in a log.

import Borel
import Synchronization

/// Shows progress; called often and from any thread.
final class ProgressLine: Sendable {
  private struct State {
    var latest: [Int: Progress] = [:]
    var shownAt = ContinuousClock.now - .seconds(1)
    /// Where each chain's last line in a log stood.
    var logged: [Int: Int] = [:]
    var started = ContinuousClock.now
  }

  private static let interval = Duration.milliseconds(100)
  /// A run that is over sooner says nothing in a log.
  private static let silence = Duration.seconds(2)
  private let console: Console
  private let state = Mutex(State())

  init(console: Console) { self.console = console }

  func show(_ progress: Progress) {
    if console.errorIsTerminal { showLine(progress) } else { log(progress) }
  }

  private func showLine(_ progress: Progress) {
    let text: String? = state.withLock { state in
      if state.latest.isEmpty { state.started = .now }
      state.latest[progress.chain] = progress
      let now = ContinuousClock.now
      guard now - state.shownAt >= Self.interval else { return nil }
      state.shownAt = now
      return Self.text(state.latest.sorted { $0.key < $1.key }.map(\.value), elapsed: now - state.started)
    }
    if let text { console.progress(text) }
  }

  /// `Chain 1 Iteration:  200 / 2000 [ 10%]  (Warmup)`, ten times a phase, as Stan writes and other tools read it.
  private func log(_ progress: Progress) {
    guard let hamiltonian = progress.hamiltonian, let total = progress.total, total > 0 else { return }
    let lines: [String] = state.withLock { state in
      if state.latest.isEmpty { state.started = .now }
      state.latest[progress.chain] = progress
      let step = max(total / 20, 1)
      let place = progress.completed / step
      guard place != state.logged[progress.chain] ?? 0 || progress.completed == total else { return [] }
      state.logged[progress.chain] = place
      guard .now - state.started > Self.silence else { return [] }
      let width = String(total).count
      let done = String(progress.completed)
      let percent = String(progress.completed * 100 / total)
      let phase = progress.completed <= hamiltonian.warmup ? "(Warmup)" : "(Sampling)"
      return [
        "Chain \(progress.chain + 1) Iteration: "
          + String(repeating: " ", count: max(0, width - done.count)) + done + " / \(total) ["
          + String(repeating: " ", count: 3 - percent.count) + percent + "%]  " + phase
      ]
    }
    for line in lines { console.message(line) }
  }

  /// `1 ▏draws 12%  2 ▏warm-up 90% …` and what the chains have in common.
  private static func text(_ chains: [Progress], elapsed: Duration) -> String {
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
    parts += hamiltonianParts(chains, elapsed: elapsed)
    let failures = chains.reduce(0) { $0 + $1.failures }
    if failures > 0 { parts.append("\(failures) numerical failures") }
    return parts.joined(separator: "  ")
  }

  /// Step size, gradients per draw, divergences, time left.
  private static func hamiltonianParts(_ chains: [Progress], elapsed: Duration) -> [String] {
    let hamiltonian = chains.compactMap(\.hamiltonian)
    guard let first = hamiltonian.first else { return [] }
    let count = Double(hamiltonian.count)
    var parts = [
      "step \(short(hamiltonian.reduce(0) { $0 + $1.stepSize } / count))",
      "\(short(hamiltonian.reduce(0) { $0 + $1.gradients } / count)) gradients a draw",
    ]
    let divergences = hamiltonian.reduce(0) { $0 + $1.divergences }
    if divergences > 0 { parts.append("\(divergences) divergences") }
    let done = chains.reduce(0) { $0 + $1.completed }
    // Chains that have not begun are as long as the others.
    let whole = chains.compactMap(\.total).max().map { $0.multipliedReportingOverflow(by: first.chains) }
    if let whole, !whole.overflow, done > 0 {
      let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
      let left = seconds * Double(whole.partialValue - done) / Double(done)
      if left >= 1, left < 1e9 { parts.append("\(Self.time(left)) left") }
    }
    return parts
  }

  private static func short(_ x: Double) -> String {
    guard x.isFinite, x > 0 else { return "-" }
    var scale = 1.0
    while x * scale < 10, scale < 1e9 { scale *= 10 }
    return x >= 10 ? String(Int(x.rounded())) : ((x * scale).rounded() / scale).description
  }

  private static func time(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    if whole < 60 { return "\(whole) s" }
    if whole < 3600 { return "\(whole / 60) min" }
    return "\(whole / 3600) h \(whole % 3600 / 60) min"
  }
}

/// Counts warnings from any thread.
final class WarningCount: Sendable {
  private let value = Atomic<Int>(0)
  func add() { value.add(1, ordering: .relaxed) }
  var count: Int { value.load(ordering: .relaxed) }
}
