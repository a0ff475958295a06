// How programs are run: randomness, threads, limits, and where output, notices and progress go.

import BorelInference
import BorelSource
import BorelVM

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

public typealias Progress = BorelInference.Progress

/// How programs are run. Nothing is printed by the library: output and notices go to these closures.
public struct RunOptions: Sendable {
  /// What one execution may use.
  public struct Limits: Sendable {
    /// Loop iterations and calls.
    public var steps: Int
    /// Active calls.
    public var depth: Int
    /// Bytes held by arrays and lists.
    public var memory: Int

    public init(steps: Int = 1_000_000_000, depth: Int = 65_536, memory: Int = 512 << 20) {
      self.steps = steps
      self.depth = depth
      self.memory = memory
    }
  }

  /// Something worth knowing that is no error.
  public struct Notice: Sendable {
    public enum Kind: Sendable {
      case warning
      /// Such as the seed that was drawn.
      case note
    }
    public let kind: Kind
    public let diagnostic: Diagnostic
    let sources: SourceMap

    public func rendered(color: Bool = false) -> String { render(diagnostic, in: sources, color: color) }
  }

  /// All random numbers follow from it; nil draws one from the system and tells it in a notice.
  public var seed: UInt64?
  /// Threads to use, 0 for one per processor; results do not depend on it.
  public var threads: Int
  public var limits: Limits
  /// Receives what `print` writes, line breaks included.
  public var output: @Sendable (String) -> Void
  public var notice: @Sendable (Notice) -> Void
  /// Called often and from any thread.
  public var progress: (@Sendable (Progress) -> Void)?
  /// Ends runs early: inference with the draws so far, everything else with an error of kind `interrupted`.
  public var cancellation: Cancellation

  public init(
    seed: UInt64? = nil, threads: Int = 0, limits: Limits = .init(),
    output: @escaping @Sendable (String) -> Void = { _ in },
    notice: @escaping @Sendable (Notice) -> Void = { _ in },
    progress: (@Sendable (Progress) -> Void)? = nil, cancellation: Cancellation = Cancellation()
  ) {
    self.seed = seed
    self.threads = threads
    self.limits = limits
    self.output = output
    self.notice = notice
    self.progress = progress
    self.cancellation = cancellation
  }

  /// The control of an inference run.
  var control: RunControl {
    let cancellation = cancellation
    return RunControl(
      threads: threadCount, progress: progress, isCancelled: { cancellation.isCancelled })
  }

  /// How many threads are used.
  public var threadCount: Int { threads > 0 ? threads : processorCount }

  var machineLimits: BorelVM.Limits {
    BorelVM.Limits(steps: limits.steps, depth: limits.depth, memory: limits.memory)
  }
}

/// How many threads the machine can run at once.
private let processorCount = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
