// The names of a Stan CSV file's columns: `theta.1` is the first element of theta, `m.2.1` one of a matrix.

import BorelDraws

/// A column's name taken apart.
struct StanColumnName: Equatable {
  /// `m` of `m.2.1`; `pair:2` of `pair:2.3`; `z.real` of `z.1.real`.
  var base: String
  /// From 0.
  var indices: [Int]

  init(base: String, indices: [Int]) {
    self.base = base
    self.indices = indices
  }

  init(_ name: some StringProtocol) {
    var parts = name.split(separator: ".", omittingEmptySubsequences: false)
    var suffix = ""
    if parts.count > 1, let last = parts.last, last == "real" || last == "imag" {
      suffix = "." + last
      parts.removeLast()
    }
    var indices: [Int] = []
    while parts.count > 1, let last = parts.last, let index = Self.index(last) {
      indices.append(index - 1)
      parts.removeLast()
    }
    self.init(base: parts.joined(separator: ".") + suffix, indices: indices.reversed())
  }

  private static func index(_ text: some StringProtocol) -> Int? {
    guard text.utf8.allSatisfy(isDigit), let index = Int(text), index > 0 else { return nil }
    return index
  }

  /// `theta[2]` with indices from 0.
  var elementName: String {
    indices.isEmpty ? base : base + "[" + indices.map(String.init).joined(separator: ",") + "]"
  }

  /// Names that end in two underscores are the sampler's.
  var isStatistic: Bool { base.hasSuffix("__") }
}

/// `m.2.1` for the element [1, 0] of m; brackets in the name itself, as in `theta[3]`, become points too.
func stanColumnName(_ variable: Draws.Variable, _ offset: Int) -> String {
  var name = variable.name
  var indices: [Int] = []
  if name.hasSuffix("]"), let bracket = name.lastIndex(of: "["), bracket > name.startIndex {
    let inner = name[name.index(after: bracket)...].dropLast().split(separator: ",", omittingEmptySubsequences: false)
    let numbers = inner.compactMap { Int($0) }
    if numbers.count == inner.count, numbers.allSatisfy({ $0 >= 0 && $0 < Int.max }) {
      name = String(name[..<bracket])
      indices = numbers
    }
  }
  if !variable.shape.isEmpty { indices += variable.elementIndices(offset) }
  return ([name] + indices.map { String($0 + 1) }).joined(separator: ".")
}

/// The row-major offsets of an array's elements in the order of Stan's columns: the first index runs fastest.
func columnMajorOffsets(_ shape: [Int]) -> [Int] {
  let count = shape.reduce(1, &*)
  guard shape.count > 1, count > 0 else { return Array(0..<max(count, 0)) }
  var strides = [Int](repeating: 1, count: shape.count)
  for dimension in (0..<shape.count - 1).reversed() {
    strides[dimension] = strides[dimension + 1] * shape[dimension + 1]
  }
  var offsets: [Int] = []
  offsets.reserveCapacity(count)
  var indices = [Int](repeating: 0, count: shape.count)
  var offset = 0
  for _ in 0..<count {
    offsets.append(offset)
    for dimension in 0..<shape.count {
      indices[dimension] += 1
      offset += strides[dimension]
      if indices[dimension] < shape[dimension] { break }
      offset -= strides[dimension] * shape[dimension]
      indices[dimension] = 0
    }
  }
  return offsets
}

/// The variables that the columns of a header make up, and where each column goes.
struct StanColumns {
  var variables: [Draws.Variable] = []
  var statistics: [Draws.Variable] = []
  /// The column of the table for each column of the file.
  var target: [Int]

  /// Columns with one base name that fill an array become one; others stay single, named with indices from 0.
  init(_ names: [StanColumnName]) {
    target = Array(repeating: 0, count: names.count)
    var bases: [String] = []
    var groups: [String: [Int]] = [:]
    for (column, name) in names.enumerated() {
      if groups[name.base] == nil { bases.append(name.base) }
      groups[name.base, default: []].append(column)
    }
    var next = 0
    for base in bases {
      let members = groups[base] ?? []
      func add(_ name: String, _ shape: [Int]) {
        let kind = Self.kinds[base] ?? .real
        let variable = Draws.Variable(name: name, shape: shape, kind: kind, firstColumn: next)
        if base.hasSuffix("__") { statistics.append(variable) } else { variables.append(variable) }
        next += variable.count
      }
      if let shape = Self.shape(members.map { names[$0].indices }) {
        let variable = Draws.Variable(name: base, shape: shape, kind: .real, firstColumn: next)
        for column in members { target[column] = next + (variable.offset(of: names[column].indices) ?? 0) }
        add(base, shape)
      } else {
        for column in members {
          target[column] = next
          add(names[column].elementName, [])
        }
      }
    }
  }

  /// Statistics that are no real numbers.
  static let kinds: [String: Draws.Kind] = [
    "treedepth__": .int, "n_leapfrog__": .int, "divergent__": .bool, "converged__": .bool, "path__": .int,
  ]

  /// The shape that distinct index tuples fill, nil where they do not fill any.
  private static func shape(_ tuples: [[Int]]) -> [Int]? {
    guard let rank = tuples.first?.count, tuples.allSatisfy({ $0.count == rank }) else { return nil }
    var shape = Array(repeating: 0, count: rank)
    for tuple in tuples {
      for (dimension, index) in tuple.enumerated() { shape[dimension] = max(shape[dimension], index + 1) }
    }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow else { return nil }
      count = product
    }
    guard count == tuples.count, Set(tuples).count == count else { return nil }
    return shape
  }
}
