// One translation unit for a model: the support code it needs, the struct of its data, its functions and the table that the host reads.

import BorelIR

/// A LoopIR program that becomes a C function.
public struct NativeFunction: Sendable {
  /// The function's name in C: letters, digits and underscores.
  public var name: String
  public var program: LoopProgram
  /// Computes values from data alone, once: its results are what other functions read as inputs `.other(name)`.
  public var isPreparation: Bool

  public init(name: String, program: LoopProgram, isPreparation: Bool = false) {
    self.name = name
    self.program = program
    self.isPreparation = isPreparation
  }
}

/// A field of `struct model`.
public struct NativeField: Sendable {
  public var name: String
  public var source: LoopInput.Source
  public var scalar: LoopScalar
  public var rank: Int
  /// Written by a preparation, not by the host.
  public var isPrepared: Bool
  /// Where it lies in the struct, in bytes.
  var offset: Int
  /// Sizes as constants or as the fields that hold them; nil where they are computed.
  var sizes: [NativeSize?]
}

/// A size of an input array.
enum NativeSize: Sendable {
  case constant(Int)
  case field(Int)
}

/// A printed model.
public struct NativeSource: Sendable {
  /// The functions as a reader wants them: the struct and the functions, without support code.
  public private(set) var modelText = ""
  /// The whole translation unit.
  public private(set) var text = ""
  /// The same in units that can be compiled at the same time: two where the longest function is long and the others are not short.
  private(set) var units: [String] = []
  public private(set) var fields: [NativeField] = []
  public private(set) var functions: [Function] = []
  /// Bytes of `struct model`.
  private(set) var modelSize = 8
  /// The field that holds the length of the position, where the model computes it from its data.
  private(set) var dimensionField: Int?
  /// The functions with their entries for the host, and what they need of the support code.
  private var functionText = ""
  private(set) var needs = CNeeds()

  public struct Function: Sendable {
    public var name: String
    public var isPreparation: Bool
    public var inputs: [Input]
    public var outputs: [NativeOutput]
  }

  public struct Input: Sendable {
    public var source: LoopInput.Source
    public var name: String
    public var scalar: LoopScalar
    public var isArray: Bool
  }

  /// Prints the functions, which share one struct of data. Throws `.unsupported` for what has no C form.
  ///
  /// A result `dimension` is the length of the position. It is no output: where it follows from the data by arithmetic, the input
  /// `.other("dimension")` gets it, and the host does not have to know it.
  public init(_ functions: [NativeFunction]) throws(NativeFailure) {
    let originals = packingMatrices(functions)
    let prepared = originals.map { preparedForC($0.program) }
    let functions = zip(originals, prepared).map {
      NativeFunction(name: $0.name, program: $1.program, isPreparation: $0.isPreparation)
    }
    let systems = functions.flatMap { function in
      function.program.integratedSystems.flatMap { index -> [NativeFunction] in
        let system = function.program.systems[index]
        return [system.derivative, system.product].compactMap { $0 }.map {
          NativeFunction(name: function.name, program: preparedForC($0).program)
        }
      }
    }
    layOut(functions + systems)
    let spellings = CSpellings.standard
    let dimension = dimensionEntry(originals, spellings)
    var needs = CNeeds()
    var texts: [String] = []
    var entries: [String] = []
    for (place, function) in functions.enumerated() {
      let fields = fields
      let printed = try printFunction(
        function.program, originals[place].program.body, name: function.name, isPreparation: function.isPreparation,
        complete: prepared[place].complete,
        fields: { input in Self.place(of: input, function.program, in: fields).map { fields[$0].name } ?? "missing" },
        spellings: spellings, needs: &needs)
      let systems = try systemTexts(of: function, spellings, &needs)
      texts.append(systems + printed.text)
      entries.append(try entry(function, originals[place].program.body, printed, spellings))
      self.functions.append(
        Function(
          name: function.name, isPreparation: function.isPreparation,
          inputs: function.program.inputs.filter(\.isParameter).map { input in
            let info = function.program[input.variable]
            return Input(source: input.source, name: info.name, scalar: info.scalar, isArray: info.isArray)
          }, outputs: printed.outputs))
    }
    modelText = structText() + "\n" + texts.joined(separator: "\n")
    functionText = modelText + "\n" + dimension + entries.joined(separator: "\n") + "\n"
    self.needs = needs
    let support = Self.supportText(needs) + "\n"
    text = support + ownText(table: "borel_module")
    units = [text]
    guard let longest = texts.indices.max(by: { texts[$0].utf8.count < texts[$1].utf8.count }),
      texts[longest].utf8.count > Self.longFunction,
      texts.reduce(0, { $0 + $1.utf8.count }) - texts[longest].utf8.count > Self.longRest
    else { return }
    let others = texts.indices.filter { $0 != longest }
    let declared = others.map { place in
      let name = self.functions[place].name
      return "long run_\(name)(void *, const void *const *, double *, void *const *, struct borel_workspace *);\n"
        + "long sizes_\(name)(const void *, long *);\n"
    }
    units = [
      support + structText() + "\n" + texts[longest] + "\n" + dimension + entries[longest] + declared.joined()
        + tableText("borel_module"),
      support + structText() + "\n" + others.map { texts[$0] + "\n" + entries[$0] }.joined(separator: "\n"),
    ]
  }

  /// Bytes of C from which a second compiler costs less than it saves: of the longest function, and of all others.
  private static let longFunction = 8000
  private static let longRest = 2000

  // MARK: The struct

  private static func place(of input: LoopInput, _ program: LoopProgram, in fields: [NativeField]) -> Int? {
    fields.firstIndex { field in
      guard field.source == input.source else { return false }
      // The printer asks for prepared results by name alone.
      return field.isPrepared || field.scalar == program[input.variable].scalar
    }
  }

  private mutating func layOut(_ functions: [NativeFunction]) {
    var names = CNames()
    for function in functions where function.isPreparation {
      for (name, value) in function.program.results {
        var rank = 0
        var hint = name
        if case .variable(let variable) = value {
          let info = function.program[variable]
          rank = info.sizes.count
          if !info.name.isEmpty { hint = info.name }
        }
        fields.append(
          NativeField(
            name: names.declare(hint), source: .other(name), scalar: function.program.scalar(of: value), rank: rank,
            isPrepared: true, offset: 0, sizes: []))
      }
    }
    for function in functions {
      for input in function.program.inputs where !input.isParameter {
        if Self.place(of: input, function.program, in: fields) != nil { continue }
        let info = function.program[input.variable]
        fields.append(
          NativeField(
            name: names.declare(fieldName(input, function)), source: input.source, scalar: info.scalar,
            rank: info.sizes.count, isPrepared: false, offset: 0, sizes: []))
      }
    }
    // Sizes that are inputs themselves can be checked when data come.
    for function in functions {
      for input in function.program.inputs where !input.isParameter {
        guard let place = Self.place(of: input, function.program, in: fields), fields[place].sizes.isEmpty else {
          continue
        }
        fields[place].sizes = function.program[input.variable].sizes.map { size -> NativeSize? in
          switch size {
          case .int(let n): return .constant(n)
          case .variable(let variable):
            guard let source = function.program.inputs.first(where: { $0.variable == variable }) else { return nil }
            return Self.place(of: source, function.program, in: fields).map(NativeSize.field)
          default: return nil
          }
        }
      }
    }
    // Eight bytes each, truth values last, after the pointer to the runtime.
    let order = fields.indices.sorted { a, b in
      let (x, y) = (isByte(fields[a]), isByte(fields[b]))
      return x == y ? a < b : !x
    }
    var offset = 8
    for index in order {
      fields[index].offset = offset
      offset += isByte(fields[index]) ? 1 : 8
    }
    modelSize = (offset + 7) / 8 * 8
  }

  /// The Real copy of Int data says so in its name.
  private func fieldName(_ input: LoopInput, _ function: NativeFunction) -> String {
    let info = function.program[input.variable]
    let isCopy = info.scalar == .real && fields.contains { $0.source == input.source && $0.scalar != .real }
    return (info.name.isEmpty ? "data" : info.name) + (isCopy ? "_real" : "")
  }

  private func isByte(_ field: NativeField) -> Bool { field.rank == 0 && field.scalar == .bool }

  private func structText() -> String {
    var text = "struct model {\n  const struct borel_runtime *runtime;\n"
    for field in fields.sorted(by: { $0.offset < $1.offset }) {
      text += field.rank > 0 ? "  const \(field.scalar.c) *\(field.name);\n" : "  \(field.scalar.c) \(field.name);\n"
    }
    return text + "};\n"
  }

  // MARK: Systems of differential equations

  /// The systems that a function integrates, in front of it.
  private func systemTexts(
    of function: NativeFunction, _ spellings: CSpellings, _ needs: inout CNeeds
  ) throws(NativeFailure) -> String {
    var text = ""
    for index in function.program.integratedSystems {
      let system = function.program.systems[index]
      let name = systemName(function.name, index)
      var entries: [String] = []
      for (suffix, program) in [("derivative", system.derivative), ("product", system.product)] {
        guard let program else {
          entries.append("0")
          continue
        }
        let fields = fields
        let (prepared, complete) = preparedForC(program)
        let printed = try printFunction(
          prepared, program.body, name: "\(name)_\(suffix)", isPreparation: false, complete: complete,
          fields: { input in Self.place(of: input, prepared, in: fields).map { fields[$0].name } ?? "missing" },
          spellings: spellings, needs: &needs)
        let isProduct = suffix == "product"
        let parameters = isProduct ? "z, direction, dydt, change" : "z, dydt"
        text += "static " + printed.text + "\n"
        text += """
          static long \(name)_run_\(suffix)(const void *m, double t, const double *z\(isProduct ? ", const double *direction" : ""),
              double *dydt\(isProduct ? ", double *change" : ""), struct borel_workspace *workspace) {
            return \(name)_\(suffix)(m, t, \(parameters)\(printed.usesWorkspace ? ", workspace" : ""));
          }


          """
        entries.append("\(name)_run_\(suffix)")
      }
      text += "static const struct borel_system \(name) = {\(entries.joined(separator: ", "))};\n\n"
    }
    return text
  }

  // MARK: Around the functions

  /// Allowed to reassociate, gcc 12 makes wrong code of `z * (A + (c ? 0 : b / z) + d / z)` outside of loops. Vector code needs no
  /// such pass.
  private static let compilerText = """
    #if defined(__GNUC__) && !defined(__clang__)
    #pragma GCC optimize("no-tree-reassoc")
    #endif

    """

  /// The header that host and model share, the vector mathematics that is used, and declarations of the C library.
  static func supportText(_ needs: CNeeds) -> String {
    var text = Self.compilerText + (nativeSourceFiles.first { $0.path.hasSuffix("borel_native.h") }?.text ?? "")
    let mathematics = MathematicsHeader.builtIn.text(of: needs.mathematics)
    if !mathematics.isEmpty { text += "\n" + mathematics + "\n" }
    for (name, operands) in needs.outOfLine.sorted(by: { $0.key < $1.key }) {
      text += OutOfLine.definition(name, operands: operands)
    }
    for name in needs.library.sorted() {
      let parameters = name == "fma" ? "double, double, double" : name == "fmod" ? "double, double" : "double"
      text += "double \(name)(\(parameters));\n"
    }
    return text
  }

  /// The entries of one function for the host: one type for all functions.
  private func entry(
    _ function: NativeFunction, _ body: [LoopStatement], _ printed: PrintedFunction, _ spellings: CSpellings
  ) throws(NativeFailure) -> String {
    let program = function.program
    var arguments = ["model"]
    for (place, variable) in printed.inputs.enumerated() {
      let info = program[variable]
      arguments.append(
        info.isArray ? "inputs[\(place)]" : "*(const \(info.scalar.c) *)inputs[\(place)]")
    }
    if printed.hasValue { arguments.append("value") }
    for place in printed.outputs.indices { arguments.append("outputs[\(place)]") }
    if printed.usesWorkspace { arguments.append("workspace") }
    var text = """
      long run_\(function.name)(void *model, const void *const *inputs, double *value, void *const *outputs,
          struct borel_workspace *workspace) {
        return \(function.name)(\(arguments.joined(separator: ", ")));
      }

      """
    var counts: [String] = []
    for variable in printed.inputs { counts.append(try sizeText(program[variable].sizes, program, body, spellings)) }
    for output in printed.outputs { counts.append(try sizeText(output.sizes, program, body, spellings)) }
    text += "long sizes_\(function.name)(const void *model, long *counts) {\n"
    if counts.contains(where: { $0.contains("m->") }) { text += "  const struct model *m = model;\n" }
    if counts.contains(where: { $0.contains("rt->") }) { text += "  const struct borel_runtime *rt = m->runtime;\n" }
    for (place, count) in counts.enumerated() { text += "  counts[\(place)] = \(count);\n" }
    return text + "  return borel_ok;\n}\n"
  }

  /// A count of elements in terms of the model's fields, by the definitions in the program's body.
  private func sizeText(
    _ sizes: [LoopOperand], _ program: LoopProgram, _ body: [LoopStatement], _ spellings: CSpellings
  ) throws(NativeFailure) -> String {
    try sizeExpression(sizes, program, body, spellings) { input in
      Self.place(of: input, program, in: fields).map { "m->\(fields[$0].name)" }
    }
  }

  /// A count of elements of `program`'s arrays in terms of the model's fields.
  func countText(_ sizes: [LoopOperand], _ program: LoopProgram) throws(NativeFailure) -> String {
    try sizeText(sizes, program, program.body, CSpellings.standard)
  }

  /// The function that computes the length of the position.
  private mutating func dimensionEntry(_ functions: [NativeFunction], _ spellings: CSpellings) -> String {
    guard let field = fields.firstIndex(where: { $0.source == .other("dimension") && !$0.isPrepared }) else {
      return ""
    }
    for function in functions {
      guard let (_, value) = function.program.results.first(where: { $0.name == "dimension" }),
        let count = try? sizeText([value], function.program, function.program.body, spellings)
      else { continue }
      dimensionField = field
      return "static long position_dimension(const struct model *m) { return \(count); }\n\n"
    }
    return ""
  }

  /// The translation unit without its support code.
  func ownText(table: String) -> String { functionText + tableText(table) }

  private func tableText(_ name: String) -> String {
    var text = "static const struct borel_function functions[] = {\n"
    for function in functions {
      text +=
        "  {\"\(function.name)\", run_\(function.name), sizes_\(function.name), \(function.isPreparation ? 1 : 0)},\n"
    }
    return text + """
      };

      __attribute__((visibility("default"))) const struct borel_module \(name) = {
        \(NativeSource.version), sizeof(struct model), \(functions.count), functions,
        \(dimensionField == nil ? "0" : "(long (*)(const void *))position_dimension"),
      };

      """
  }

  /// Changes with the layout of `borel_native.h`; a module of another version is not used.
  static let version = 2
}
