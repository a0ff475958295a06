// Systems of ordinary differential equations inside a program: functions of time, state and parameters.

/// A system y' = f(t, y, p) that a program integrates.
///
/// Both programs share the numbering of variables with the program that they belong to, and its data, but are complete by themselves: their
/// inputs are `.other("time")`, `.position` (the state and behind it the parameters) and data.
public struct LoopSystem: Sendable {
  /// Fills one output, the derivative of the state.
  public var derivative: LoopProgram
  /// The same, and its change along `.other("direction")` as a second output; nil where a function has no derivative.
  public var product: LoopProgram?

  public init(derivative: LoopProgram, product: LoopProgram?) {
    self.derivative = derivative
    self.product = product
  }
}

/// Which system is integrated, how, and how exactly.
public struct LoopIntegration: Hashable, Sendable {
  public enum Method: String, Hashable, Sendable {
    case rk45 = "ode_rk45"
    case bdf = "ode_bdf"
  }

  public var method: Method
  /// A position in the program's `systems`.
  public var system: Int
  public var relativeTolerance: Double
  public var absoluteTolerance: Double
  public var maximumSteps: Int

  public init(
    _ method: Method, system: Int, relativeTolerance: Double, absoluteTolerance: Double, maximumSteps: Int
  ) {
    self.method = method
    self.system = system
    self.relativeTolerance = relativeTolerance
    self.absoluteTolerance = absoluteTolerance
    self.maximumSteps = maximumSteps
  }

  var name: String { "\(method.rawValue)[\(system)]" }
}

extension LoopProgram {
  /// The systems that the program integrates, in order.
  public var integratedSystems: [Int] {
    var found: Set<Int> = []
    for statement in body {
      statement.visit { statement in
        switch statement.kind {
        case .call(.integrate(let integration), _, _), .call(.integrateAdjoint(let integration, _, _), _, _):
          found.insert(integration.system)
        default: break
        }
      }
    }
    return found.filter(systems.indices.contains).sorted()
  }
}
