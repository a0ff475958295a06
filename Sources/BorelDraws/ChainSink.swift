// Where the draws of a chain go as they are made: files that stream, or memory.

/// Receives the draws of one chain in order, from one thread.
public protocol ChainSink: AnyObject {
  /// Adds a draw: the numbers of a `DrawLayout`, in its order.
  func append(_ row: UnsafeBufferPointer<Double>, isWarmup: Bool) throws(SinkFailure)

  /// Called once, after the last iteration of warm-up and before the first draw.
  func endWarmup(stepSize: Double, inverseMetric: InverseMetric) throws(SinkFailure)

  /// Makes what was added so far safe against the death of the process; a resumed run returns to the mark.
  func synchronize() throws(SinkFailure) -> SinkMark

  /// Called once after the last draw.
  func finish() throws(SinkFailure)
}

/// How far a sink has come.
public struct SinkMark: Sendable, Equatable {
  /// Rows, those of warm-up that were kept included.
  public var rows: Int
  /// Bytes of the file, where there is one that is only appended to.
  public var bytes: Int
  public init(rows: Int, bytes: Int = 0) {
    self.rows = rows
    self.bytes = bytes
  }
}

/// Draws could not be written: no space, no permission, a device that failed.
public struct SinkFailure: Error, Sendable {
  /// The file or folder.
  public var path: String
  /// What the system said.
  public var reason: String
  public init(path: String, reason: String) {
    self.path = path
    self.reason = reason
  }
}
