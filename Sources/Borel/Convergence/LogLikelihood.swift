// The log likelihood of each observation at each draw: from files that have it, or by scoring the model at the draws.

import BorelDraws
import BorelInference
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// log p(yᵢ | θₛ) of observations i at draws s.
public struct LogLikelihood: Sendable {
  /// `y[0]`, `y[1]`, ...
  public let names: [String]
  /// For each observation the values at all draws, chain after chain of `chainLength` draws.
  let values: [[Double]]
  public let chainCount: Int
  public let chainLength: Int

  /// All values are finite, or an error names one that is not.
  init(names: [String], values: [[Double]], chainCount: Int, chainLength: Int) throws(BorelError) {
    self.names = names
    self.values = values
    self.chainCount = chainCount
    self.chainLength = chainLength
    guard !names.isEmpty else {
      throw BorelError(
        .data, code: "no-observations", "there are no observations to leave out",
        hint: "give the observed variables in the data: what has no observation has no likelihood")
    }
    guard chainLength > 0 else { throw BorelError(.data, code: "no-draws", "there are no draws") }
    for (name, column) in zip(names, values) {
      guard let bad = column.firstIndex(where: { !$0.isFinite }) else { continue }
      let (chain, draw) = bad.quotientAndRemainder(dividingBy: chainLength)
      throw BorelError(
        .data, code: "not-finite-likelihood",
        "the log likelihood of \(name) is \(column[bad]) at draw \(draw + 1) of chain \(chain + 1)",
        hint: column[bad] == -.infinity
          ? "the observation is impossible there, so leaving it out cannot be told from these draws"
          : "look at the formula of the likelihood there")
    }
  }
}

extension SavedPosterior {
  /// The variable `log_lik`, as Stan programs compute it among generated quantities.
  public func logLikelihood(named name: String = "log_lik") throws(BorelError) -> LogLikelihood {
    guard let variable = draws.variable(name) else {
      let known = draws.variables.map(\.name)
      throw BorelError(
        .data, code: "no-log-lik", "\(self.name) has no variable `\(name)`",
        hint: closestMatch(to: name, among: known).map { "did you mean `\($0)`?" }
          ?? "give the model and its data as well: borel loo model.ppl --data data.json --fit FILES")
    }
    let (chains, length) = draws.completeChains
    return try LogLikelihood(
      names: (0..<variable.count).map { variable.elementName($0) },
      values: variable.columns.map { column in
        chains.flatMap { draws.column(column, chain: $0).prefix(length) }
      }, chainCount: chains.count, chainLength: length)
  }
}

extension Draws {
  /// Chains with draws, and how many draws all of them have.
  var completeChains: (chains: [Int], length: Int) {
    let chains = (0..<chainCount).filter { chainLengths[$0] > 0 }
    return (chains, chains.map { chainLengths[$0] }.min() ?? 0)
  }
}

extension BoundModel {
  /// The log likelihood of every observed choice at every draw of a fit, by executing the model on the virtual machine with the values of the
  /// draw. Elements of independent products count singly, an observation of a multivariate distribution as one.
  ///
  /// Every free choice needs a value in the fit. Weights of `factor` belong to no observation; a notice tells where there are some.
  public func logLikelihood(at fit: SavedPosterior) throws(BorelError) -> LogLikelihood {
    try logLikelihood(at: fit.draws)
  }

  func logLikelihood(at draws: Draws) throws(BorelError) -> LogLikelihood {
    let (chains, length) = draws.completeChains
    let rows = chains.flatMap { draws.chainRange($0).prefix(length) }
    let scoring = LikelihoodScoring(program: program(value), draws: draws)
    let control = model.options.control
    do throws(Failure) {
      guard let first = rows.first else { throw Failure(.user, Diagnostic(code: "no-draws", "there are no draws")) }
      let observations = try scoring.observations(at: first)
      let blockSize = 64
      let blocks = try parallelMap((rows.count + blockSize - 1) / blockSize, threads: control.threads) {
        block throws(Failure) in
        if control.isCancelled() { throw Failure(.user, Diagnostic(code: "cancelled", "the run was cancelled")) }
        var kinds: [Address: DrawValues.ChoiceKind] = [:]
        var result: [Double] = []
        for row in rows[block * blockSize..<min((block + 1) * blockSize, rows.count)] {
          result += try scoring.logLikelihoods(at: row, of: observations, &kinds)
        }
        return result
      }
      if observations.hasFactor {
        note(
          "factor-not-observed",
          "the model has a factor; its weight belongs to no observation and is left out of the likelihoods")
      }
      let flat = blocks.flatMap { $0 }
      let count = observations.names.count
      let values = (0..<count).map { i in rows.indices.map { flat[$0 * count + i] } }
      return try logLikelihood(observations.names, values, chains.count, length)
    } catch {
      throw self.error(error)
    }
  }

  private func logLikelihood(
    _ names: [String], _ values: [[Double]], _ chains: Int, _ length: Int
  ) throws(Failure) -> LogLikelihood {
    do throws(BorelError) {
      return try LogLikelihood(names: names, values: values, chainCount: chains, chainLength: length)
    } catch {
      throw Failure(.user, error.diagnostics.first ?? Diagnostic(code: "internal", "internal error"))
    }
  }
}
