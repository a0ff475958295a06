// Specialises the primitives on arrays that order, search and compare.

import BorelIR
import BorelSource

extension Specialiser {
  /// The primitives by name; nil for any other.
  mutating func ordering(_ name: String, _ values: [AbstractValue], at span: Span) throws(NotNative) -> AbstractValue? {
    guard case .array(let array)? = values.first else { return try rangeOrQuantile(name, values, at: span) }
    switch name {
    case "sort":
      guard array.rank == 1, array.scalar != .bool else { return nil }
      return .array(try sorted(array))
    case "order":
      guard array.rank == 1, array.scalar != .bool else { return nil }
      return .array(arrayValue(try order(of: array)))
    case "rank":
      guard array.rank == 1, array.scalar != .bool else { return nil }
      return .array(try ranks(of: array))
    case "median": return .scalar(try sampleQuantile(try flat(array), at: .real(0.5), span: span))
    case "quantile":
      guard values.count == 2 else { return nil }
      let vector = arrayValue(try realVariable(try sorted(try flat(array))))
      return try mapped([values[1]], at: span) { (this, p) throws(NotNative) in
        try this.interpolated(vector, at: this.builder.real(p[0]), span: span)
      }
    case "argmin", "argmax":
      guard array.rank == 1, array.scalar != .bool else { return nil }
      return .scalar(try extremePlace(array, isGreatest: name == "argmax"))
    case "cumprod":
      guard array.rank == 1, array.scalar != .bool else { return nil }
      return .array(try products(array))
    case "covariance", "correlation":
      guard values.count == 2, case .array(let other) = values[1] else { return nil }
      return .scalar(try association(array, other, isCorrelation: name == "correlation", at: span))
    case "index_of", "contains":
      guard values.count == 2, case .scalar(let wanted) = values[1], array.rank == 1 else { return nil }
      return .scalar(try search(array, wanted, isMembership: name == "contains", at: span))
    case "det":
      guard array.rank == 2, case .int(let n) = array.sizes[0], n <= 4, case .int(n) = array.sizes[1] else {
        return nil
      }
      return .scalar(try determinant(arrayValue(try realVariable(array)), rows: 0, columns: Array(0..<n)))
    default: return nil
    }
  }

  private mutating func rangeOrQuantile(
    _ name: String, _ values: [AbstractValue], at span: Span
  ) throws(NotNative) -> AbstractValue? {
    switch name {
    case "range":
      guard values.count == 3, case .scalar(let start) = values[0], case .scalar(let stop) = values[1],
        case .scalar(.int(let step)) = values[2], step != 0, builder.program.scalar(of: start) == .int,
        builder.program.scalar(of: stop) == .int
      else { return nil }
      let distance =
        step > 0 ? builder.apply(.subtract, stop, start) : builder.apply(.subtract, start, stop)
      let count = builder.apply(.floorDivide, builder.apply(.add, distance, .int(abs(step) - 1)), .int(abs(step)))
      return .array(
        AbstractArray(
          scalar: .int, sizes: [builder.apply(.maximum, count, .int(0))],
          source: .elements(isCheap: true) { (this, indices) throws(NotNative) in
            this.builder.apply(.add, start, this.builder.apply(.multiply, indices[0], .int(step)))
          }))
    case "quantile":
      guard values.count == 2, case .distribution(.plain(let id, let parameters)) = values[0],
        let method = core[id].methods["quantile"]
      else { return nil }
      return try self.method(method, parameters + [values[1]], at: span)
    default: return nil
    }
  }

  /// All elements row by row.
  private mutating func flat(_ array: AbstractArray) throws(NotNative) -> AbstractArray {
    if array.rank == 1 { return array }
    let variable = try materialise(array, name: "")
    return arrayValue(builder.view(of: variable, offset: .int(0), sizes: [count(array.sizes)]))
  }

  // MARK: Order

  /// The elements in ascending order: by exchanges where there are few, else by their ranks.
  mutating func sorted(_ array: AbstractArray) throws(NotNative) -> AbstractArray {
    if let n = knownCount(array.sizes), n <= 5 {
      var parts: [LoopOperand] = []
      for index in 0..<n { parts.append(try element(array, [.int(index)])) }
      for end in stride(from: n - 1, to: 0, by: -1) {
        for place in 0..<end {
          let (a, b) = (parts[place], parts[place + 1])
          parts[place] = builder.apply(.minimum, a, b)
          parts[place + 1] = builder.apply(.maximum, a, b)
        }
      }
      return AbstractArray(scalar: array.scalar, sizes: array.sizes, source: .listed(parts))
    }
    let source = arrayValue(try materialise(array, name: "unsorted"))
    let order = try order(of: source)
    return AbstractArray(
      scalar: array.scalar, sizes: array.sizes,
      source: .elements(isCheap: false) { (this, indices) throws(NotNative) in
        try this.element(source, [this.builder.load(order, indices)])
      })
  }

  /// The indices that sort the elements; equal ones keep their order. An element's place is the number of those before it.
  private mutating func order(of array: AbstractArray) throws(NotNative) -> LoopVariable {
    let source = arrayValue(try materialise(array, name: "unsorted"))
    let order = builder.allocate(.int, sizes: source.sizes, name: "order", fill: .int(0))
    try forLoop(.int(0), source.sizes[0]) { (this, i) throws(NotNative) in
      let x = try this.element(source, [i])
      let place = this.builder.declare(.int(0), .int, name: "place")
      try this.forLoop(.int(0), source.sizes[0]) { (this, j) throws(NotNative) in
        let y = try this.element(source, [j])
        let isBefore = this.builder.apply(
          .or, this.builder.apply(.less, y, x),
          this.builder.apply(.and, this.builder.apply(.equal, y, x), this.builder.apply(.less, j, i)))
        this.builder.append(.accumulate(place, [], this.builder.apply(.toInt, isBefore)))
      }
      this.builder.append(.store(order, [this.builder.read(place)], i))
    }
    return order
  }

  /// Ranks from 0; equal elements share their average.
  private mutating func ranks(of array: AbstractArray) throws(NotNative) -> AbstractArray {
    let source = arrayValue(try materialise(array, name: "unsorted"))
    let ranks = builder.allocate(.real, sizes: source.sizes, name: "ranks")
    try forLoop(.int(0), source.sizes[0]) { (this, i) throws(NotNative) in
      let x = try this.element(source, [i])
      let total = try this.sum(over: source.sizes) { (this, indices) throws(NotNative) in
        let y = try this.element(source, indices)
        let below = this.builder.apply(.toReal, this.builder.apply(.toInt, this.builder.apply(.less, y, x)))
        let same = this.builder.apply(.toReal, this.builder.apply(.toInt, this.builder.apply(.equal, y, x)))
        return this.builder.apply(.add, below, this.builder.apply(.multiply, .real(0.5), same))
      }
      this.builder.append(.store(ranks, [i], this.builder.apply(.subtract, total, .real(0.5))))
    }
    return arrayValue(ranks)
  }

  private mutating func sampleQuantile(
    _ array: AbstractArray, at p: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    try interpolated(arrayValue(try realVariable(try sorted(array))), at: p, span: span)
  }

  /// Between the neighbours of (n - 1) p in a sorted vector (Hyndman and Fan 1996, type 7).
  private mutating func interpolated(
    _ sorted: AbstractArray, at p: LoopOperand, span: Span
  ) throws(NotNative) -> LoopOperand {
    guard case .real(let level) = p, level >= 0, level <= 1 else {
      throw NotNative(.construct, "the level of a sample quantile is only known at run time", at: span)
    }
    let n = sorted.sizes[0]
    require(builder.apply(.less, .int(0), n), .failure)
    let last = builder.apply(.subtract, n, .int(1))
    let place = builder.apply(.multiply, .real(level), builder.real(last))
    // floor((n - 1) p) without a conversion of a Real: the number of whole steps that fit.
    let low = builder.declare(.int(0), .int, name: "low")
    try forLoop(.int(1), n) { (this, i) throws(NotNative) in
      let fits = this.builder.apply(.lessOrEqual, this.builder.real(i), place)
      this.builder.append(.accumulate(low, [], this.builder.apply(.toInt, fits)))
    }
    let first = builder.read(low)
    let next = builder.apply(.minimum, builder.apply(.add, first, .int(1)), last)
    let a = try element(sorted, [first])
    let b = try element(sorted, [next])
    let fraction = builder.apply(.subtract, place, builder.real(first))
    return builder.apply(.add, a, builder.apply(.multiply, fraction, builder.apply(.subtract, b, a)))
  }

  // MARK: Searching

  private mutating func extremePlace(_ array: AbstractArray, isGreatest: Bool) throws(NotNative) -> LoopOperand {
    let source = arrayValue(try materialise(array, name: "searched"))
    require(builder.apply(.less, .int(0), source.sizes[0]), .failure)
    let place = builder.declare(.int(0), .int, name: "place")
    try forLoop(.int(1), source.sizes[0]) { (this, i) throws(NotNative) in
      let best = try this.element(source, [this.builder.read(place)])
      let x = try this.element(source, [i])
      let isBetter = isGreatest ? this.builder.apply(.less, best, x) : this.builder.apply(.less, x, best)
      this.builder.append(.store(place, [], this.builder.apply(.select, isBetter, i, this.builder.read(place))))
    }
    return builder.read(place)
  }

  private mutating func search(
    _ array: AbstractArray, _ wanted: LoopOperand, isMembership: Bool, at span: Span
  ) throws(NotNative) -> LoopOperand {
    let n = array.sizes[0]
    let place = builder.declare(.int(-1), .int, name: "place")
    try forLoop(.int(0), n) { (this, i) throws(NotNative) in
      let isEqual = try this.combine(.equal, try this.element(array, [i]), wanted, at: span)
      let known = this.builder.read(place)
      let isFirst = this.builder.apply(.and, isEqual, this.builder.apply(.less, known, .int(0)))
      this.builder.append(.store(place, [], this.builder.apply(.select, isFirst, i, known)))
    }
    let found = builder.read(place)
    return isMembership ? builder.apply(.lessOrEqual, .int(0), found) : found
  }

  // MARK: Products

  private mutating func products(_ array: AbstractArray) throws(NotNative) -> AbstractArray {
    let result = builder.allocate(array.scalar, sizes: array.sizes, name: "cumulative")
    let total = builder.declare(array.scalar == .int ? .int(1) : .real(1), array.scalar, name: "product")
    try forLoop(.int(0), array.sizes[0]) { (this, index) throws(NotNative) in
      let next = this.builder.apply(.multiply, this.builder.read(total), try this.element(array, [index]))
      this.builder.append(.store(total, [], next))
      this.builder.append(.store(result, [index], next))
    }
    return arrayValue(result)
  }

  /// Sample covariance with divisor n - 1, or Pearson's correlation.
  private mutating func association(
    _ x: AbstractArray, _ y: AbstractArray, isCorrelation: Bool, at span: Span
  ) throws(NotNative) -> LoopOperand {
    requireEqual(x.sizes[0], y.sizes[0], .shape)
    let n = builder.real(x.sizes[0])
    func mean(_ array: AbstractArray, _ this: inout Specialiser) throws(NotNative) -> LoopOperand {
      let total = try this.sum(over: array.sizes) { (this, indices) throws(NotNative) in
        this.builder.real(try this.element(array, indices))
      }
      return this.builder.apply(.divide, total, n)
    }
    let (a, b) = (try mean(x, &self), try mean(y, &self))
    func moment(
      _ x: AbstractArray, _ a: LoopOperand, _ y: AbstractArray, _ b: LoopOperand, _ this: inout Specialiser
    ) throws(NotNative) -> LoopOperand {
      try this.sum(over: x.sizes) { (this, indices) throws(NotNative) in
        let u = this.builder.apply(.subtract, this.builder.real(try this.element(x, indices)), a)
        let v = this.builder.apply(.subtract, this.builder.real(try this.element(y, indices)), b)
        return this.builder.apply(.multiply, u, v)
      }
    }
    let cross = try moment(x, a, y, b, &self)
    if !isCorrelation { return builder.apply(.divide, cross, builder.apply(.subtract, n, .real(1))) }
    let squares = builder.apply(.multiply, try moment(x, a, x, a, &self), try moment(y, b, y, b, &self))
    return builder.apply(.divide, cross, try scalarFunction("sqrt", [squares], at: span))
  }

  /// By expansion along the first row, for matrices of a few rows.
  private mutating func determinant(_ a: AbstractArray, rows: Int, columns: [Int]) throws(NotNative) -> LoopOperand {
    guard let first = columns.first else { return .real(1) }
    if columns.count == 1 { return try element(a, [.int(rows), .int(first)]) }
    var total = LoopOperand.real(0)
    for (place, column) in columns.enumerated() {
      let minor = try determinant(a, rows: rows + 1, columns: columns.filter { $0 != column })
      let term = builder.apply(.multiply, try element(a, [.int(rows), .int(column)]), minor)
      total = builder.apply(place % 2 == 0 ? .add : .subtract, total, term)
    }
    return total
  }
}
