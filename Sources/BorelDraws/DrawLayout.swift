// What the numbers of a recorded draw are, known before the first one is made.

/// The columns of a chain: statistics of the sampler, then the elements of the variables.
public struct DrawLayout: Sendable, Equatable {
  /// Scalars by Stan's names, in the order of its files: `lp__`, `accept_stat__`, ...
  public var statistics: [Draws.Variable]
  /// In the order of the model; the elements of an array are consecutive and row-major.
  public var variables: [Draws.Variable]
  /// The names of a variable's dimensions, by the variable's name; those that are not here have none.
  public var dimensions: [String: [String]] = [:]
  /// The labels along a named dimension, by its name.
  public var coordinates: [String: [String]] = [:]

  /// Columns are numbered in the order given.
  public init(
    statistics: [(name: String, kind: Draws.Kind)], variables: [(name: String, shape: [Int], kind: Draws.Kind)]
  ) {
    var next = 0
    func place(_ name: String, _ shape: [Int], _ kind: Draws.Kind) -> Draws.Variable {
      let variable = Draws.Variable(name: name, shape: shape, kind: kind, firstColumn: next)
      next += variable.count
      return variable
    }
    self.statistics = statistics.map { place($0.name, [], $0.kind) }
    self.variables = variables.map { place($0.name, $0.shape, $0.kind) }
  }

  /// The numbers of one draw.
  public var columnCount: Int { (statistics + variables).reduce(0) { $0 + $1.count } }
}

/// An estimate of the covariance of a posterior over unconstrained space, by which a Hamiltonian sampler is scaled.
public enum InverseMetric: Sendable, Equatable {
  case unit(Int)
  /// Variances.
  case diagonal([Double])
  /// A symmetric positive definite matrix of n x n numbers.
  case dense([Double], Int)
  /// diag(s) (I + Σₖ (λₖ - 1) vₖ vₖᵀ) diag(s) with orthonormal vₖ, one behind the other.
  case lowRank(scale: [Double], vectors: [Double], values: [Double])

  /// The dimension of the space.
  public var dimension: Int {
    switch self {
    case .unit(let n), .dense(_, let n): n
    case .diagonal(let variances): variances.count
    case .lowRank(let scale, _, _): scale.count
    }
  }

  /// The variances of the single coordinates.
  public var variances: [Double] {
    switch self {
    case .unit(let n): return Array(repeating: 1, count: n)
    case .diagonal(let variances): return variances
    case .dense(let matrix, let n): return (0..<n).map { matrix[$0 * n + $0] }
    case .lowRank(let scale, let vectors, let values):
      let n = scale.count
      return (0..<n).map { i in
        let excess = values.indices.reduce(0.0) { sum, k in
          let v = vectors[k * n + i]
          return sum + (values[k] - 1) * v * v
        }
        return scale[i] * scale[i] * (1 + excess)
      }
    }
  }
}
