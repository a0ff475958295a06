// Exact inference by enumeration: every execution of a program with finite discrete choices, by forking at each choice.

import BorelInference
import BorelSemantics
import BorelSource
import BorelValues

/// Runs all executions of a program whose free choices have finite supports and sums their weights in log space.
///
/// An execution is forked where it makes a choice, so that what comes before is run once. Observations and factors may be anything:
/// they only weight. The work is split by a fixed rule, so that results do not depend on the number of threads.
public struct Enumeration: Sendable {
  /// How many executions may reach their end before the run is given up.
  public var maximumExecutions: Int
  /// How many values a single choice may have.
  public var maximumValues: Int
  /// How many choices one execution may make.
  public var maximumDepth: Int
  /// Up to how many choices in all, over all executions of positive weight, their joint table is kept.
  public var maximumCells: Int

  public init(
    maximumExecutions: Int = 10_000_000, maximumValues: Int = 10_000, maximumDepth: Int = 10_000,
    maximumCells: Int = 200_000
  ) {
    self.maximumExecutions = maximumExecutions
    self.maximumValues = maximumValues
    self.maximumDepth = maximumDepth
    self.maximumCells = maximumCells
  }

  /// The number of subtrees that the tree of executions is split into, if it has as many.
  private static let subtreeCount = 128

  public func run<P: Program>(_ program: P, control: RunControl = .init()) throws(Failure) -> EnumerationResult {
    let budget = ExecutionBudget(limit: maximumExecutions)
    let limits = self
    let subtrees = try split(program, budget)
    let parts = try parallelMap(subtrees.count, threads: control.threads) { index throws(Failure) in
      var walk = EnumerationWalk<P.Run>(limits: limits, budget: budget, control: control)
      try walk.explore(subtrees[index])
      return walk.tables
    }
    var tables = EnumerationTables()
    for part in parts { tables.merge(part, maximumCells: maximumCells) }
    return try EnumerationResult(tables)
  }

  /// The tree's upper part unfolded level by level until there are enough subtrees or only leaves.
  private func split<P: Program>(
    _ program: P, _ budget: ExecutionBudget
  ) throws(Failure) -> [Subtree<P.Run>] {
    var subtrees = [Subtree(run: program.start())]
    while subtrees.count < Enumeration.subtreeCount, subtrees.contains(where: { !$0.isLeaf }) {
      var next: [Subtree<P.Run>] = []
      for subtree in subtrees {
        guard !subtree.isLeaf else {
          next.append(subtree)
          continue
        }
        next.append(contentsOf: try subtree.children(limits: self))
      }
      subtrees = next
    }
    return subtrees
  }
}

/// Part of the tree of executions: an execution on its way, with the choices that led there.
struct Subtree<Run: Execution>: Sendable {
  var run: Run
  /// The log weight so far, choices, observations and factors together.
  var logWeight = 0.0
  var choices: [PathChoice] = []
  /// True where the execution has ended or weight zero: the walk does the rest.
  var isLeaf = false

  init(run: Run) { self.run = run }

  /// The subtrees after the next choice; itself, marked as a leaf, where there is none.
  func children(limits: Enumeration) throws(Failure) -> [Subtree] {
    var advanced = self
    switch advanced.run.advanceToChoice(&advanced.logWeight) {
    case .choice(let address):
      let (values, logDensities) = try advanced.run.weightedValues(limits)
      var children: [Subtree] = []
      for (value, logDensity) in zip(values, logDensities) where logDensity > -.infinity {
        var child = advanced
        child.choices.append(PathChoice(address: address, value: value, span: advanced.run.pendingSpan))
        child.logWeight += logDensity
        child.run.resume(with: value)
        children.append(child)
      }
      return children
    case .end(.failure(let failure)) where failure.kind != .numerical:
      throw failure
    case .end:
      // The walk runs the last stretch again, so that leaves are counted in one place.
      var leaf = self
      leaf.isLeaf = true
      return [leaf]
    }
  }
}

/// A choice on the way to a subtree or a leaf.
struct PathChoice: Sendable {
  let address: Address
  let value: Value
  let span: Span?
}

/// Counts finished executions of all threads against the limit.
final class ExecutionBudget: @unchecked Sendable {
  let limit: Int
  private let count = LockedCount()

  init(limit: Int) { self.limit = limit }

  func spend(_ executions: Int) throws(Failure) {
    guard count.add(executions) > limit else { return }
    throw Failure(
      .limit,
      Diagnostic(
        code: "too-many-executions", "enumeration needs more than \(grouped(limit)) executions",
        hint: "raise the limit, use fewer or smaller discrete choices, or sample with `smc` or `mh`"))
  }
}
