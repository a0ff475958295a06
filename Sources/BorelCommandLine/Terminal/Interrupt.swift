// Ctrl-C: the first asks the run to end with what it has, the second ends the process; at the prompt it ends the input alone.

import Borel
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

enum Interrupt {
  /// What the runs of this process look at.
  static let cancellation = Cancellation()

  /// How long whatever does not look at the flag may go on, in seconds.
  private static let patience: UInt32 = 5

  /// Catches SIGINT from now on.
  static func install() {
    // Touched here, so that the handler does not have to initialise it.
    cancellation.reset()
    signal(SIGINT) { _ in
      if Interrupt.cancellation.isCancelled { _exit(ExitStatus.interrupted.rawValue) }
      Interrupt.cancellation.cancel()
      alarm(Interrupt.patience)
    }
    signal(SIGALRM) { _ in _exit(ExitStatus.interrupted.rawValue) }
  }

  /// How often Ctrl-C was pressed while an input of the prompt ran.
  private static let count = Atomic<Int>(0)

  /// Catches SIGINT while an input of the prompt runs: the session is to survive it.
  ///
  /// The first Ctrl-C cancels, the second and the passing of a second also stop executions that inference is at. What does not look at the flags
  /// either, such as the product of two huge matrices, can be ended by a fifth.
  static func installForInput() {
    cancellation.reset()
    count.store(0, ordering: .relaxed)
    signal(SIGINT) { _ in
      let presses = Interrupt.count.add(1, ordering: .relaxed).newValue
      if presses >= 5 { _exit(ExitStatus.interrupted.rawValue) }
      if presses > 1 { Interrupt.cancellation.stop() }
      Interrupt.cancellation.cancel()
      alarm(1)
    }
    signal(SIGALRM) { _ in Interrupt.cancellation.stop() }
  }

  /// Lets SIGINT do what it does by default.
  static func uninstall() {
    alarm(0)
    signal(SIGINT, SIG_DFL)
    cancellation.reset()
  }
}
