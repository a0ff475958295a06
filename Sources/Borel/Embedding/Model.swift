// A model from a text or a file, ready to be given data: the entrance of the library.

import BorelDataIO
import BorelIR
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// A model of a program.
///
/// ```swift
/// let model = try Model(source: """
///   model schools(sigma) {
///     mu ~ normal(0, 5)
///     tau ~ half_cauchy(5)
///     for j in 0..<len(sigma) {
///       theta[j] ~ normal(mu, tau)
///       y[j] ~ normal(theta[j], sigma[j])
///     }
///   }
///   """)
/// let schools = try model.bind(["sigma": [15.0, 10, 16], "y": [28.0, 8, -3]])
/// let posterior = try schools.sample(seed: 1)
/// print(posterior["mu"]?.mean ?? .nan)
/// ```
///
/// Making one parses, checks and compiles the program and runs its top-level statements. It is immutable and can be used from
/// several threads.
public struct Model: Sendable {
  /// A parameter of the model.
  public struct Parameter: Sendable, Equatable {
    public let name: String
    /// The declared type, such as `Real[n]`, nil where none is written.
    public let type: String?
    public let hasDefault: Bool
  }

  public let name: String
  public let parameters: [Parameter]
  /// The random variables that stand in the model's own body, in the order of the text; `theta` for `theta[j]`.
  public let variables: [String]

  let id: ModelID
  let environment: RunEnvironment
  let store: SourceStore
  let host: DriverHost
  let options: RunOptions
  /// The text that defines the model.
  let file: FileID

  /// The model of a text.
  ///
  /// - Parameters:
  ///   - source: the program.
  ///   - name: which model; nil for the one named `main` or else the last one.
  ///   - fileName: what messages call the text; relative imports start at its folder.
  public init(
    source: String, named name: String? = nil, fileName: String = "model.ppl", options: RunOptions = .init()
  ) throws(BorelError) {
    try self.init(SourceFile(name: fileName, text: source), named: name, options)
  }

  /// The model of a file; `-` is standard input.
  public init(contentsOf path: String, named name: String? = nil, options: RunOptions = .init()) throws(BorelError) {
    try self.init(try programSource(at: path), named: name, options)
  }

  private init(_ source: SourceFile, named name: String?, _ options: RunOptions) throws(BorelError) {
    let session = Session(options: options)
    _ = try session.run(source)
    let state = session.state
    guard let code = state.code else { throw BorelError(.internal, code: "internal", "nothing was compiled") }
    let id = try Self.choose(name, among: state.models, of: code.core, source.name)
    let definition = code.core[id]
    self.name = definition.name
    self.id = id
    parameters = code.core[definition.function].parameters.map {
      Parameter(name: $0.name, type: $0.type?.text, hasDefault: $0.defaultValue != nil)
    }
    var variables: [String] = []
    for site in definition.sites.map({ code.core[$0].name }) where !variables.contains(site) { variables.append(site) }
    self.variables = variables
    environment = session.environment(code, state.globals)
    store = session.store
    host = session.host
    file = definition.span.file
    self.options = options
  }

  private static func choose(
    _ name: String?, among models: [ModelID], of program: CoreProgram, _ file: String
  ) throws(BorelError) -> ModelID {
    guard let last = models.last else {
      throw BorelError(
        .program, code: "no-model", "\(file) defines no model", hint: "a script without a model is run by `borel run`")
    }
    guard let name else { return models.last { program[$0].name == "main" } ?? last }
    if let id = models.last(where: { program[$0].name == name }) { return id }
    let names = models.map { program[$0].name }
    throw BorelError(
      .program, code: "unknown-model", "\(file) has no model `\(name)`",
      hint: closestMatch(to: name, among: names).map { "did you mean `\($0)`?" }
        ?? "it has \(names.map { "`\($0)`" }.joined(separator: ", "))")
  }

  // MARK: Data

  /// The model applied to data: values under the name of a parameter become arguments, values under the name of a random variable
  /// become observations.
  ///
  /// A name that is neither, a missing argument and a value of the wrong type or shape are errors.
  public func bind(_ data: [String: any DataConvertible] = [:]) throws(BorelError) -> BoundModel {
    let fields = data.sorted { $0.key < $1.key }.map { ($0.key, $0.value.dataValue.value) }
    return try bind(LoadedData(value: .record(fields)))
  }

  /// The model applied to data of JSON or CSV files and to single values in JSON, `n=10`.
  public func bind(files: [String], assignments: [String] = []) throws(BorelError) -> BoundModel {
    try bind(try store.loadData(files: files, assignments: assignments, notices: host))
  }
}
