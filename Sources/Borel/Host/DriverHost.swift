// The host of a session: performs inference, files and output for running programs.

import BorelIR
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues
import Synchronization

/// Performs host primitives by a table from names to handlers.
///
/// Random calls without a `seed:` take stream number k of the session's seed, k counting such calls, so that a script is
/// repeated by its seed alone.
final class DriverHost: Host {
  typealias Handler = @Sendable (DriverHost, HostCall) throws(Failure) -> Value

  private struct State: Sendable {
    var seed: UInt64?
    var randomCalls: UInt64 = 0
    var marginals = MarginalCache()
  }

  let options: RunOptions
  /// The texts that notices point into.
  let sources: SourceStore
  private let state: Mutex<State>

  init(options: RunOptions, sources: SourceStore) {
    self.options = options
    self.sources = sources
    state = Mutex(State(seed: options.seed))
  }

  /// How deep inference may nest in inference; each level holds a part of the native stack.
  static let maximumDepth = 16

  private static let handlers: [String: Handler] =
    inferenceHandlers.merging(resultHandlers) { first, _ in first }.merging(dataHandlers) { first, _ in first }

  /// Host rows of the table without a handler, and handlers without a row: both empty in a sound build.
  static func inconsistencies() -> [String] {
    let rows = Set(PrimitiveTable.rows.filter { $0.effect == .host }.map(\.name))
    return rows.symmetricDifference(handlers.keys).sorted()
  }

  func perform(
    _ primitive: PrimitiveID, _ arguments: [Value], at span: Span, in context: HostContext
  ) throws(Failure) -> Value {
    let row = PrimitiveTable[primitive]
    let call = HostCall(primitive: row, arguments: arguments, span: span, context: context)
    guard context.depth < Self.maximumDepth else {
      throw Failure(
        .limit,
        Diagnostic(
          code: "nesting-limit", "inference is nested more than \(Self.maximumDepth) levels deep", at: span,
          hint: "does a model run inference on itself without an end?"))
    }
    do throws(Failure) {
      if row.effect != .host { return try performOnVariables(primitive, call) }
      guard let handler = Self.handlers[row.name] else {
        throw Failure(.internal, Diagnostic(code: "internal", "no handler for `\(row.name)`", at: span))
      }
      return try handler(self, call)
    } catch {
      let failure = located(error, at: span)
      guard let program = context.environment?.program.core else { throw failure }
      throw failure.withProvenance(in: program, sources.sources, models: call.modelArguments)
    }
  }

  /// A failure without a place gets that of the call.
  private func located(_ failure: Failure, at span: Span) -> Failure {
    guard failure.diagnostic.primary == nil else { return failure }
    var failure = failure
    failure.diagnostic.primary = .init(span)
    return failure
  }

  // MARK: Randomness

  /// The stream of a random call: of its own seed, or the next of the session's.
  func stream(_ call: HostCall, seedArgument index: Int) throws(Failure) -> RandomStream {
    if !call.isNull(index) {
      return RandomStream(seed: UInt64(bitPattern: Int64(try call.int(index, atLeast: .min))))
    }
    if call.context.isInsideInference {
      throw call.failure(
        "`\(call.name)` draws random numbers and stands inside a model that is being run; it needs a seed",
        code: "seed-needed", hint: "write \(call.name)(..., seed: 1); `enumerate` and `marginal` need none")
    }
    let (seed, number) = nextStream()
    return RandomStream(seed: seed).child(number)
  }

  private func nextStream() -> (seed: UInt64, number: UInt64) {
    let (seed, number, isNew) = state.withLock { state in
      let isNew = state.seed == nil
      let seed = state.seed ?? Self.systemSeed()
      state.seed = seed
      defer { state.randomCalls += 1 }
      return (seed, state.randomCalls, isNew)
    }
    if isNew { tellSeed(seed) }
    return (seed, number)
  }

  /// The seed of a run as a whole: the one given, the session's, or a new one, which is told.
  func seed(_ given: UInt64?) -> UInt64 {
    if let given { return given }
    let (seed, isNew) = state.withLock { state in
      let isNew = state.seed == nil
      let seed = state.seed ?? Self.systemSeed()
      state.seed = seed
      return (seed, isNew)
    }
    if isNew { tellSeed(seed) }
    return seed
  }

  private func tellSeed(_ seed: UInt64) {
    notify(.note, Diagnostic(.note, code: "seed", "random numbers are drawn with seed \(seed)"))
  }

  /// Short enough to be typed.
  private static func systemSeed() -> UInt64 { UInt64.random(in: 1...999_999_999) }

  // MARK: Notices

  func notify(_ kind: RunOptions.Notice.Kind, _ diagnostic: Diagnostic) {
    options.notice(RunOptions.Notice(kind: kind, diagnostic: diagnostic, sources: sources.sources))
  }

  /// Passes on the warnings of a run.
  func report(_ result: InferenceResult) { for warning in result.warnings { notify(.warning, warning) } }

  // MARK: Marginals

  func cachedMarginal(_ key: MarginalCache.Key, in globals: Globals) -> Value? {
    state.withLock { $0.marginals.value(for: key, in: globals) }
  }

  func remember(_ value: Value, for key: MarginalCache.Key, in globals: Globals) {
    state.withLock { $0.marginals.set(value, for: key, in: globals) }
  }
}
