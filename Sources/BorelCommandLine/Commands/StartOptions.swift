// Where searches and chains start, as the command line says it.

import ArgumentParser
import Borel

/// `--init`: a radius, the prior, or a file.
struct StartOptions: ParsableArguments {
  @Option(
    parsing: .unconditional,
    help: ArgumentHelp(
      "Where to start: a radius around 0 in unconstrained space, prior, pathfinder, values by name in a .json file, or a fit's .csv file. (default: 2)",
      valueName: "start"))
  var `init`: String?

  func validate() throws {
    if let text = `init`, let radius = Double(text), !(radius >= 0 && radius.isFinite) {
      throw ValidationError("--init needs a radius of at least 0, got \(text)")
    }
  }

  /// - Parameter seed: that of the run, for starts that are themselves drawn.
  func start(for model: BoundModel, chains: Int = 4, seed: UInt64? = nil) throws -> HamiltonianSettings.Start {
    guard let text = `init` else { return .random(radius: 2) }
    if text == "prior" { return .prior }
    if text == "pathfinder" { return .points(try model.pathfinder(seed: seed).startingPoints(chains)) }
    if let radius = Double(text) { return .random(radius: radius) }
    return .points(try model.startingPoints(file: text))
  }
}
