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
    switch try drawn(distribution, at: span) {
    case .scalar(let operand):
      // A number and a Bool of the site's type.
      let scalar = site.scalar == .real ? builder.real(operand) : operand
      guard builder.program.scalar(of: scalar) == site.scalar else {
        throw NotNative(.construct, "a draw of `\(site.pattern)` has another type than its values", at: span)
      }
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

  private mutating func drawn(_ distribution: AbstractDistribution, at span: Span) throws(NotNative) -> AbstractValue {
    switch distribution {
    case .plain(let id, let values):
      guard let sample = core[id].methods["sample"] else {
        throw NotNative(.construct, "\(core[id].name) has no sampler", at: span)
      }
      return try method(sample, values, at: span)
    case .mixture, .truncated, .censored, .ordered:
      throw NotNative(.construct, "draws of combined distributions run on the virtual machine", at: span)
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
    for (number, site) in program.sites.enumerated() where site.status == .latent {
      guard let variable = site.array ?? drawnScalars[number] else { continue }
      program.results.append((site.pattern, .variable(variable)))
    }
    return program
  }
}
