// Times the gradients of compiled models beside hand-written C, in interleaved rounds.

import Borel
import BorelNumerics

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

private let rounds = 101
private let secondsPerBatch = 0.001
private let medianLimit = 1.3
private let maximumLimit = 2.0

/// Points at which both gradients are compared, and central differences taken of the first.
private let points = 4

/// The gradient of a model that Borel has compiled.
private func compiledGradient(_ model: BenchmarkModel, data: String) throws -> GradientFunction {
  do throws(BorelError) {
    let native = try Model(contentsOf: "\(model.path)/model.ppl").bind(files: [data]).nativeGradient()
    return GradientFunction(dimension: native.dimension) { native.evaluate(at: $0, gradient: $1) }
  } catch {
    throw BenchFailure("\(model.name): \(error.description)")
  }
}

/// Prints a table of times and ratios for the models with these names, or all.
func compareWithExperts(only names: [String] = []) throws -> Outcome {
  let folder = ".build/gradients"
  guard try shell("mkdir -p \(folder)") == 0 else { throw BenchFailure("\(folder) cannot be made") }
  let models = BenchmarkModel.all.filter { names.isEmpty || names.contains($0.name) }
  if let unknown = names.first(where: { name in !models.contains { $0.name == name } }) {
    throw BenchFailure("no benchmark model is named \(unknown)")
  }
  var rows = [["gradient", "dimension", "Borel (us)", "expert C (us)", "ratio"]]
  var ratios: [Double] = []
  var fields: [String] = []
  var failures: [String] = []
  for model in models {
    let data = try model.data()
    let path = "\(folder)/\(model.name).json"
    try writeText(json(data), to: path)
    let expert = try expertGradient(model, data: data, folder: folder)
    try check(model, expert, against: expert)
    var compiled: GradientFunction?
    do {
      let function = try compiledGradient(model, data: path)
      try check(model, function, against: expert)
      compiled = function
    } catch let failure as BenchFailure {
      failures.append("\(failure)")
    }
    let times = time(compiled ?? expert, expert)
    let ratio = times.own / times.expert
    fields.append("\"\(model.name)_expert_us\":\(fixed(1e6 * times.expert, 3))")
    if compiled != nil {
      ratios.append(ratio)
      fields.append("\"\(model.name)_ratio\":\(fixed(ratio, 3))")
    }
    rows.append([
      model.name, "\(model.dimension)", compiled == nil ? "-" : fixed(1e6 * times.own, 3),
      fixed(1e6 * times.expert, 3), compiled == nil ? "-" : fixed(ratio, 2),
    ])
  }
  print("\nLog density and gradient, medians of \(rounds) interleaved rounds, processor time of the thread;")
  print("both sides compiled by \(try compilerCommand()) with the same flags.\n")
  printTable(rows)
  for failure in failures { print("\nFAILURE \(failure)") }
  guard let worst = ratios.max() else {
    return Outcome(fields: fields + ["\"gradient_failures\":\(failures.count)"], isWithinLimits: false)
  }
  fields += ["\"gradient_median_ratio\":\(fixed(median(ratios), 3))", "\"gradient_max_ratio\":\(fixed(worst, 3))"]
  fields.append("\"gradient_failures\":\(failures.count)")
  fields += try timeCompilation(folder: folder, models: models) { model in
    _ = try compiledGradient(model, data: "\(folder)/\(model.name).json")
  }
  return Outcome(
    fields: fields,
    isWithinLimits: failures.isEmpty && median(ratios) <= medianLimit && worst <= maximumLimit)
}

/// A point near the origin, where all benchmark densities are finite.
private func point(_ dimension: Int, _ random: inout RandomStream) -> [Double] {
  (0..<dimension).map { _ in 0.2 * random.normal() }
}

/// Throws where the expert's gradient is not that of its value, or the two functions are not equal up to a constant.
private func check(_ model: BenchmarkModel, _ own: GradientFunction, against expert: GradientFunction) throws {
  let n = model.dimension
  guard own.dimension == n else {
    throw BenchFailure("\(model.name): \(own.dimension) unconstrained parameters instead of \(n)")
  }
  var random = RandomStream(seed: 1)
  var offset: Double?
  var mine = [Double](repeating: 0, count: n)
  var theirs = mine
  var ignored = mine
  for _ in 0..<points {
    var q = point(n, &random)
    let value = own.evaluate(q, &mine)
    let reference = expert.evaluate(q, &theirs)
    let scale = theirs.reduce(1) { max($0, abs($1)) }
    guard value.isFinite, reference.isFinite else { throw BenchFailure("\(model.name): \(value) and \(reference)") }
    let difference = value - reference
    guard abs(difference - (offset ?? difference)) <= 1e-10 * max(abs(reference), 1) else {
      throw BenchFailure("\(model.name): the log densities differ by \(difference) and \(offset ?? difference)")
    }
    offset = difference
    for i in 0..<n where !(abs(mine[i] - theirs[i]) <= 1e-8 * scale) {
      throw BenchFailure("\(model.name): derivative \(i) is \(mine[i]), the expert's \(theirs[i])")
    }
    // Five-point formula: the error is of order step^4, and rounding / step.
    for i in stride(from: 0, to: n, by: max(n / 25, 1)) {
      let (centre, step) = (q[i], 1e-3)
      var values: [Double] = []
      for k in [-2.0, -1, 1, 2] {
        q[i] = centre + k * step
        values.append(expert.evaluate(q, &ignored))
      }
      q[i] = centre
      let slope = (values[0] - 8 * values[1] + 8 * values[2] - values[3]) / (12 * step)
      guard abs(slope - theirs[i]) <= 1e-6 * scale else {
        throw BenchFailure("\(model.name): the expert's derivative \(i) is \(theirs[i]), by differences \(slope)")
      }
    }
  }
}

/// Median seconds per evaluation of both, batches of about a millisecond taken in turn.
private func time(_ own: GradientFunction, _ expert: GradientFunction) -> (own: Double, expert: Double) {
  var random = RandomStream(seed: 2)
  let q = point(expert.dimension, &random)
  var gradient = [Double](repeating: 0, count: expert.dimension)
  func seconds(_ function: GradientFunction, _ count: Int) -> Double {
    let start = processorTime()
    for _ in 0..<count { _ = function.evaluate(q, &gradient) }
    return (processorTime() - start) / Double(count)
  }
  var count = 1
  while seconds(expert, count) * Double(count) < secondsPerBatch { count *= 2 }
  var times: (own: [Double], expert: [Double]) = ([], [])
  for round in 0..<rounds {
    if round % 2 == 0 { times.own.append(seconds(own, count)) }
    times.expert.append(seconds(expert, count))
    if round % 2 == 1 { times.own.append(seconds(own, count)) }
  }
  return (median(times.own), median(times.expert))
}
