// Stable ascending order of many doubles, by the digits of their bit patterns: ranks of thousands of columns are dominated by sorting.

/// Sorts columns of one length, with its memory kept between calls.
struct SortedOrder {
  let count: Int
  private let keys: UnsafeMutablePointer<UInt64>
  private let otherKeys: UnsafeMutablePointer<UInt64>
  private let otherOrder: UnsafeMutablePointer<Int32>
  private let counts: UnsafeMutablePointer<Int32>
  /// After `sort`: the positions of the values in ascending order, equal ones in the order of their positions.
  let order: UnsafeMutablePointer<Int32>

  private static let digitBits = 11
  private static let digitCount = 1 << digitBits

  init(count: Int) {
    self.count = count
    keys = .allocate(capacity: count)
    otherKeys = .allocate(capacity: count)
    order = .allocate(capacity: count)
    otherOrder = .allocate(capacity: count)
    counts = .allocate(capacity: Self.digitCount)
  }

  func deallocate() {
    keys.deallocate()
    otherKeys.deallocate()
    order.deallocate()
    otherOrder.deallocate()
    counts.deallocate()
  }

  /// Fills `order`; the values hold no NaN, and -0 equals 0.
  func sort(_ values: UnsafePointer<Double>) {
    var smallest = UInt64.max
    var largest = UInt64.min
    for index in 0..<count {
      // Negative numbers descend with their bit pattern; + 0 makes one zero of two.
      let bits = (values[index] + 0).bitPattern
      let key = bits >> 63 == 1 ? ~bits : bits | 1 << 63
      keys[index] = key
      smallest = min(smallest, key)
      largest = max(largest, key)
      order[index] = Int32(truncatingIfNeeded: index)
    }
    guard count > 1, largest > smallest else { return }
    let width = 64 - (largest - smallest).leadingZeroBitCount
    guard count > 64 else {
      _ = insertionSort(moves: .max)
      return
    }
    // The leading 33 bits of the range tell nearly all values apart, and few moves do the rest.
    let leading = max(width - 3 * Self.digitBits, 0)
    radixSort(from: leading, to: width, above: smallest)
    if leading > 0, !insertionSort(moves: 8 * count) {
      for index in 0..<count {
        let bits = (values[index] + 0).bitPattern
        keys[index] = bits >> 63 == 1 ? ~bits : bits | 1 << 63
        order[index] = Int32(truncatingIfNeeded: index)
      }
      radixSort(from: 0, to: width, above: smallest)
    }
  }

  /// Sorts by the bits `low..<high` of key - origin, digit by digit from below.
  private func radixSort(from low: Int, to high: Int, above origin: UInt64) {
    var source = (keys, order)
    var target = (otherKeys, otherOrder)
    var shift = low
    while shift < high {
      let mask = UInt64(Self.digitCount - 1)
      counts.update(repeating: 0, count: Self.digitCount)
      for index in 0..<count { counts[Int(((source.0[index] &- origin) >> UInt64(shift)) & mask)] &+= 1 }
      var start: Int32 = 0
      for digit in 0..<Self.digitCount {
        let size = counts[digit]
        counts[digit] = start
        start &+= size
      }
      for index in 0..<count {
        let key = source.0[index]
        let digit = Int(((key &- origin) >> UInt64(shift)) & mask)
        let place = Int(counts[digit])
        counts[digit] &+= 1
        target.0[place] = key
        target.1[place] = source.1[index]
      }
      swap(&source, &target)
      shift += Self.digitBits
    }
    if source.0 != keys {
      keys.update(from: otherKeys, count: count)
      order.update(from: otherOrder, count: count)
    }
  }

  /// Finishes an almost sorted order; false where that takes more than the given moves.
  private func insertionSort(moves limit: Int) -> Bool {
    var moves = 0
    for index in 1..<max(count, 1) {
      let (key, position) = (keys[index], order[index])
      var place = index
      while place > 0, keys[place - 1] > key {
        keys[place] = keys[place - 1]
        order[place] = order[place - 1]
        place -= 1
      }
      keys[place] = key
      order[place] = position
      moves += index - place
      if moves > limit { return false }
    }
    return true
  }
}
