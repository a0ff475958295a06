// A place holder until the random streams land.

public struct RandomStream: Sendable {
  public init(seed: UInt64) {}
}
