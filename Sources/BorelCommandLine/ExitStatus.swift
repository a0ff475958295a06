// The exit codes of the command, as documented in docs/command-line.md.

import Borel

/// What the command ends with.
enum ExitStatus: Int32 {
  case success = 0
  /// The program or its data are wrong; diagnostics were printed.
  case failure = 1
  /// The command line is wrong.
  case usage = 2
  /// Finished, with warnings, under `--strict`.
  case warnings = 3
  /// A limit on steps, depth or memory was hit.
  case limit = 4
  /// A data file is unreadable or malformed.
  case dataFile = 65
  /// An input file is missing or a directory.
  case noInput = 66
  /// A fault of Borel.
  case internalError = 70
  /// The output cannot be written.
  case output = 74
  /// Ctrl-C.
  case interrupted = 130
  /// The reader of standard output has gone.
  case brokenPipe = 141

  init(_ kind: BorelError.Kind) {
    self =
      switch kind {
      case .program, .data: .failure
      case .limit: .limit
      case .dataFile: .dataFile
      case .noInput: .noInput
      case .output: .output
      case .interrupted: .interrupted
      case .internal: .internalError
      }
  }
}

/// Ends a command whose messages have been printed.
struct Exit: Error {
  let status: ExitStatus
  init(_ status: ExitStatus) { self.status = status }
}
