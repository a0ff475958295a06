// The twenty posteriors of posteriordb whose models are in examples/posteriordb, and where data and references are found.

/// A data set and a model; the collection calls a posterior `data-model`.
struct Posterior {
  let data: String
  let model: String
  var name: String { "\(data)-\(model)" }

  init(_ data: String, _ model: String) {
    self.data = data
    self.model = model
  }

  /// From the easiest to the hardest, roughly.
  static let all = [
    Posterior("eight_schools", "eight_schools_noncentered"), Posterior("kidiq", "kidscore_interaction"),
    Posterior("earnings", "logearn_height_male"), Posterior("nes1980", "nes"), Posterior("sblrc", "blr"),
    Posterior("kilpisjarvi_mod", "kilpisjarvi"), Posterior("wells_data", "wells_dist"),
    Posterior("GLM_Poisson_Data", "GLM_Poisson_model"), Posterior("dogs", "dogs"), Posterior("arK", "arK"),
    Posterior("arma", "arma11"), Posterior("gp_pois_regr", "gp_regr"),
    Posterior("low_dim_gauss_mix", "low_dim_gauss_mix"), Posterior("hmm_example", "hmm_example"),
    Posterior("M0_data", "M0_model"), Posterior("seeds_data", "seeds_model"),
    Posterior("radon_mn", "radon_hierarchical_intercept_noncentered"), Posterior("rats_data", "rats_model"),
    Posterior("irt_2pl", "irt_2pl"), Posterior("hudson_lynx_hare", "lotka_volterra"),
  ]

  /// The folder of the repository.
  static let root = sourceFolder.split(separator: "/").dropLast(2).reduce("") { $0 + "/" + $1 }
  /// Data and references, which are not part of the repository.
  static let shared = root + "/../shared/posteriordb"

  var modelPath: String { "\(Self.root)/examples/posteriordb/\(model).ppl" }
  var dataPath: String { "\(Self.shared)/data/\(data).json" }
  var referencePath: String { "\(Self.shared)/reference/\(name).json" }

  /// The posteriors that the arguments name, by posterior, data or model; all without arguments.
  static func named(_ names: [String]) throws -> [Posterior] {
    for name in names where !all.contains(where: { $0.isCalled(name) }) {
      throw BenchFailure("there is no posterior `\(name)`; there are \(all.map(\.model).joined(separator: ", "))")
    }
    return names.isEmpty ? all : all.filter { posterior in names.contains(where: posterior.isCalled) }
  }

  private func isCalled(_ text: String) -> Bool { text == name || text == data || text == model }
}
