// Writes files of draws that are known bit for bit, for `make interop`, and times writing and reading them.

import BorelDataIO
import BorelDraws
import BorelSource

let arguments = CommandLine.arguments.dropFirst()
switch (arguments.first, arguments.dropFirst().first) {
case ("write", let folder?): report { try writeSamples(folder) }
case ("fill", let folder?): report { try fill(folder, arguments.dropFirst(2).first ?? "full.csv") }
case ("time", let folder?): report { try time(folder) }
default:
  print("usage: borel-files write FOLDER | fill FOLDER NAME | time FOLDER")
}

/// A failure on one line.
func report(_ body: () throws -> Void) {
  do {
    try body()
  } catch let failure as SinkFailure {
    print("\(failure.path): \(failure.reason)")
  } catch let failure as DataFailure {
    print(failure.diagnostic.message)
  } catch {
    print(error)
  }
}
