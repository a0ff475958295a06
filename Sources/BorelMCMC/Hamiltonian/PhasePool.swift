// Memory for the states of a trajectory: positions, momenta, gradients and sums of momenta, reused by counting references.

/// States in phase space, named by small numbers. Everything about one state lies in one block.
struct PhasePool {
  let dimension: Int
  /// Numbers from one field of a state to the next: whole cache lines.
  private let stride: Int
  private var blocks: [UnsafeMutablePointer<Double>] = []
  private var references: [Int32] = []
  private var free: [Int] = []
  /// log p(q)
  private(set) var logDensity: [Double] = []

  init(dimension: Int) {
    self.dimension = dimension
    stride = (max(dimension, 1) + 7) / 8 * 8
  }

  /// A state that nothing has been written to, with one reference.
  mutating func make() -> Int {
    if let slot = free.popLast() {
      references[slot] = 1
      return slot
    }
    let block = UnsafeMutableRawPointer.allocate(byteCount: 8 * 5 * stride, alignment: 64)
      .bindMemory(to: Double.self, capacity: 5 * stride)
    block.initialize(repeating: 0, count: 5 * stride)
    blocks.append(block)
    references.append(1)
    logDensity.append(-.infinity)
    return blocks.count - 1
  }

  mutating func retain(_ slot: Int) { references[slot] += 1 }

  mutating func release(_ slot: Int) {
    references[slot] -= 1
    if references[slot] == 0 { free.append(slot) }
  }

  mutating func setLogDensity(_ slot: Int, _ value: Double) { logDensity[slot] = value }

  func position(_ slot: Int) -> UnsafeMutablePointer<Double> { blocks[slot] }
  func momentum(_ slot: Int) -> UnsafeMutablePointer<Double> { blocks[slot] + stride }
  func gradient(_ slot: Int) -> UnsafeMutablePointer<Double> { blocks[slot] + 2 * stride }
  /// The sum of momenta along the trajectory up to here.
  func sum(_ slot: Int) -> UnsafeMutablePointer<Double> { blocks[slot] + 3 * stride }
  /// Filled where the metric is not diagonal.
  func velocity(_ slot: Int) -> UnsafeMutablePointer<Double> { blocks[slot] + 4 * stride }

  func deallocate() { for block in blocks { block.deallocate() } }
}
