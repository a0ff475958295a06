// The last steps and changes of the gradient, and the inverse-Hessian estimate that they make.

/// The memory of L-BFGS for a function that is maximised (Nocedal and Wright, Numerical Optimization, 2006, section 7.2).
struct LimitedMemory {
  let capacity: Int
  /// Steps s and changes y of the gradient of -log p, the newest last, each with s'y > 0.
  private(set) var pairs: [(s: [Double], y: [Double], product: Double)] = []

  init(capacity: Int) { self.capacity = max(capacity, 1) }

  var isEmpty: Bool { pairs.isEmpty }
  mutating func forget() { pairs = [] }

  /// Adds a step where the function is concave along it.
  mutating func add(from old: DensityPoint, to new: DensityPoint) {
    let s = difference(new.position, old.position)
    let y = difference(old.gradient, new.gradient)
    let product = dot(s, y)
    guard product > 0x1p-52 * dot(y, y), product.isFinite, dot(s, s) > 0 else { return }
    if pairs.count == capacity { pairs.removeFirst() }
    pairs.append((s, y, product))
  }

  /// H g by the recursion of two loops, H₀ = (s'y / y'y) I.
  func direction(_ gradient: [Double]) -> [Double] {
    guard let last = pairs.last else { return gradient }
    var q = gradient
    var factors = [Double](repeating: 0, count: pairs.count)
    for k in pairs.indices.reversed() {
      factors[k] = dot(pairs[k].s, q) / pairs[k].product
      q = moved(q, by: -factors[k], along: pairs[k].y)
    }
    let scale = last.product / dot(last.y, last.y)
    for i in q.indices { q[i] *= scale }
    for k in pairs.indices {
      q = moved(q, by: factors[k] - dot(pairs[k].y, q) / pairs[k].product, along: pairs[k].s)
    }
    return q
  }
}
