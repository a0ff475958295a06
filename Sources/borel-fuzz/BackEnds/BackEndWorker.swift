// The child process of the comparison: takes a range of programs through both back ends, many at one run of the compiler.

import Borel

/// A line of a worker's log: what became of a program.
enum BackEndLine: String {
  case agrees, rejected, machineOnly, wrong, coverage, counts
}

struct BackEndWorker {
  let domains: Domains
  let seed: UInt64
  let progress: Progress
  let log: String
  /// Programs for one run of the compiler.
  static let batch = 24

  private func write(_ index: Int, _ line: BackEndLine, _ text: String) {
    appendLine("\(index) \(line.rawValue) \(text.replacing("\n", with: " "))", to: log)
  }

  func run(_ range: Range<Int>) {
    var covered: Set<String> = []
    var mentioned: Set<String> = []
    var totals = ComparisonReport()
    var start = range.lowerBound
    while start < range.upperBound {
      let end = min(range.upperBound, start + Self.batch)
      var ready: [(index: Int, text: String, candidate: ComparisonCandidate)] = []
      for index in start..<end {
        progress.words[0] = index
        let program: GeneratedProgram
        do throws(BorelError) {
          program = try ProgramGenerator.program(index, seed: seed, domains).withData(seed: UInt64(index))
        } catch {
          write(index, .rejected, error.summary)
          continue
        }
        switch program.outcome() {
        case .rejected(let text): write(index, .rejected, text)
        case .machineOnly(let text):
          mentioned.formUnion(usedNames(program.text))
          write(index, .machineOnly, text)
        case .wrong(let text): write(index, .wrong, text)
        case .ready(let candidate): ready.append((index, program.text, candidate))
        }
      }
      for (index, text, report) in compare(ready) {
        progress.words[1] += 1
        totals.values += report.values
        totals.failures += report.failures
        totals.illConditioned += report.illConditioned
        totals.components += report.components
        totals.undecided += report.undecided
        if let first = report.disagreements.first {
          write(index, .wrong, first)
        } else if let stop = report.stop {
          write(index, .rejected, "stops: \(stop)")
        } else {
          covered.formUnion(usedNames(text))
        }
      }
      start = end
    }
    write(-1, .coverage, covered.sorted().joined(separator: " "))
    write(-2, .coverage, mentioned.subtracting(covered).sorted().joined(separator: " "))
    write(
      -1, .counts,
      "\(totals.values) \(totals.failures) \(totals.illConditioned) \(totals.components) \(totals.undecided)")
    progress.words[0] = range.upperBound
  }

  /// Some batches are compiled as models are, and more of them optimised, the others with as little effort as can be.
  private func effort(_ index: Int) -> ComparisonEffort {
    let number = index / Self.batch
    return number % 32 == 7 ? .full : number % 4 == 1 ? .some : .none
  }

  private func compare(
    _ ready: [(index: Int, text: String, candidate: ComparisonCandidate)]
  ) -> [(Int, String, ComparisonReport)] {
    guard let first = ready.first else { return [] }
    let effort = effort(first.index)
    var both: [BackEndComparison?]
    do throws(BorelError) {
      both = try BackEndComparison.compile(ready.map(\.candidate), effort: effort)
    } catch {
      // One by one, to know which.
      both = ready.map { entry in
        do throws(BorelError) { return try BackEndComparison.compile([entry.candidate], effort: effort)[0] } catch {
          write(entry.index, .wrong, "compiler: \(error.summary)")
          return nil
        }
      }
    }
    var reports: [(Int, String, ComparisonReport)] = []
    for (entry, both) in zip(ready, both) {
      guard let both else { continue }
      progress.words[0] = entry.index
      let report = both.run(draws: comparedDraws, positions: comparedPositions, seed: UInt64(entry.index))
      reports.append((entry.index, entry.text, report))
      if report.stop == nil { write(entry.index, .agrees, report.disagreements.isEmpty ? "yes" : "no") }
    }
    return reports
  }
}
