// The C routines that compiled models are given, for the targets that hand them on or call them.

@_exported import CBorelNative

/// Dense linear algebra with adjoints: the table that compiled models call, and calls with a workspace that grows as they need it.
public enum Routines {
  public static let table = borel_standard_runtime().unsafelyUnwrapped.pointee

  /// Runs a routine that takes a workspace; false where it has failed.
  @discardableResult
  public static func run(_ routine: (UnsafeMutablePointer<borel_workspace>) -> Int) -> Bool {
    var capacity = 4096
    while true {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
      defer { memory.deallocate() }
      let start = memory.assumingMemoryBound(to: CChar.self)
      var workspace = borel_workspace(next: start, end: start + capacity, missing: 0)
      switch routine(&workspace) {
      case Int(borel_ok): return true
      case Int(borel_needs_workspace) where capacity < 1 << 40: capacity *= 4
      default: return false
      }
    }
  }

  /// C += op(A) op(B), C of m x n, k the inner size.
  public static func multiply(
    _ a: UnsafePointer<Double>, transposedA: Bool = false, _ b: UnsafePointer<Double>, transposedB: Bool = false,
    _ m: Int, _ n: Int, _ k: Int, into c: UnsafeMutablePointer<Double>
  ) {
    table.matrix_matrix(transposedA ? 1 : 0, transposedB ? 1 : 0, 1, m, n, k, a, b, c)
  }
}
