// Lines from standard input where that is no terminal: no prompt, no echo, no history.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Lines from a pipe or a file.
public final class PipedLines: LineSource {
  public let isInteractive = false

  public init() {}

  public func nextLine(prompt: String) -> InputLine {
    guard let line = readLine(strippingNewline: true) else { return .end }
    return .text(line)
  }

  public func remember(_ input: String) {}
}
