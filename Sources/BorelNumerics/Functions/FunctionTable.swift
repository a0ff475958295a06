// Numerical functions by the names that programs call them by.

/// A C function of one to four reals.
public enum RealFunction: Sendable {
  case one(@convention(c) (Double) -> Double)
  case two(@convention(c) (Double, Double) -> Double)
  case three(@convention(c) (Double, Double, Double) -> Double)
  case four(@convention(c) (Double, Double, Double, Double) -> Double)
}

/// A draw from a random stream, given up to three parameters.
public enum Draw: Sendable {
  case zero(@Sendable (inout RandomStream) -> Double)
  case one(@Sendable (inout RandomStream, Double) -> Double)
  case two(@Sendable (inout RandomStream, Double, Double) -> Double)
  case three(@Sendable (inout RandomStream, Double, Double, Double) -> Double)
}

/// The functions and draws that stand behind the primitives of the same names, one table per file of this folder.
public enum FunctionTable {}
