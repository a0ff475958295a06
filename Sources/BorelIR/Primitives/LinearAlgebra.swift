// Dense linear algebra.

private let vector = PrimitiveType.array(rank: 1)
private let matrix = PrimitiveType.array(rank: 2)
private let vectorOrMatrix = PrimitiveType.array(rank: nil)

let linearAlgebraPrimitives: [Primitive] = [
  Primitive("dot", [.init("x", vector), .init("y", vector)], .real, "Inner product of two vectors"),
  Primitive("norm", [.init("x", vector)], .real, "Euclidean length of a vector"),
  Primitive("squared_norm", [.init("x", vector)], .real, "Squared Euclidean length of a vector"),
  Primitive("outer", [.init("x", vector), .init("y", vector)], matrix, "The matrix x y'"),
  Primitive("transpose", [.init("A", matrix)], matrix, "A with rows and columns exchanged"),
  Primitive("trace", [.init("A", matrix)], .real, "Sum of the diagonal of a square matrix"),
  Primitive("diagonal", [.init("A", matrix)], vector, "The diagonal of a matrix"),
  Primitive("diag_matrix", [.init("x", vector)], matrix, "The matrix with diagonal x and zeros elsewhere"),
  Primitive("identity", [.init("n", .int)], matrix, "The n x n identity matrix"),
  Primitive("crossprod", [.init("A", matrix)], matrix, "A' A"),
  Primitive("tcrossprod", [.init("A", matrix)], matrix, "A A'"),
  Primitive(
    "cholesky", [.init("A", matrix)], matrix, "Lower L with L L' = A, positive definite; reads the lower triangle"),
  Primitive(
    "cholesky_solve", [.init("L", matrix), .init("b", vectorOrMatrix)], .like(1),
    "Solves L L' x = b, L from cholesky"),
  Primitive(
    "solve_lower", [.init("L", matrix), .init("b", vectorOrMatrix)], .like(1),
    "Solves L x = b, reading the lower triangle"),
  Primitive(
    "solve_lower_transposed", [.init("L", matrix), .init("b", vectorOrMatrix)], .like(1),
    "Solves L' x = b, reading the lower triangle of L"),
  Primitive(
    "solve_upper", [.init("U", matrix), .init("b", vectorOrMatrix)], .like(1),
    "Solves U x = b, reading the upper triangle"),
  Primitive("solve", [.init("A", matrix), .init("b", vectorOrMatrix)], .like(1), "Solves A x = b"),
  Primitive(
    "solve_spd", [.init("A", matrix), .init("b", vectorOrMatrix)], .like(1),
    "Solves A x = b for a symmetric positive definite A"),
  Primitive("inverse", [.init("A", matrix)], matrix, "Inverse of a square matrix"),
  Primitive("inverse_spd", [.init("A", matrix)], matrix, "Inverse of a symmetric positive definite matrix"),
  Primitive("det", [.init("A", matrix)], .real, "Determinant"),
  Primitive("log_abs_det", [.init("A", matrix)], .real, "log of the absolute value of the determinant"),
  Primitive("log_det_spd", [.init("A", matrix)], .real, "log determinant of a symmetric positive definite matrix"),
  Primitive("log_det_cholesky", [.init("L", matrix)], .real, "log determinant of L L': 2 sum log L[i, i]"),
  Primitive("quad_form", [.init("A", matrix), .init("x", vector)], .real, "x' A x"),
  Primitive(
    "quad_form_cholesky", [.init("L", matrix), .init("x", vector)], .real,
    "x' (L L')^-1 x, a squared Mahalanobis distance"),
  Primitive("eigenvalues_sym", [.init("A", matrix)], vector, "Eigenvalues of a symmetric matrix, ascending"),
  Primitive(
    "eigenvectors_sym", [.init("A", matrix)], matrix,
    "Eigenvectors of a symmetric matrix as columns, in the order of eigenvalues_sym"),
  Primitive("singular_values", [.init("A", matrix)], vector, "Singular values, descending"),
  Primitive("svd_u", [.init("A", matrix)], matrix, "U of the thin A = U diag(s) V'"),
  Primitive("svd_v", [.init("A", matrix)], matrix, "V of the thin A = U diag(s) V'"),
  Primitive("qr_q", [.init("A", matrix)], matrix, "Q of the thin A = Q R, R with a diagonal that is not negative"),
  Primitive("qr_r", [.init("A", matrix)], matrix, "R of the thin A = Q R, R with a diagonal that is not negative"),
  Primitive("matrix_exp", [.init("A", matrix)], matrix, "Exponential of a square matrix"),
]
