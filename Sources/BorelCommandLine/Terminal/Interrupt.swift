// Ctrl-C: the first asks the run to end with what it has, the second ends the process.

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

enum Interrupt {
  private static let count = Atomic<Int>(0)

  /// True once Ctrl-C was pressed.
  static var wasSeen: Bool { count.load(ordering: .relaxed) > 0 }

  /// Forgets an interruption that has been dealt with.
  static func clear() { count.store(0, ordering: .relaxed) }

  /// Catches SIGINT from now on.
  static func install() {
    // Touched here, so that the handler does not have to initialise it.
    clear()
    signal(SIGINT) { _ in
      if Interrupt.count.add(1, ordering: .relaxed).newValue > 1 { _exit(ExitStatus.interrupted.rawValue) }
      // Whatever does not look at the flag is ended after this many seconds.
      alarm(5)
    }
    signal(SIGALRM) { _ in _exit(ExitStatus.interrupted.rawValue) }
  }
}
