// Writes what the bridge has to know of a model as C tables: where each field comes from, parameters, functions.

import BorelIR

struct BridgeDescription {
  let name: String
  let functions: [NativeFunction]
  let source: NativeSource
  let sites: [LoopSite]
  let supports: [Int: SupportKind]
  private var fields: [String] = []
  private var constants: [String] = []

  init(
    name: String, functions: [NativeFunction], source: NativeSource, sites: [LoopSite],
    supports: [Int: SupportKind],
    constant: (LoopInput.Source) throws(NativeFailure) -> NativeValue
  ) throws(NativeFailure) {
    self.name = name
    self.functions = functions
    self.source = source
    self.sites = sites
    self.supports = supports
    for (place, field) in source.fields.enumerated() {
      fields.append(try describe(field, place, constant))
    }
  }

  // MARK: Fields

  private mutating func describe(
    _ field: NativeField, _ place: Int, _ constant: (LoopInput.Source) throws(NativeFailure) -> NativeValue
  ) throws(NativeFailure) -> String {
    guard field.rank <= 8 else { throw .unsupported("`\(field.name)` has more than 8 dimensions", nil) }
    var path: [String] = []
    var kind = "bridge_data"
    var dimension = 0
    var value = "0"
    func isObserved(_ site: Int) -> Bool { sites.indices.contains(site) && sites[site].status != .latent }
    switch field.source {
    case _ where field.isPrepared: kind = "bridge_prepared"
    case _ where place == source.dimensionField: kind = "bridge_dimension"
    case .argument(let names): path = names
    case .argumentSize(let names, let d): (path, kind, dimension) = (names, "bridge_size", d)
    case .observed(let site): path = [try dataName(site)]
    case .siteSize(let site, let d) where isObserved(site):
      (path, kind, dimension) = ([try dataName(site)], "bridge_size", d)
    case .isMissing(let site): (path, kind) = ([try dataName(site)], "bridge_is_missing")
    case .missingRank(let site): (path, kind) = ([try dataName(site)], "bridge_missing_rank")
    case .missingCount(let site): (path, kind) = ([try dataName(site)], "bridge_missing_count")
    case .global, .globalSize, .siteSize, .other:
      kind = "bridge_constant"
      value = "constant_\(place)"
      constants.append(try constantText(field, place, try constant(field.source)))
    case .choice, .position: throw .internal(stage: "bridge", "`\(field.name)` is no datum")
    }
    var sizes = field.sizes.map { size in
      switch size {
      case .constant(let n): n
      case .field(let other): -2 - other
      case nil: -1
      }
    }
    while sizes.count < field.rank { sizes.append(-1) }
    let scalar =
      switch field.scalar {
      case .real: "r"
      case .int: "i"
      case .bool: "b"
      }
    return
      "{\(quoted(path.joined(separator: "\n"))), \(kind), \(dimension), '\(scalar)', \(field.rank), \(field.offset), "
      + "\(value), {\(sizes.isEmpty ? "0" : sizes.map { "\($0)" }.joined(separator: ", "))}}"
  }

  /// The key of a site's observations: its name without the indices.
  private func dataName(_ site: Int) throws(NativeFailure) -> String {
    guard sites.indices.contains(site) else { throw .internal(stage: "bridge", "there is no site \(site)") }
    return Self.plainName(sites[site].pattern)
  }

  static func plainName(_ pattern: String) -> String {
    var name = ""
    var depth = 0
    for character in pattern {
      if character == "[" { depth += 1 }
      if depth == 0 { name.append(character == "/" || character == "." || character == "," ? "_" : character) }
      if character == "]" { depth -= 1 }
    }
    return name
  }

  private func constantText(
    _ field: NativeField, _ place: Int, _ value: NativeValue
  ) throws(NativeFailure) -> String {
    guard let bits = value.bits(field.scalar), (value.shape?.count ?? 0) == field.rank else {
      throw .input("`\(field.name)` needs \(field.scalar.rawValue) values")
    }
    let elements = bits.map { word -> String in
      switch field.scalar {
      case .real: CExpression.literal(Double(bitPattern: word)).text
      case .int: CExpression.literal(Int(Int64(bitPattern: word))).text
      case .bool: word == 0 ? "0" : "1"
      }
    }
    let list = elements.isEmpty ? "0" : elements.joined(separator: ", ")
    return "static const \(field.scalar.c) constant_\(place)[] = {\(list)};"
  }

  private func quoted(_ text: String) -> String {
    var result = "\""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): result += "\\" + String(UnicodeScalar(byte))
      case 32..<127: result.unicodeScalars.append(UnicodeScalar(byte))
      default:
        result += "\\" + String(byte >> 6, radix: 8) + String(byte >> 3 & 7, radix: 8) + String(byte & 7, radix: 8)
      }
    }
    return result + "\""
  }

  // MARK: The tables

  /// What one value takes in the position.
  private static func block(_ support: SupportKind?) -> String {
    switch support {
    case .simplex: "bridge_one_less"
    case .correlation, .correlationCholesky: "bridge_below_diagonal"
    case .covariance, .covarianceCholesky: "bridge_triangle"
    default: "bridge_elements"
    }
  }

  func text() throws(NativeFailure) -> String {
    func place(_ name: String) -> Int { source.functions.firstIndex { $0.name == name } ?? -1 }
    let constrain = place("constrain")
    guard place("log_density") >= 0, constrain >= 0 else {
      throw .internal(stage: "bridge", "a library needs log_density and constrain")
    }
    let outputs = source.functions[constrain].outputs
    for output in outputs where output.scalar != .real {
      throw .unsupported("`\(output.name)` is discrete and not observed", nil)
    }
    let names = outputs.map { Self.plainName($0.name) }

    var shapes: [String] = []
    let program = functions[constrain].program
    for output in outputs {
      for size in output.sizes {
        shapes.append(try source.countText([size], program))
      }
    }

    var order: [Int] = []
    let unconstrain = place("unconstrain")
    if unconstrain >= 0 {
      let program = functions[unconstrain].program
      for input in source.functions[unconstrain].inputs {
        guard case .choice(let site) = input.source, program.sites.indices.contains(site),
          let parameter = names.firstIndex(of: Self.plainName(program.sites[site].pattern))
        else { throw .internal(stage: "bridge", "`\(input.name)` is no parameter") }
        order.append(parameter)
      }
    }
    let isWhole = order.count == outputs.count && Set(order).count == order.count

    let information = """
      Borel model \(name)
      STAN_THREADS=true
      The layout of positions, names and values is BridgeStan's.

      """
    var lines = ["#include \"CBorelNative/bridge/bridge.h\"", ""]
    lines += constants
    lines.append("static const struct bridge_field fields[] = {")
    lines += fields.map { "  \($0)," }
    lines += ["  {0},", "};", "static const struct bridge_parameter parameters[] = {"]
    for (name, output) in zip(names, outputs) {
      let site = sites.firstIndex { $0.pattern == output.name }
      let missing = source.fields.firstIndex { field in site.map { field.source == .isMissing(site: $0) } ?? false }
      let block = Self.block(site.flatMap { supports[$0] })
      lines.append("  {\(quoted(name)), \(output.rank), \(block), \(missing ?? -1)},")
    }
    lines += ["  {0},", "};"]
    lines.append("static void shapes(const void *model, long *sizes) {")
    lines.append("  const struct model *m = model;")
    for (place, text) in shapes.enumerated() { lines.append("  sizes[\(place)] = \(text);") }
    lines.append("}")
    lines.append(
      "static const int unconstrain_inputs[] = {\((order.isEmpty ? [0] : order).map(String.init).joined(separator: ", "))};"
    )
    lines.append("const struct bridge_model bridge_model = {")
    lines.append("  \(quoted(name)), \(quoted(information)),")
    lines.append("  \(fields.count), fields, \(outputs.count), parameters, shapes, unconstrain_inputs,")
    let places = [
      place("log_density"), place("log_density_gradient"), place("log_density_without_jacobian"),
      place("log_density_without_jacobian_gradient"), constrain, isWhole ? unconstrain : -1,
      place("log_density_product"), place("log_density_without_jacobian_product"),
    ]
    lines.append("  \(places.map(String.init).joined(separator: ", ")),")
    lines.append("};")
    return lines.joined(separator: "\n") + "\n"
  }
}
