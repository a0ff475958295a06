// What a sampler left in files: draws, and how each chain was run.

import BorelDraws

/// The draws of a run read back from its files.
public struct SavedFit: Sendable {
  /// The draws after warm-up. `notes` tells of rows that were left out.
  public var draws: Draws
  /// The draws of warm-up, nil where none were kept.
  public var warmup: Draws?
  /// In the order of the chains of `draws`.
  public var chains: [SavedChain]
  /// The names of a variable's dimensions, by the variable's name; those that are not here have none.
  public var dimensions: [String: [String]]
  /// The labels along a named dimension, by its name.
  public var coordinates: [String: [String]]

  public init(
    draws: Draws, warmup: Draws? = nil, chains: [SavedChain] = [], dimensions: [String: [String]] = [:],
    coordinates: [String: [String]] = [:]
  ) {
    self.draws = draws
    self.warmup = warmup
    self.chains = chains
    self.dimensions = dimensions
    self.coordinates = coordinates
  }
}

/// How one chain was run and what its warm-up arrived at, as far as its file tells.
public struct SavedChain: Sendable, Equatable {
  /// The file, or the group of several chains.
  public var path: String
  /// `method.sample.num_samples` and its value, in the order of the file and without `(Default)`.
  public var settings: [Setting] = []
  public var stepSize: Double?
  public var inverseMetric: InverseMetric?

  public struct Setting: Sendable, Equatable {
    public var path: String
    public var value: String
    public init(path: String, value: String) {
      self.path = path
      self.value = value
    }
  }

  public init(path: String) { self.path = path }

  /// The value of the first setting whose path is `name` or ends in `.name`.
  public func setting(_ name: String) -> String? {
    settings.first { $0.path == name || $0.path.hasSuffix("." + name) }?.value
  }

  /// A setting that counts something.
  public func count(_ name: String) -> Int? { setting(name).flatMap { Int($0) } }

  /// A setting that is on or off: `true`, `1`, `false`, `0`.
  public func flag(_ name: String) -> Bool? {
    switch setting(name) {
    case "true", "1": true
    case "false", "0": false
    default: nil
    }
  }
}
