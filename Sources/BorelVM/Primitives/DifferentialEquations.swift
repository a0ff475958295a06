// The machine's entries for ode_rk45 and ode_bdf: the integrators call functions of the language.

import BorelNumerics
import BorelSemantics
import BorelValues

let differentialImplementations: [(name: String, implementation: PrimitiveImplementation)] = [
  ("ode_rk45", .general(solveExplicitly)),
  ("ode_bdf", .general(solveStiffly)),
]

private func solveExplicitly(_ call: inout PrimitiveCall) throws(Failure) -> Value { try solve(.rk45, call) }
private func solveStiffly(_ call: inout PrimitiveCall) throws(Failure) -> Value { try solve(.bdf, call) }

private func solve(_ method: DifferentialEquations.Method, _ call: PrimitiveCall) throws(Failure) -> Value {
  // Calls of functions move the stack: everything is read before the first one.
  let function = call[0]
  let initial = try elements(call.realArray(1, rank: 1))
  let start = try call.real(2)
  let times = try elements(call.realArray(3, rank: 1))
  let (relative, absolute, maximumSteps) = (try call.real(4), try call.real(5), try call.int(6))
  for (index, tolerance) in [(4, relative), (5, absolute)] {
    guard tolerance > 0, tolerance < .infinity else {
      throw call.failure("`\(call.name)` needs a tolerance > 0, got \(tolerance)", argument: index)
    }
  }
  guard maximumSteps >= 0 else {
    throw call.failure("`\(call.name)` needs a number of steps that is not negative, got \(maximumSteps)", argument: 6)
  }
  let (elementCount, overflows) = times.count.multipliedReportingOverflow(by: initial.count)
  guard !overflows else { throw Limits.memoryFailure(bytes: .max, at: call.span) }
  try call.reserve(elements: elementCount + 20 * initial.count + 3 * initial.count * initial.count)
  let solution = ArrayObject(uninitialized: .real, shape: [times.count, initial.count])

  let caller = call.caller
  let name = call.name
  let span = call.span(of: 0)
  var failure: Failure?
  let equations = DifferentialEquations(
    method, states: initial.count, relativeTolerance: relative, absoluteTolerance: absolute, maximumSteps: maximumSteps)
  let outcome = equations.solve(from: start, initial, at: times, into: solution.reals) { t, y, slope in
    let state = ArrayObject(uninitialized: .real, shape: [initial.count])
    state.reals.update(from: y, count: initial.count)
    do throws(Failure) {
      let value = try caller.callValue(function, [.real(t), .object(state)])
      guard let result = value.asArray, result.rank == 1, result.kind != .bool else {
        throw call.failure(
          "the function given to `\(name)` must return the derivative, a vector, not \(value.kindDescription)",
          code: "wrong-type", argument: 0)
      }
      guard result.count == initial.count else {
        throw call.failure(
          "the function given to `\(name)` returned \(result.count) elements, the state has \(initial.count)",
          code: "shape-mismatch", argument: 0)
      }
      for index in 0..<initial.count { slope[index] = result.real(index) }
      return true
    } catch {
      failure = error
      return false
    }
  }
  if let failure { throw failure }
  switch outcome {
  case .solved, .stopped: return .object(solution)
  case .failed(let reason):
    throw Failure(.numerical, .init(code: "not-integrated", "`\(name)`: \(reason.message)", at: span))
  }
}

private func elements(_ array: ArrayObject) -> [Double] { (0..<array.count).map { array.real($0) } }
