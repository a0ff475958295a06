// Specialises the primitives on distributions: combinations, densities, cdfs.

import BorelIR
import BorelSource

extension Specialiser {
  /// The primitives on distributions by name; nil for any other.
  mutating func distributionPrimitive(
    _ name: String, _ values: [AbstractValue], at span: Span, spans: [Span]
  ) throws(NotNative) -> AbstractValue? {
    func distribution(_ index: Int) throws(NotNative) -> AbstractDistribution {
      guard index < values.count, case .distribution(let distribution) = values[index] else {
        throw NotNative(.unknownDistribution, "`\(name)` needs a distribution that is known beforehand", at: span)
      }
      return distribution
    }
    func bound(_ index: Int, _ this: inout Specialiser) throws(NotNative) -> LoopOperand? {
      guard index < values.count else { return nil }
      if case .null = values[index] { return nil }
      guard case .scalar(let operand) = values[index] else {
        throw NotNative(.construct, "a bound of `\(name)` is \(values[index].kindName)", at: span)
      }
      return operand
    }
    switch name {
    case "iid":
      return .distribution(
        .repeated(try distribution(0), sizes: try sizes(values.dropFirst(), name, at: span)))
    case "truncate", "censor":
      let base = try distribution(0)
      var low = try bound(1, &self)
      var high = try bound(2, &self)
      if !(try isDiscrete(base)) {
        low = low.map { builder.real($0) }
        high = high.map { builder.real($0) }
      }
      return .distribution(
        name == "truncate" ? .truncated(base, lower: low, upper: high) : .censored(base, lower: low, upper: high))
    case "ordered":
      guard values.count == 2 else { return nil }
      return .distribution(.ordered(try distribution(0), size: try int(values[1], "the size of `ordered`", at: span)))
    case "mixture":
      guard case .array(let weights)? = values.first else { return nil }
      var parts = Array(values.dropFirst())
      if parts.count == 1, case .list(let listed) = parts[0] { parts = listed }
      var components: [AbstractDistribution] = []
      for part in parts {
        guard case .distribution(let component) = part else {
          throw NotNative(.unknownDistribution, "a component of the mixture is \(part.kindName)", at: span)
        }
        components.append(component)
      }
      requireEqual(weights.sizes[0], .int(components.count), .shape)
      var operands: [LoopOperand] = []
      var total = LoopOperand.real(0)
      for index in components.indices {
        let weight = builder.real(try element(weights, [.int(index)]))
        require(builder.apply(.lessOrEqual, .real(0), weight), .parameter)
        operands.append(weight)
        total = builder.apply(.add, total, weight)
      }
      let off = builder.apply(.absolute, builder.apply(.subtract, total, .real(1)))
      require(builder.apply(.lessOrEqual, off, .real(1e-6)), .parameter)
      // Weights that sum to 1 only nearly are made to.
      let shares = operands.map { builder.apply(.divide, $0, total) }
      return .distribution(.mixture(weights: shares, components))
    case "logpdf", "pdf":
      guard values.count == 2 else { return nil }
      let density = try logDensity(try distribution(0), values[1], isInside: false, at: span)
      return .scalar(name == "pdf" ? try scalarFunction("exp", [density], at: span) : density)
    case "cdf", "ccdf", "logcdf", "logccdf":
      guard values.count == 2, let tail = Tail(rawValue: name), case .scalar(let x) = values[1] else { return nil }
      return .scalar(try self.tail(tail, try distribution(0), at: x, span: span))
    case "mean", "variance":
      guard case .plain(let id, let parameters) = try distribution(0), let method = core[id].methods[name] else {
        return nil
      }
      return try self.method(method, parameters, at: span)
    default: return nil
    }
  }
}
