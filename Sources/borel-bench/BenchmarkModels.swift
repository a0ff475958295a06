// The table of the gradient benchmarks: name, folder of the model and its expert C, unconstrained dimension, data.

struct BenchmarkModel: Sendable {
  let name: String
  let folder: String
  let dimension: Int
  let data: @Sendable () throws -> [DataField]

  var path: String { "\(sourceFolder)/gradients/\(folder)" }

  static let all: [BenchmarkModel] = [
    BenchmarkModel(name: "eight_schools", folder: "eight_schools", dimension: 10, data: BenchmarkData.eightSchools),
    BenchmarkModel(
      name: "logistic_1000x20", folder: "logistic", dimension: 21,
      data: { BenchmarkData.logistic(rows: 1000, columns: 20) }),
    BenchmarkModel(
      name: "logistic_10000x50", folder: "logistic", dimension: 51,
      data: { BenchmarkData.logistic(rows: 10_000, columns: 50) }),
    BenchmarkModel(name: "radon", folder: "radon", dimension: 175, data: BenchmarkData.radon),
    BenchmarkModel(
      name: "sv", folder: "sv", dimension: 1003, data: { BenchmarkData.stochasticVolatility(length: 1000) }),
    BenchmarkModel(name: "gp", folder: "gp", dimension: 3, data: { try BenchmarkData.gaussianProcess(size: 100) }),
    BenchmarkModel(name: "mixture", folder: "mixture", dimension: 5, data: { BenchmarkData.mixture(size: 1000) }),
    BenchmarkModel(name: "hmm", folder: "hmm", dimension: 20, data: { BenchmarkData.hiddenMarkov(length: 1000) }),
    BenchmarkModel(name: "ar5", folder: "ar5", dimension: 7, data: { BenchmarkData.autoregression(length: 200) }),
  ]
}

/// Writes NAME.json for every model.
func writeBenchmarkData(to folder: String) throws {
  for model in BenchmarkModel.all { try writeText(json(try model.data()), to: "\(folder)/\(model.name).json") }
}
