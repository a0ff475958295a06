// Where the history of inputs is kept: the user's state directory.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// `$XDG_STATE_HOME/borel/history`, or `~/.local/state/borel/history`; nil where its folder cannot be made.
public func historyPath() -> String? {
  func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }
  guard let state = variable("XDG_STATE_HOME") ?? variable("HOME").map({ $0 + "/.local/state" }) else { return nil }
  let folder = state + "/borel"
  // Each missing part of the path, private to the user.
  var path = ""
  for part in folder.split(separator: "/", omittingEmptySubsequences: true) {
    path += (path.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
    if access(path, F_OK) != 0, mkdir(path, 0o700) != 0, errno != EEXIST { return nil }
  }
  return folder + "/history"
}
