// Ctrl-C: the first asks the run to end with what it has, the second ends the process.

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

  /// Lets SIGINT do what it does by default.
  static func uninstall() {
    alarm(0)
    signal(SIGINT, SIG_DFL)
    cancellation.reset()
  }
}
