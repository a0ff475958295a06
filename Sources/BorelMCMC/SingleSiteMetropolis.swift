// Metropolis-Hastings over traces that changes one choice at a time and runs the program again from there.

import BorelInference
import BorelSemantics
import BorelSource
import BorelValues

/// The lightweight Metropolis-Hastings kernel (Wingate, Stuhlmüller and Goodman 2011).
///
/// A step takes one of the n free choices uniformly, proposes another value by a row of the table that applies there, and runs the
/// program on from that choice. Choices at the same addresses keep their values where the supports match; others are drawn
/// afresh, and with probability `refreshShare` all later ones are, which leads out of places where no kept value is possible. The proposal is accepted by `AcceptanceTerms`. Observed choices never move. A proposal that fails numerically is rejected.
public struct SingleSiteMetropolis<P: Program>: Kernel {
  public var proposals: [ProposalRow]
  public var tuning = ScaleTuning()
  /// How many forks of the execution a state keeps to start again from; at least one.
  public var checkpoints: Int
  /// How often all choices after the changed one are drawn afresh.
  public var refreshShare = 0.05
  /// log r of a proposal; replaced only by tests that plant an error.
  public var logRatio: @Sendable (AcceptanceTerms) -> Double = { $0.logRatio }

  public init(proposals: [ProposalRow] = ProposalRow.standard, checkpoints: Int = 8) {
    self.proposals = proposals
    self.checkpoints = max(checkpoints, 1)
  }

  /// Runs the program with the values of a trace, whose density must not be zero.
  public func initialState(at position: Trace, of target: P) throws(Failure) -> TraceState<P.Run> {
    var state = TraceState<P.Run>()
    var run = target.start()
    let spacing = max(1, (position.choices.count + checkpoints - 1) / checkpoints)
    while true {
      switch run.advance() {
      case .sample(let address):
        guard let value = position[address]?.value else { throw notRepeatable(address, at: run.pendingSpan) }
        if state.entries.count % spacing == 0 {
          state.checkpoints.append(Checkpoint(index: state.entries.count, run: run))
        }
        let logDensity = try run.score(value)
        state.entries.append(
          TraceEntry(
            address: address, value: value, logDensity: logDensity, support: try run.support(), span: run.pendingSpan,
            logJointBefore: state.logDensity))
        state.logDensity += logDensity
        run.resume(with: value)
      case .observe(_, let value): state.logDensity += try run.score(value)
      case .factor(let logWeight): state.logDensity += try run.score(factor: logWeight)
      case .finished(let value):
        state.value = value
        return state
      case .failed(let failure): throw failure
      }
    }
  }

  public func step<Source: RandomSource>(
    _ state: inout TraceState<P.Run>, of target: P, using random: inout Source
  ) throws(Failure) -> SingleSiteInfo {
    guard !state.entries.isEmpty else { return SingleSiteInfo() }
    let index = random.uniformInt(below: state.entries.count)
    let entry = state.entries[index]
    let row = chooseRow(for: entry, using: &random)
    var info = SingleSiteInfo(address: entry.address)
    if proposals[row].proposal?.isScaled == true { info.scaledProposal = row }
    do throws(Failure) {
      var run = try fork(state, at: index)
      guard let proposed = try propose(entry, row, &run, &random) else { return info }
      info.acceptance = try move(&state, index, proposed, run, &random, &info)
    } catch {
      guard error.kind == .numerical else { throw error }
      info.failure = error
    }
    return info
  }

  private func chooseRow<Source: RandomSource>(for entry: TraceEntry, using random: inout Source) -> Int {
    var shares: [Double] = []
    shares.reserveCapacity(proposals.count)
    for row in proposals {
      let applies = row.proposal?.applies(to: entry.value, in: entry.support) ?? true
      shares.append(applies ? row.share : 0)
    }
    return random.index(weights: shares)
  }

  /// The execution stopped at a choice, from the nearest fork before it; what lies between is replayed without scoring.
  private func fork(_ state: TraceState<P.Run>, at index: Int) throws(Failure) -> P.Run {
    guard let checkpoint = state.checkpoints.last(where: { $0.index <= index }) else {
      throw notRepeatable(state.entries[index].address, at: nil)
    }
    var run = checkpoint.run
    var position = checkpoint.index
    while position < index {
      run.resume(with: state.entries[position].value)
      position += 1
      replay: while true {
        switch run.advance() {
        case .sample(let address):
          guard address == state.entries[position].address else { throw notRepeatable(address, at: run.pendingSpan) }
          break replay
        case .observe, .factor: continue
        case .finished: throw notRepeatable(state.entries[position].address, at: nil)
        case .failed(let failure): throw failure
        }
      }
    }
    return run
  }

  /// A proposed value with its log density; nil where the value stays.
  private func propose<Source: RandomSource>(
    _ entry: TraceEntry, _ row: Int, _ run: inout P.Run, _ random: inout Source
  ) throws(Failure) -> (value: Value, logDensity: Double, logRatio: Double)? {
    guard let proposal = proposals[row].proposal else {
      let value: Value
      do throws(Failure) {
        value = try random.drawValue(from: &run)
      } catch {
        // An improper distribution has no draws: this row leaves the choice to the others.
        if error.isUndefinedDraw { return nil }
        throw error
      }
      let logDensity = try run.score(value)
      return (value, logDensity, entry.logDensity - logDensity)
    }
    let scale = proposal.isScaled ? tuning.scale(of: entry.address, proposal: row) : 1
    guard
      let proposed = proposal.propose(from: entry.value, in: entry.support, scale: scale, using: &random)
    else { return nil }
    return (proposed.value, try run.score(proposed.value), proposed.logRatio)
  }

  /// Runs on with a proposed value and accepts or rejects; returns the acceptance probability.
  private func move<Source: RandomSource>(
    _ state: inout TraceState<P.Run>, _ index: Int, _ proposed: (value: Value, logDensity: Double, logRatio: Double),
    _ run: consuming P.Run, _ random: inout Source, _ info: inout SingleSiteInfo
  ) throws(Failure) -> Double {
    guard proposed.logDensity > -.infinity else { return 0 }
    var coin = random.uniformVariate()
    var rerun = Rerun(
      of: state, from: index, spacing: state.spacing(checkpoints: checkpoints),
      keepsValues: !coin.isBelow(refreshShare))
    guard
      try rerun.complete(
        run, value: proposed.value, logDensity: proposed.logDensity, of: &state, using: &random)
    else { return 0 }
    let terms = AcceptanceTerms(
      logJointRatio: rerun.logJoint - state.logDensity, count: state.entries.count,
      proposedCount: index + rerun.entries.count, logProposalRatio: proposed.logRatio,
      logStale: rerun.logStale(in: state), logFresh: rerun.logFresh)
    let logRatio = logRatio(terms)
    info.isAccepted = random.accepts(logProbability: logRatio)
    if info.isAccepted { state.replace(from: index, with: rerun, checkpoints: checkpoints) }
    return logRatio >= 0 ? 1 : exponential(logRatio)
  }
}

extension TraceState {
  /// Puts the proposed part of a trace in the place of the old one.
  mutating func replace(from index: Int, with rerun: Rerun<Run>, checkpoints count: Int) {
    let keepsAddresses =
      index + rerun.entries.count == entries.count
      && zip(rerun.entries, entries[index...]).allSatisfy { $0.address == $1.address }
    if !keepsAddresses { indexOfAddress = nil }
    entries.replaceSubrange(index..., with: rerun.entries)
    checkpoints.removeAll { $0.index > index }
    checkpoints.append(contentsOf: rerun.checkpoints)
    // A trace that has grown has more forks than it needs: every second one goes, but for the first.
    if checkpoints.count > 3 * count {
      checkpoints = checkpoints.indices.filter { $0.isMultiple(of: 2) }.map { checkpoints[$0] }
    }
    logDensity = rerun.logJoint
    value = rerun.value
  }
}

/// What a step of `SingleSiteMetropolis` tells.
public struct SingleSiteInfo: StepInfo {
  /// The choice that was to change; nil where the program has no free choices.
  public var address: Address?
  /// The row of the table of proposals, where it has a scale.
  public var scaledProposal: Int?
  public var acceptance = 0.0
  public var isAccepted = false
  public var failure: Failure?
}

/// A program must make the same choices when it is run with the same values.
private func notRepeatable(_ address: Address, at span: Span?) -> Failure {
  Failure(
    .internal,
    Diagnostic(
      code: "not-repeatable", "an execution with the same choices came to `\(address)` unexpectedly", at: span))
}
