// The names that ArviZ expects: of the sampler's statistics, of variables, of their dimensions.

import BorelDraws

/// ArviZ's names for Stan's statistics.
private let statisticNames: [(stan: String, arviz: String)] = [
  ("lp__", "lp"), ("accept_stat__", "acceptance_rate"), ("stepsize__", "step_size"), ("treedepth__", "tree_depth"),
  ("n_leapfrog__", "n_steps"), ("divergent__", "diverging"), ("energy__", "energy"), ("int_time__", "int_time"),
]

/// `acceptance_rate` for `accept_stat__`; others lose their underscores.
func arvizName(_ statistic: String) -> String {
  if let known = statisticNames.first(where: { $0.stan == statistic }) { return known.arviz }
  return statistic.hasSuffix("__") ? String(statistic.dropLast(2)) : statistic
}

/// The reverse of `arvizName`.
func stanStatisticName(_ name: String) -> String {
  statisticNames.first { $0.arviz == name }?.stan ?? name + "__"
}

/// Gives variables folders and dimensions without clashes, within one group.
struct ZarrNames {
  /// A dimension may not be called like a variable.
  private var variables: Set<String> = ["chain", "draw"]
  private(set) var sizes: [String: Int] = [:]
  private let coordinates: [String: [String]]

  init(variables names: [String], coordinates: [String: [String]]) {
    self.coordinates = coordinates
    reserved = Set(names.map(Self.folder))
  }

  private let reserved: Set<String>

  /// A slash would open a group.
  private static func folder(_ name: String) -> String { String(name.map { $0 == "/" ? "." : $0 }) }

  /// The folder of a variable, by its name as far as that is free.
  mutating func folder(_ name: String) -> String {
    var folder = Self.folder(name)
    while !variables.insert(folder).inserted { folder += "_" }
    return folder
  }

  /// The given name of every dimension where it can have it, else `theta_dim_0`.
  mutating func dimensions(_ variable: String, _ shape: [Int], _ given: [String]) -> [String] {
    var names: [String] = []
    for (place, size) in shape.enumerated() {
      let wanted = place < given.count ? given[place] : ""
      let isFree =
        !wanted.isEmpty && !wanted.contains("/") && !names.contains(wanted) && !reserved.contains(wanted)
        && wanted != "chain" && wanted != "draw" && (sizes[wanted] ?? size) == size
        && (coordinates[wanted]?.count ?? size) == size
      var name = isFree ? wanted : "\(variable)_dim_\(place)"
      while !isFree, reserved.contains(name) || sizes[name] != nil { name += "_" }
      sizes[name] = size
      names.append(name)
    }
    return names
  }
}
