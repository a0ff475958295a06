// Nodes through solutions of differential equations: forward sensitivities from the Jacobians of the recorded derivative.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelValues

extension TapeRules {
  static let differentialEquations: [(String, TapeRule)] = [
    ("ode_rk45", .calling { (call) throws(Failure) in try solve(&call, .rk45) }),
    ("ode_bdf", .calling { (call) throws(Failure) in try solve(&call, .bdf) }),
  ]

  /// The sensitivities are those of the steps that the value's integration takes, to the initial state and to all nodes that the
  /// derivative has captured; as in native code, there is none to the times.
  private static func solve(
    _ call: inout TapeCall, _ method: DifferentialEquations.Method
  ) throws(Failure) -> Value {
    guard call.arguments.count == 7, let initial = TapeOperand(call.arguments[1]), initial.rank == 1,
      let start = call.arguments[2].asDual, let times = TapeOperand(call.arguments[3]), times.rank == 1,
      let relative = call.arguments[4].asDual?.value, let absolute = call.arguments[5].asDual?.value,
      let maximumSteps = call.arguments[6].asInt, relative > 0, relative < .infinity, absolute > 0,
      absolute < .infinity, maximumSteps >= 0
    else { return try call.performWithoutNodes() }
    guard start.node == 0 else { throw call.noDerivative(2) }
    guard !times.isActive else { throw call.noDerivative(3) }
    let states = initial.count
    let system = RecordedSystem(call, states: states)
    let y0 = (0..<states).map(initial.value)
    try system.findParameters(at: start.value, y0)
    let grid = (0..<times.count).map(times.value)
    while true {
      let parameters = system.parameters
      let columns = parameters.count + (initial.isActive ? states : 0)
      guard let size = ArrayObject.elementCount(of: [times.count, states, columns + 1]) else {
        throw Limits.memoryFailure(bytes: .max, at: call.machine.location.span)
      }
      try call.machine.reserve(elements: size + (20 + columns) * states + 4 * states * states)
      let solution = ArrayObject(uninitialized: .real, shape: [times.count, states])
      var sensitivities = [Double](repeating: 0, count: times.count * states * columns)
      var equations = DifferentialEquations(
        method, states: states, relativeTolerance: relative, absoluteTolerance: absolute, maximumSteps: maximumSteps)
      let outcome: DifferentialEquations.Outcome
      if columns == 0 {
        outcome = equations.solve(from: start.value, y0, at: grid, into: solution.reals, derivative: system.derivative)
      } else {
        equations.parameters = parameters.count
        system.columns = parameters.count
        var wanted: DifferentialEquations.Columns = []
        if !parameters.isEmpty { wanted.insert(.parameters) }
        if initial.isActive { wanted.insert(.initial) }
        outcome = sensitivities.withUnsafeMutableBufferPointer { buffer in
          guard let place = buffer.baseAddress else { return .solved }
          return equations.solve(
            from: start.value, y0, at: grid, into: solution.reals, sensitivities: place, to: wanted,
            derivative: system.derivative, jacobian: system.jacobian)
        }
      }
      if let failure = system.failure { throw failure }
      // The derivative has read something that it had not read before: once more with sensitivities to that.
      if system.parameters.count > parameters.count { continue }
      if case .failed(let reason) = outcome {
        throw Failure(
          .numerical,
          .init(
            code: "not-integrated", "`\(call.name)`: \(reason.message)", at: call.machine.location.span))
      }
      call.primal = .object(solution)
      guard columns > 0 else { return call.primal }
      let nodes = parameters + (initial.isActive ? (0..<states).map(initial.node) : [])
      let table = sensitivities
      let first = try call.tape.block(results: solution.count, operands: { nodes.filter { $0 != 0 } }) {
        adjoints, first in
        for k in 0..<solution.count where adjoints[first + k] != 0 {
          for (column, node) in nodes.enumerated() where node != 0 {
            adjoints[node] += adjoints[first + k] * table[k * columns + column]
          }
        }
      }
      return try call.result { first + $0 }
    }
  }
}

/// The right side of a system, and its derivatives by recording it.
private final class RecordedSystem {
  private let machine: MachineStorage
  private let tape: Tape
  private let name: String
  private let function: Value
  private let states: Int
  /// What the derivative has been seen to depend on besides its arguments; a branch may add to it on the way.
  private(set) var parameters: [Int] = []
  private var known: Set<Int> = [0]
  /// The number of parameters that the Jacobian is wanted for.
  var columns = 0
  private(set) var failure: Failure?
  /// A zero for each entry of the tape.
  private var work: [Double] = []

  init(_ call: TapeCall, states: Int) {
    machine = call.machine
    tape = call.tape
    name = call.name
    function = call.arguments[0]
    self.states = states
  }

  /// Records f(t, y) from `mark` on, with the nodes of the caller's choice for y, and remembers what it depends on.
  private func record(_ t: Double, _ y: Value, from mark: Int) throws(Failure) -> TapeOperand {
    let memoised = machine.models.memoisedCount
    let value = try machine.callValue(function, [.real(t), y])
    guard machine.models.memoisedCount == memoised else {
      throw .user(
        code: "no-derivative", "the function given to `\(name)` calls a memoised function for the first time",
        hint: "call it before, and use its value")
    }
    guard let result = TapeOperand(value), result.rank == 1 else {
      throw .user(
        code: "wrong-type",
        "the function given to `\(name)` must return the derivative, a vector, not \(value.kindDescription)")
    }
    guard result.count == states else {
      throw .user(
        code: "shape-mismatch",
        "the function given to `\(name)` returned \(result.count) elements, the state has \(states)")
    }
    tape.visitOperands(ofEntriesFrom: mark, note)
    for node in result.activeNodes where node < mark { note(node) }
    return result
  }

  private func note(_ node: Int) {
    if known.insert(node).inserted { parameters.append(node) }
  }

  private func state(_ y: UnsafePointer<Double>) -> ArrayObject {
    let state = ArrayObject(uninitialized: .real, shape: [states])
    state.reals.update(from: y, count: states)
    return state
  }

  func findParameters(at t: Double, _ y: [Double]) throws(Failure) {
    let mark = tape.count
    defer { tape.truncate(to: mark) }
    _ = try record(t, .array(y), from: mark)
  }

  /// f(t, y); false where it fails.
  func derivative(_ t: Double, _ y: UnsafePointer<Double>, _ slope: UnsafeMutablePointer<Double>) -> Bool {
    let mark = tape.count
    defer { tape.truncate(to: mark) }
    do throws(Failure) {
      let result = try record(t, .object(state(y)), from: mark)
      for index in 0..<states { slope[index] = result.value(index) }
      return true
    } catch {
      failure = error
      return false
    }
  }

  /// df/dy and df/dp, a row at a time; false where f fails.
  func jacobian(
    _ t: Double, _ y: UnsafePointer<Double>, _ byState: UnsafeMutablePointer<Double>,
    _ byParameter: UnsafeMutablePointer<Double>?
  ) -> Bool {
    let mark = tape.count
    defer { tape.truncate(to: mark) }
    do throws(Failure) {
      let plain = state(y)
      var inputs: [Int] = []
      for _ in 0..<states { inputs.append(try tape.input()) }
      let result = try record(t, .object(TracedArray(values: plain, nodes: ArrayObject(inputs))), from: mark)
      if work.count < tape.count { work = [Double](repeating: 0, count: 2 * tape.count) }
      for row in 0..<states {
        tape.withAdjoints(of: result.node(row), from: mark, earlier: parameters, in: &work) { adjoints in
          for (column, node) in inputs.enumerated() { byState[row * states + column] = adjoints[node] }
          guard let byParameter else { return }
          for column in 0..<columns { byParameter[row * columns + column] = adjoints[parameters[column]] }
        }
      }
      return true
    } catch {
      failure = error
      return false
    }
  }
}
