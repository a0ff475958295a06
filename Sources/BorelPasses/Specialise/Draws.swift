// Specialises draws: choices of a simulation run the samplers of their distributions.

import BorelIR
import BorelSource

extension Specialiser {
  /// Draws a free choice and stores it where the choice's value lies.
  mutating func draw(
    _ distribution: AbstractDistribution, into value: LoopVariable, _ number: Int, _ indices: [LoopOperand],
    at span: Span
  ) throws(NotNative) {
    let site = builder.program.sites[number]
    if site.status == .partlyObserved {
      try drawMissing(distribution, into: value, number, indices, at: span)
      return
    }
    switch try drawn(distribution, at: span) {
    case .scalar(let operand):
      let scalar = try fitting(operand, site, at: span)
      if case .variable(let computed) = scalar, let operation = builder.definitions[computed] {
        builder.append(.define(value, operation))
      } else {
        builder.append(.define(value, .apply(.select, [.bool(true), scalar, scalar])))
      }
      if let array = site.array {
        builder.append(.store(array, indices, .variable(value)))
      } else {
        drawnScalars[number] = value
      }
    case .array(let array):
      let sizes = builder.program[value].sizes
      guard array.rank == sizes.count else {
        throw NotNative(.construct, "a draw of `\(site.pattern)` has another shape than its values", at: span)
      }
      for (a, b) in zip(array.sizes, sizes) { requireEqual(a, b, .shape) }
      try copyElements(array, to: value)
    default: throw NotNative(.construct, "a draw of `\(site.pattern)` is no number", at: span)
    }
  }

  /// A choice of which only some are observed: its datum, or a draw.
  private mutating func drawMissing(
    _ distribution: AbstractDistribution, into value: LoopVariable, _ number: Int, _ indices: [LoopOperand],
    at span: Span
  ) throws(NotNative) {
    let site = builder.program.sites[number]
    guard let array = site.array, builder.program[array].sizes.count == indices.count else {
      throw NotNative(.construct, "`\(site.pattern)` is an array of which a part is observed", at: span)
    }
    let info = builder.program[array]
    let data = builder.input(.observed(site: number), name: info.name + "_data", info.scalar, sizes: info.sizes)
    let missing = builder.input(.isMissing(site: number), name: info.name + "_missing", .bool, sizes: info.sizes)
    _ = try branches(
      builder.load(missing, indices), changing: [], at: span,
      then: { (this) throws(NotNative) in
        guard case .scalar(let operand) = try this.drawn(distribution, at: span) else {
          throw NotNative(.construct, "a draw of `\(site.pattern)` is no number", at: span)
        }
        this.builder.append(.store(array, indices, try this.fitting(operand, site, at: span)))
        return .null
      },
      else: { (this) throws(NotNative) in
        this.builder.append(.store(array, indices, this.builder.load(data, indices)))
        return .null
      })
    builder.append(.define(value, .load(array, indices)))
  }

  /// A number or Bool in the type of the site.
  private mutating func fitting(
    _ operand: LoopOperand, _ site: LoopSite, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let scalar = site.scalar == .real ? builder.real(operand) : operand
    guard builder.program.scalar(of: scalar) == site.scalar else {
      throw NotNative(.construct, "a draw of `\(site.pattern)` has another type than its values", at: span)
    }
    return scalar
  }

  mutating func drawn(_ distribution: AbstractDistribution, at span: Span) throws(NotNative) -> AbstractValue {
    switch distribution {
    case .plain(let id, let values):
      guard let sample = core[id].methods["sample"] else {
        throw NotNative(.construct, "\(core[id].name) has no sampler", at: span)
      }
      return try method(sample, values, at: span)
    case .mixture(let weights, let components): return try drawnMixture(weights, components, at: span)
    case .truncated(let base, let lower, let upper): return try drawnTruncated(base, lower, upper, at: span)
    case .censored(let base, let lower, let upper): return try drawnCensored(base, lower, upper, at: span)
    case .ordered(let base, let size): return try drawnOrdered(base, size, at: span)
    case .product, .repeated: throw NotNative(.internalError, "a product is drawn by elements", at: span)
    }
  }

  /// A call of a random primitive.
  mutating func draw(_ id: PrimitiveID, _ values: [AbstractValue], at span: Span) throws(NotNative) -> AbstractValue {
    let row = PrimitiveTable[id]
    guard request.isSimulation, LoopDraws.names.contains(row.name) else {
      throw NotNative(.construct, "`\(row.name)` draws on the virtual machine only", at: span)
    }
    var inputs = [builder.input(.other("stream"), name: "stream", .real, sizes: [.int(4)])]
    for value in values {
      switch value {
      case .scalar(let operand):
        let argument = builder.allocate(.real, sizes: [.int(1)], name: "argument")
        builder.append(.store(argument, [.int(0)], builder.real(operand)))
        inputs.append(argument)
      case .array(let array): inputs.append(try realVariable(array, name: "weights"))
      default: throw NotNative(.construct, "an argument of `\(row.name)` is \(value.kindName)", at: span)
      }
    }
    let scalar: LoopScalar = row.result == .int ? .int : .real
    let result = builder.allocate(scalar, sizes: [.int(1)], name: "draw")
    builder.append(.call(.draw(id), outputs: [result], inputs: inputs))
    return .scalar(builder.load(result, [.int(0)]))
  }

  /// The program, its results being the values of all sites by pattern.
  func simulation() -> LoopProgram {
    var program = builder.finish()
    program.body = withoutTargets(program.body)
    for (number, site) in program.sites.enumerated() where site.status != .observed {
      guard let variable = site.array ?? drawnScalars[number] else { continue }
      program.results.append((site.pattern, .variable(variable)))
    }
    return program
  }
}
