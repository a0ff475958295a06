// How a run was asked for: everything that its draws depend on, and nothing of the time that it took.

/// The configuration of a run, as the comments of a Stan CSV file and `fit_config.json` tell it.
public struct SamplerConfiguration: Sendable, Equatable {
  /// A text that the run was made from.
  public struct Input: Sendable, Equatable {
    public var path: String
    /// SHA-256 of its bytes, empty where it is not known.
    public var digest: String
    public init(path: String, digest: String = "") {
      self.path = path
      self.digest = digest
    }
  }

  /// A further setting under a path such as `adapt.delta`, `nuts.max_depth` or `hmc.stepsize`.
  public struct Setting: Sendable, Equatable {
    public enum Value: Sendable, Equatable {
      case flag(Bool)
      case count(Int)
      case real(Double)
      case text(String)
    }
    public var path: String
    public var value: Value
    public init(_ path: String, _ value: Value) {
      self.path = path
      self.value = value
    }
  }

  /// Borel's.
  public var version: String
  public var modelName: String
  public var model: Input
  public var data: [Input] = []
  public var method = "sample"
  /// `hmc`, `rwm`, ...
  public var algorithm = "hmc"
  /// `nuts` or `static`, nil for other algorithms.
  public var engine: String? = "nuts"
  /// `unit_e`, `diag_e`, `dense_e` or `low_rank`, nil for algorithms without one.
  public var metric: String? = "diag_e"
  public var chains = 4
  /// Iterations of warm-up.
  public var warmup = 1000
  /// Kept draws of each chain, at most.
  public var draws = 1000
  /// Of this many iterations one is kept.
  public var thin = 1
  public var keepsWarmup = false
  public var seed: UInt64 = 0
  /// A radius, a file, or a word such as `prior`.
  public var initialization = "2"
  /// The patterns of the variables that are written, and of those that are left out.
  public var save: [String] = []
  public var drop: [String] = []
  /// Digits of the numbers in CSV files, nil for all that it takes to read the same number back.
  public var significantDigits: Int?
  public var settings: [Setting] = []

  public init(version: String, modelName: String, model: Input) {
    self.version = version
    self.modelName = modelName
    self.model = model
  }

  /// The further setting with this path.
  public subscript(path: String) -> Setting.Value? {
    get { settings.first { $0.path == path }?.value }
    set {
      let place = settings.firstIndex { $0.path == path }
      switch (place, newValue) {
      case (let place?, let value?): settings[place].value = value
      case (let place?, nil): settings.remove(at: place)
      case (nil, let value?): settings.append(Setting(path, value))
      case (nil, nil): break
      }
    }
  }

  /// Rows of warm-up that a chain's files hold.
  public var warmupRows: Int { keepsWarmup && warmup > 0 ? (warmup - 1) / max(thin, 1) + 1 : 0 }
}

extension SamplerConfiguration.Setting.Value {
  /// As in the comments of a Stan CSV file. Flags are 0 and 1, which older readers insist on.
  var commentText: String {
    switch self {
    case .flag(let flag): flag ? "1" : "0"
    case .count(let count): String(count)
    case .real(let x): Int(exactly: x).map { String($0) } ?? x.description
    case .text(let text): text
    }
  }
}
