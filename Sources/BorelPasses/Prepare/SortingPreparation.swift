// The part of a preparation that sorts the iterations of loops: counting sort by an index, and copies of data in its order.

import BorelIR

/// Groups of iterations, as inputs of the evaluation: the value of each group's index, and where its iterations stand.
struct GroupOrder {
  var count: LoopVariable
  var values: LoopVariable
  var starts: LoopVariable
  var ends: LoopVariable
  /// In the preparation: the iterations in the order of the groups.
  var iterations: LoopVariable
}

/// Writes statements behind those of a preparation, and hands over what they compute.
struct SortingPreparation {
  private var builder: LoopBuilder
  private let body: [LoopStatement]
  private var orders: [Sorting: GroupOrder] = [:]
  private var copies: [Copy: LoopVariable] = [:]
  /// The order that belongs to a loop.
  private var current: [LoopVariable: LoopVariable] = [:]

  private struct Sorting: Hashable {
    var array: LoopVariable
    var count: LoopOperand
  }

  private struct Copy: Hashable {
    var array: LoopVariable
    var iterations: LoopVariable
  }

  init(_ preparation: LoopProgram) {
    body = preparation.body
    var empty = preparation
    empty.body = []
    builder = LoopBuilder(empty)
  }

  func finish() -> LoopProgram {
    var program = builder.finish()
    program.body = body + program.body
    return program
  }

  // MARK: Between the two parts

  /// The variable of the preparation for an input of the evaluation.
  private mutating func variable(_ variable: LoopVariable, _ evaluation: LoopProgram) -> LoopVariable? {
    guard let input = evaluation.inputs.first(where: { $0.variable == variable }) else { return nil }
    if case .other(let name) = input.source,
      case .variable(let result)? = builder.program.results.first(where: { $0.name == name })?.value
    {
      return result
    }
    if let known = builder.program.input(input.source) { return known }
    let info = evaluation[variable]
    var sizes: [LoopOperand] = []
    for size in info.sizes {
      guard let size = operand(size, evaluation) else { return nil }
      sizes.append(size)
    }
    return builder.input(input.source, name: info.name, info.scalar, sizes: sizes)
  }

  private mutating func operand(_ operand: LoopOperand, _ evaluation: LoopProgram) -> LoopOperand? {
    guard case .variable(let variable) = operand else { return operand }
    return self.variable(variable, evaluation).map(LoopOperand.variable)
  }

  /// An input of the evaluation for a variable of the preparation; the sizes are those of the evaluation.
  mutating func handOver(
    _ variable: LoopVariable, sizes: [LoopOperand] = [], _ evaluation: inout LoopProgram
  ) -> LoopVariable {
    var number = builder.program.results.count + 1
    while builder.program.results.contains(where: { $0.name == "prepared_\(number)" }) { number += 1 }
    let name = "prepared_\(number)"
    builder.program.results.append((name, .variable(variable)))
    let info = builder.program[variable]
    let input = evaluation.addVariable(
      LoopVariableInfo(name: info.name, scalar: info.scalar, sizes: sizes, role: .input))
    evaluation.inputs.append(LoopInput(variable: input, source: .other(name)))
    return input
  }

  // MARK: Sorting

  /// Groups the iterations 0 ..< upper of the loop by the values of an array of Ints.
  mutating func sort(_ loop: LoopFor, by array: LoopVariable, _ evaluation: inout LoopProgram) -> GroupOrder {
    let sorting = Sorting(array: array, count: loop.upper)
    let order = orders[sorting] ?? newOrder(loop.upper, by: array, &evaluation)
    orders[sorting] = order
    current[loop.index] = order.iterations
    return order
  }

  private mutating func newOrder(
    _ count: LoopOperand, by array: LoopVariable, _ evaluation: inout LoopProgram
  ) -> GroupOrder {
    let upper = operand(count, evaluation) ?? count
    let key = variable(array, evaluation) ?? array
    // Checked indices lie in an array, so that there is room for a count of each. Zero is among them, for an empty loop.
    let least = builder.declare(.int(0), .int, name: "least")
    let greatest = builder.declare(.int(0), .int, name: "greatest")
    builder.loop(to: upper) { builder, i in
      let value = builder.load(key, [i])
      builder.append(.store(least, [], builder.apply(.minimum, builder.read(least), value)))
      builder.append(.store(greatest, [], builder.apply(.maximum, builder.read(greatest), value)))
    }
    let low = builder.read(least)
    let range = builder.apply(.add, builder.apply(.subtract, builder.read(greatest), low), .int(1), name: "range")
    let counts = builder.allocate(.int, sizes: [range], name: "counts", fill: .int(0))
    builder.loop(to: upper) { builder, i in
      builder.append(.accumulate(counts, [builder.apply(.subtract, builder.load(key, [i]), low)], .int(1)))
    }
    let found = builder.declare(.int(0), .int, name: "found")
    builder.loop(to: range, name: "k") { builder, k in
      let isUsed = builder.apply(.less, .int(0), builder.load(counts, [k]))
      builder.append(.accumulate(found, [], builder.apply(.toInt, isUsed)))
    }
    let groups = builder.scalarVariable(.int, name: "groups")
    builder.append(.define(groups, .read(found)))
    let values = builder.allocate(.int, sizes: [.variable(groups)], name: "values", fill: .int(0))
    let starts = builder.allocate(.int, sizes: [.variable(groups)], name: "starts", fill: .int(0))
    let ends = builder.allocate(.int, sizes: [.variable(groups)], name: "ends", fill: .int(0))
    let places = builder.allocate(.int, sizes: [range], name: "places", fill: .int(0))
    let group = builder.declare(.int(0), .int, name: "group")
    let place = builder.declare(.int(0), .int, name: "place")
    builder.loop(to: range, name: "k") { builder, k in
      let number = builder.load(counts, [k])
      let isUsed = builder.apply(.less, .int(0), number)
      let then = builder.block { builder in
        let present = builder.read(group)
        let start = builder.read(place)
        builder.append(.store(values, [present], builder.apply(.add, k, low)))
        builder.append(.store(starts, [present], start))
        builder.append(.store(ends, [present], builder.apply(.add, start, number)))
        builder.append(.store(places, [k], start))
        builder.append(.accumulate(place, [], number))
        builder.append(.accumulate(group, [], .int(1)))
      }
      builder.append(.conditional(isUsed, then: then, else: []))
    }
    let iterations = builder.allocate(.int, sizes: [size(upper)], name: "iterations", fill: .int(0))
    builder.loop(to: upper) { builder, i in
      let slot = builder.apply(.subtract, builder.load(key, [i]), low)
      builder.append(.store(iterations, [builder.load(places, [slot])], i))
      builder.append(.accumulate(places, [slot], .int(1)))
    }
    let total = handOver(groups, &evaluation)
    let sizes = [LoopOperand.variable(total)]
    return GroupOrder(
      count: total, values: handOver(values, sizes: sizes, &evaluation),
      starts: handOver(starts, sizes: sizes, &evaluation),
      ends: handOver(ends, sizes: sizes, &evaluation), iterations: iterations)
  }

  private mutating func size(_ upper: LoopOperand) -> LoopOperand {
    builder.program.isSize(upper) ? upper : builder.apply(.maximum, upper, .int(0))
  }

  // MARK: Copies

  /// A copy of an array of data whose first dimension is in the order of the loop's groups; nil where its sizes are not known.
  mutating func sortedCopy(
    of array: LoopVariable, _ loop: LoopFor, _ evaluation: inout LoopProgram
  ) -> LoopVariable? {
    guard let iterations = current[loop.index] else { return nil }
    let key = Copy(array: array, iterations: iterations)
    if let known = copies[key] { return known }
    guard let source = variable(array, evaluation), let upper = operand(loop.upper, evaluation) else { return nil }
    let info = builder.program[source]
    let fill: LoopOperand = info.scalar == .real ? .real(0) : info.scalar == .int ? .int(0) : .bool(false)
    let copy = builder.allocate(
      info.scalar, sizes: [size(upper)] + info.sizes.dropFirst(),
      name: info.name.isEmpty ? "sorted" : info.name + "_sorted",
      fill: fill)
    builder.loop(to: upper) { builder, k in
      let i = builder.load(iterations, [k])
      Self.copy(info.sizes.dropFirst(), [], &builder) { builder, rest in
        builder.append(.store(copy, [k] + rest, builder.load(source, [i] + rest)))
      }
    }
    let input = handOver(copy, sizes: [loop.upper] + evaluation[array].sizes.dropFirst(), &evaluation)
    copies[key] = input
    return input
  }

  private static func copy(
    _ sizes: ArraySlice<LoopOperand>, _ indices: [LoopOperand], _ builder: inout LoopBuilder,
    _ write: (inout LoopBuilder, [LoopOperand]) -> Void
  ) {
    guard let size = sizes.first else {
      write(&builder, indices)
      return
    }
    builder.loop(to: size, name: "j") { builder, j in
      copy(sizes.dropFirst(), indices + [j], &builder, write)
    }
  }
}
