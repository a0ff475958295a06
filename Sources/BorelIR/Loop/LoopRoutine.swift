// The routines of dense linear algebra that LoopIR calls; matrices are row-major, `op(A)` is A or its transpose.

/// A routine on whole arrays. Shapes come from the arguments' sizes; outputs never overlap inputs.
///
/// "Adds" means that the output keeps what it has and receives the result on top; the others overwrite.
public enum LoopRoutine: Hashable, Sendable {
  /// y = op(A) x; outputs [y], inputs [A, x].
  case matrixVector(transposed: Bool, adds: Bool)
  /// A in panels of some rows, each column by column; outputs [P], inputs [A]. P has as many rows as A, or up to three more.
  case pack
  /// y = op(A) x from the panels P of A; outputs [y], inputs [P, x].
  case packedVector(transposed: Bool, adds: Bool)
  /// C = op(A) op(B); outputs [C], inputs [A, B].
  case matrixMatrix(transposedA: Bool, transposedB: Bool, adds: Bool)
  /// A += x y'; outputs [A], inputs [x, y].
  case rankOne
  /// L L' = S, upper part of L zero; reads the lower triangle of S; outputs [L], inputs [S]. Fails unless S is positive definite.
  case cholesky
  /// Adds the adjoint of S: outputs [S̄], inputs [L, L̄]; only the lower triangles count.
  case choleskyAdjoint
  /// op(L) X = B for a lower triangular L; outputs [X], inputs [L, B]; B is a vector or a matrix.
  case solveLower(transposed: Bool)
  /// Adds to L̄ (lower triangle) and B̄: outputs [L̄, B̄], inputs [L, X, X̄].
  case solveLowerAdjoint(transposed: Bool)
  /// U X = B for an upper triangular U; outputs [X], inputs [U, B].
  case solveUpper
  /// Adds to Ū (upper triangle) and B̄: outputs [Ū, B̄], inputs [U, X, X̄].
  case solveUpperAdjoint
  /// A X = B for a general square A; outputs [X], inputs [A, B]. Fails where A is singular.
  case solve
  /// Adds to Ā and B̄: outputs [Ā, B̄], inputs [A, X, X̄].
  case solveAdjoint
  /// A⁻¹; outputs [B], inputs [A]. Fails where A is singular. Its adjoint is made of matrix products.
  case inverse
  /// log |det A| as an array of one element; outputs [d], inputs [A].
  case logAbsDeterminant
  /// e^A; outputs [E], inputs [A].
  case matrixExponential
  /// Adds to Ā: outputs [Ā], inputs [A, Ē].
  case matrixExponentialAdjoint
  /// Eigenvalues, ascending, and eigenvectors as columns of a symmetric matrix; outputs [w, V], inputs [A].
  case eigenSymmetric
  /// Adds to Ā: outputs [Ā], inputs [w, V, w̄, V̄].
  case eigenSymmetricAdjoint
  /// The solution of a system of differential equations, a row per time; outputs [Y], inputs [y0, t0, times, parameters], t0 an array of
  /// one element. Fails where the tolerance cannot be reached.
  case integrate(LoopIntegration)
  /// Adds to the adjoints of the initial state and of the parameters, each where it is wanted; outputs [ȳ0, p̄], inputs [y0, t0,
  /// times, parameters, Ȳ].
  case integrateAdjoint(LoopIntegration, initial: Bool, parameters: Bool)
  /// A random primitive: outputs [x] of one element, Real or Int, inputs [stream, arguments...]; the arguments are arrays, of one element but for
  /// weights. It changes the stream, so the order of draws counts: passes that move or share calls are not for programs that draw.
  case draw(PrimitiveID)
}
