// Adaptive quadrature, for checking densities against distribution functions.

/// ∫ f over [a, b] by adaptive 7-point Gauss and 15-point Kronrod rules, to an error of about `tolerance` or the noise of f.
func integral(
  _ a: Double, _ b: Double, tolerance: Double, depth: Int = 0, _ f: (Double) throws -> Double
) rethrows -> Double {
  let centre = 0.5 * (a + b)
  let half = 0.5 * (b - a)
  let middle = try f(centre)
  var kronrod = middle * kronrodWeights[7]
  var gauss = middle * gaussWeights[3]
  var size = abs(kronrod)
  for index in 0..<7 {
    let offset = half * kronrodNodes[index]
    let (left, right) = (try f(centre - offset), try f(centre + offset))
    let sum = left + right
    size += (abs(left) + abs(right)) * kronrodWeights[index]
    kronrod += sum * kronrodWeights[index]
    if index % 2 == 1 { gauss += sum * gaussWeights[index / 2] }
  }
  kronrod *= half
  gauss *= half
  // A density of 1e5 observations' weight carries a noise of 1e-11.
  let isDone = abs(kronrod - gauss) <= max(tolerance, 1e-10 * half * size)
  if isDone || depth >= 16 || !kronrod.isFinite { return kronrod }
  return try integral(a, centre, tolerance: 0.5 * tolerance, depth: depth + 1, f)
    + integral(centre, b, tolerance: 0.5 * tolerance, depth: depth + 1, f)
}

private let kronrodNodes = [
  0.991455371120812639206854697526329, 0.949107912342758524526189684047851, 0.864864423359769072789712788640926,
  0.741531185599394439863864773280788, 0.586087235467691130294144691693013, 0.405845151377397166906606412076961,
  0.207784955007898467600689403773245,
]
private let kronrodWeights = [
  0.022935322010529224963732008058970, 0.063092092629978553290700663189204, 0.104790010322250183839876322541518,
  0.140653259715525918745189590510238, 0.169004726639267902826583426598550, 0.190350578064785409913256402421014,
  0.204432940075298892414161999234649, 0.209482141084727828012999174891714,
]
private let gaussWeights = [
  0.129484966168869693270611432679082, 0.279705391489276667901467771423780, 0.381830050505118944950369775488975,
  0.417959183673469387755102040816327,
]
