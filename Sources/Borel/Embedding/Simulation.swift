// One execution of a model for a Swift program.

import BorelDataIO
import BorelSemantics
import BorelValues

/// The choices of one execution.
public struct Simulation: Sendable, CustomStringConvertible {
  let trace: TraceValue

  init(_ trace: TraceValue) { self.trace = trace }

  /// The names of the variables, arrays as a whole.
  public var names: [String] { trace.variables.map(\.name) }

  /// The log density of all choices, observed ones and factors included.
  public var logDensity: Double { trace.trace.logDensity }

  /// The number under a name, `mu` or `theta[3]`; true and false count as 1 and 0.
  public func number(_ name: String) -> Double? {
    guard let value = trace.element(at: .string(name)) else { return nil }
    return value.asReal ?? value.asBool.map { $0 ? 1 : 0 }
  }

  /// The elements of an array of numbers, row-major.
  public func numbers(_ name: String) -> [Double]? { trace.element(at: .string(name))?.asArray?.realElements }

  /// The variables, the return value as `value`, and the log density, as a JSON object.
  public var json: String {
    var fields = trace.variables
    if !fields.contains(where: { $0.name == "value" }), trace.trace.value.tag != .null {
      fields.append(("value", trace.trace.value))
    }
    fields.append(("log_density", .real(trace.trace.logDensity)))
    let written = fields.compactMap { field in jsonText(field.value) == nil ? nil : (field.name, field.value) }
    return jsonText(.record(written)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }

  public var description: String { trace.text }
}
