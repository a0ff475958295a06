// How a run is carried out and watched: threads, progress, cancellation. None of it changes results.

/// Threads, progress and cancellation of a run.
public struct RunControl: Sendable {
  /// The number of threads to use; results are the same for any number.
  public var threads: Int
  /// Bytes that the results of a run may take; a run that needs more is refused.
  public var resultMemory: Int
  /// Called after every iteration or block of work, from any thread and often: the callee limits its own rate.
  public var progress: (@Sendable (Progress) -> Void)?
  /// Asked often and from any thread; when it answers true the run ends early with what it has.
  public var isCancelled: @Sendable () -> Bool

  public init(
    threads: Int = 1, resultMemory: Int = RunControl.physicalMemory, progress: (@Sendable (Progress) -> Void)? = nil,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) {
    self.threads = threads
    self.resultMemory = resultMemory
    self.progress = progress
    self.isCancelled = isCancelled
  }
}

/// How far a run is.
public struct Progress: Sendable, Equatable {
  /// The phase, in the word that a progress line shows: "warm-up", "draws", "executions", "observations".
  public var phase: String
  /// Counted from 0; 0 where there are no chains.
  public var chain: Int
  /// Units of work done and to do in this chain, both phases together; the total is nil where it is not known.
  public var completed: Int
  public var total: Int?
  /// The mean acceptance probability so far, where there is one.
  public var acceptance: Double?
  /// The number of numerical failures so far.
  public var failures: Int
  /// Of a Hamiltonian sampler: divergences after warm-up, the step size, and gradients per iteration so far.
  public var hamiltonian: Hamiltonian?

  public struct Hamiltonian: Sendable, Equatable {
    public var divergences: Int
    public var stepSize: Double
    public var gradients: Double
    /// The chains of the run, and the iterations of warm-up of each.
    public var chains: Int
    public var warmup: Int

    public init(divergences: Int, stepSize: Double, gradients: Double, chains: Int, warmup: Int) {
      self.divergences = divergences
      self.stepSize = stepSize
      self.gradients = gradients
      self.chains = chains
      self.warmup = warmup
    }
  }

  public init(
    phase: String, chain: Int = 0, completed: Int, total: Int?, acceptance: Double? = nil, failures: Int = 0,
    hamiltonian: Hamiltonian? = nil
  ) {
    self.phase = phase
    self.chain = chain
    self.completed = completed
    self.total = total
    self.acceptance = acceptance
    self.failures = failures
    self.hamiltonian = hamiltonian
  }
}
