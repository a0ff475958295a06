// Every scalar primitive has a C form, and it computes what the virtual machine computes.

import BorelIR
import BorelNative
import BorelNumerics
import Testing

@Suite struct SpellingTests {
  @Test func everyScalarPrimitiveHasASpelling() {
    for row in PrimitiveTable.rows where row.effect == .pure && row.isElementwise {
      #expect(CSpellings.standard.has(row.name), "`\(row.name)` has no C spelling")
    }
  }

  private static let functions = FunctionTable.elementary + FunctionTable.special + FunctionTable.gslDistributions

  private static func arity(_ function: RealFunction) -> Int {
    switch function {
    case .one: 1
    case .two: 2
    case .three: 3
    case .four: 4
    }
  }

  private static func call(_ function: RealFunction, _ x: [Double]) -> Double {
    switch function {
    case .one(let f): f(x[0])
    case .two(let f): f(x[0], x[1])
    case .three(let f): f(x[0], x[1], x[2])
    case .four(let f): f(x[0], x[1], x[2], x[3])
    }
  }

  /// One program per function: the target is the function of the first elements of the position.
  private static func program(_ name: String, _ arity: Int) -> LoopProgram {
    var b = LoopBuilder(LoopProgram(name: name))
    let q = b.input(.position, name: "q", .real, sizes: [.int(4)])
    let operands = (0..<arity).map { b.load(q, [.int($0)]) }
    let result = b.apply(primitive(name), operands)
    b.append(.target(b.real(result)))
    return b.finish()
  }

  @Test func primitivesComputeWhatTheMachineComputes() throws {
    let source = try NativeSource(
      Self.functions.enumerated().map { place, row in
        NativeFunction(name: "f\(place)", program: Self.program(row.name, Self.arity(row.function)))
      })
    let model = try NativeModel(NativeModule(source, cache: nil)) { (source) throws(NativeFailure) in
      throw .input("no value for \(source)")
    }
    var arguments: [[Double]] = [
      [0.3, 0.4, 0.5, 0.2], [1.5, 2.5, 0.25, 3], [4, 0.75, 2, 1], [12, 30, 0.9, 7], [-0.7, 0.6, 0.1, 0.8],
    ]
    for special in [0.0, -1, .infinity, -.infinity, .nan, 1e-300, 1e300, -745.2, 710] {
      arguments.append([special, 1.5, 0.5, 2])
      arguments.append([1.5, special, 0.5, 2])
    }
    for (place, row) in Self.functions.enumerated() {
      let evaluator = try NativeEvaluator(model, function: place)
      for x in arguments {
        // Vector mathematics reduces angles up to 2^45 only.
        if ["sin", "cos", "tan"].contains(row.name), abs(x[0]) > 0x1p45 { continue }
        let expected = Self.call(row.function, x)
        var value = 0.0
        #expect(evaluator.evaluate(at: x, value: &value) == .ok)
        // The runtime's functions are the machine's own; vector mathematics has its stated bounds, the machine its own.
        let agrees =
          value == expected || (value.isNaN && expected.isNaN)
          || abs(value - expected) <= 1e-13 * abs(expected) + 4e-16
        #expect(agrees, "\(row.name)\(x.prefix(Self.arity(row.function))) is \(value), not \(expected)")
      }
    }
  }

  /// The operators of LoopIR on Ints and Reals, against the language's definitions.
  @Test func operatorsComputeWhatTheMachineComputes() throws {
    typealias Case = (name: String, function: LoopFunction, expected: @Sendable (Double, Double) -> Double)
    @Sendable func floorDivide(_ a: Int, _ b: Int) -> Int { a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0) }
    let reals: [Case] = [
      ("add", .add, { $0 + $1 }), ("subtract", .subtract, { $0 - $1 }), ("multiply", .multiply, { $0 * $1 }),
      ("divide", .divide, { $0 / $1 }),
      ("minimum", .minimum, { $0.isNaN || $1.isNaN ? .nan : min($0, $1) }),
      ("maximum", .maximum, { $0.isNaN || $1.isNaN ? .nan : max($0, $1) }),
      (
        "remainder", .remainder,
        { a, b in
          let r = a.truncatingRemainder(dividingBy: b)
          return r != 0 && (r < 0) != (b < 0) ? r + b : r
        }
      ),
      ("less", .less, { $0 < $1 ? 1 : 0 }), ("lessOrEqual", .lessOrEqual, { $0 <= $1 ? 1 : 0 }),
      ("equal", .equal, { $0 == $1 ? 1 : 0 }), ("notEqual", .notEqual, { $0 != $1 ? 1 : 0 }),
    ]
    var functions: [NativeFunction] = []
    for (name, function, _) in reals {
      var b = LoopBuilder(LoopProgram(name: name))
      let q = b.input(.position, name: "q", .real, sizes: [.int(2)])
      let result = b.apply(function, b.load(q, [.int(0)]), b.load(q, [.int(1)]))
      b.append(.target(b.real(result)))
      functions.append(NativeFunction(name: "real_" + name, program: b.finish()))
    }
    let ints: [(String, LoopFunction, @Sendable (Int, Int) -> Int)] = [
      ("add", .add, { $0 + $1 }), ("multiply", .multiply, { $0 * $1 }), ("minimum", .minimum, { min($0, $1) }),
      ("maximum", .maximum, { max($0, $1) }), ("floorDivide", .floorDivide, { floorDivide($0, $1) }),
      ("remainder", .remainder, { $0 - floorDivide($0, $1) * $1 }), ("less", .less, { $0 < $1 ? 1 : 0 }),
    ]
    for (name, function, _) in ints {
      var b = LoopBuilder(LoopProgram(name: name))
      let x = b.input(.argument(["a"]), name: "a", .int, sizes: [.int(16)])
      let y = b.input(.argument(["b"]), name: "b", .int, sizes: [.int(16)])
      let out = b.allocate(.int, sizes: [.int(16)], name: "out")
      b.loop(to: .int(16)) { b, i in
        let result = b.apply(function, b.load(x, [i]), b.load(y, [i]))
        let whole = b.program.scalar(of: result) == .bool ? b.apply(.toInt, result) : result
        b.append(.store(out, [i], whole))
      }
      b.program.results = [("out", .variable(out))]
      functions.append(NativeFunction(name: "int_" + name, program: b.finish()))
    }
    let left = [7, -7, 7, -7, 6, -6, 0, 1, -1, 5, .max, .min + 1, 3, -3, 8, 100]
    let right = [2, 2, -2, -2, 3, 3, 5, -1, -1, 1, 1, 1, 7, 7, -8, -9]
    let model = try NativeModel(NativeModule(NativeSource(functions), cache: nil)) { (source) throws(NativeFailure) in
      source == .argument(["a"]) ? .vector(left) : .vector(right)
    }
    let special = [0.0, 1, -1, 2.5, -2.5, .nan, .infinity, -.infinity]
    for (place, row) in reals.enumerated() {
      let evaluator = try NativeEvaluator(model, function: place)
      for a in special {
        for b in special {
          var value = 0.0
          #expect(evaluator.evaluate(at: [a, b], value: &value) == .ok)
          let expected = row.expected(a, b)
          #expect(value == expected || (value.isNaN && expected.isNaN), "\(row.name)(\(a), \(b)) is \(value)")
        }
      }
    }
    for (place, row) in ints.enumerated() {
      let evaluator = try NativeEvaluator(model, function: reals.count + place)
      var value = 0.0
      #expect(evaluator.evaluate(inputs: [], value: &value) == .ok)
      let out = evaluator.realElements(ofOutput: 0)
      for i in left.indices where !(row.0 == "add" || row.0 == "multiply") || abs(left[i] / 2) < 1 << 40 {
        #expect(out[i] == Double(row.2(left[i], right[i])), "\(row.0)(\(left[i]), \(right[i])) is \(out[i])")
      }
    }
  }
}
