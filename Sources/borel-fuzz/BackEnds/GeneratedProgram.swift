// A random program with its data: what the back ends are compared on, and what is shrunk and shown.

/// A program with the values that it is given, as JSON by name.
struct GeneratedProgram: Sendable {
  var text: String
  var data: [(name: String, json: String)]
  /// Random variables that may be observed, with whether all elements are.
  var observed: [(name: String, isWhole: Bool)] = []

  var assignments: [String] { data.map { "\($0.name)=\($0.json)" } }

  /// The command that shows the program on both back ends.
  var command: String {
    let settings = data.map { "--set '\($0.name)=\($0.json)'" }.joined(separator: " ")
    return "borel emit-c program.ppl --compare \(settings)"
  }
}

/// The length of an array in a generated program.
enum Size: Hashable, Sendable {
  /// The number of rows of the data, 5 to 12, known when the program runs.
  case rows
  /// The number of columns of the data, 2 to 4.
  case columns
  case fixed(Int)

  /// A length that it has at least.
  var minimum: Int {
    switch self {
    case .rows: 5
    case .columns: 2
    case .fixed(let n): n
    }
  }

  var text: String {
    switch self {
    case .rows: "n"
    case .columns: "k"
    case .fixed(let n): "\(n)"
    }
  }
}

/// What a variable of a generated program holds.
enum GeneratedType: Hashable, Sendable {
  case real(ArgumentKind)
  /// Whole numbers from `low` on; below a size where one is given.
  case int(low: Int, below: Size?)
  case bool
  case vector(Size, ArgumentKind)
  /// Whole numbers that are indices below the second size, or any small ones.
  case ints(Size, below: Size?)
  case bools(Size)
  case matrix(Size, Size, ArgumentKind)
  /// A record {scale: positive, shift: real, slopes: vector of 3}.
  case record
}

struct GeneratedVariable: Sendable {
  var name: String
  var type: GeneratedType
  /// Whether it depends on choices.
  var isRandom: Bool
  var isMutable = false
}

extension GeneratedType {
  var isScalar: Bool {
    switch self {
    case .real, .int, .bool: true
    default: false
    }
  }

  var isVectorOfScalars: Bool {
    switch self {
    case .vector(_, let kind): kind == .vector || kind == .positiveVector || kind == .unitVector
    case .ints, .bools: true
    default: false
    }
  }

  /// The array of so many values.
  func array(of size: Size) -> GeneratedType {
    switch self {
    case .real(.positive): .vector(size, .positiveVector)
    case .real(.unit): .vector(size, .unitVector)
    case .real: .vector(size, .vector)
    case .int: .ints(size, below: nil)
    case .bool: .bools(size)
    case .vector(let columns, _): .matrix(size, columns, .matrix)
    default: self
    }
  }
}
