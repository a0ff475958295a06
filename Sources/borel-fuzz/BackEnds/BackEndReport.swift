// The comparison of the back ends as a whole: runs workers, adds up what they found, shrinks what disagrees.

import BorelIR
import BorelStandardLibrary

/// Functions that no program runs natively, each with the reason. Those that only the host or a sampler performs need none.
let notNative: [String: String] = [
  "do": "makes models", "mem": "makes choices while it runs", "error": "stops the program",
  "transformed": "combination of functions that are not inlined", "delta": "values of any kind",
  "finite": "values of any kind",
  "unique": "its length depends on the elements", "which": "its length depends on the elements",
  "tabulate": "its length depends on the elements", "insert": "changes a list in the middle",
  "remove": "changes a list in the middle", "zip": "a list of pairs", "enumerated": "a list of pairs",
  "singular_values": "no native routine", "svd_u": "no native routine", "svd_v": "no native routine",
  "qr_q": "no native routine", "qr_r": "no native routine", "type_of": "a text", "str": "a text", "format": "a text",
  "join": "a text", "split": "a text", "upper": "a text", "lower": "a text", "trim": "a text",
  "starts_with": "a text", "ends_with": "a text", "replace": "a text",
]

struct BackEndReport {
  let executable: String
  let seed: UInt64
  let folder: String
  let jobs: Int
  let budget: Int

  /// Runs the programs and prints what came of them; true where nothing is wrong.
  func run(_ programs: Int) -> Bool {
    let supervisor = Supervisor(
      executable: executable, arguments: ["--back-ends", "yes", "--seed", "\(seed)"], folder: folder, budget: budget)
    let clock = ContinuousClock()
    let start = clock.now
    var notes: [String] = []
    let tally = supervisor.run(count: programs, jobs: jobs) { index, kind in
      if kind != "violation" { notes.append("program \(index): \(kind)") }
    }
    var found: [BackEndLine: [(index: Int, text: String)]] = [:]
    for (index, text) in tally.violations {
      let parts = text.split(separator: " ", maxSplits: 1)
      guard let first = parts.first, let line = BackEndLine(rawValue: String(first)) else { continue }
      found[line, default: []].append((index, parts.count > 1 ? String(parts[1]) : ""))
    }
    let wrong = (found[.wrong] ?? []).sorted { $0.index < $1.index }
    var counts = [0, 0, 0, 0, 0]
    for line in found[.counts] ?? [] {
      for (place, number) in line.text.split(separator: " ").enumerated() where place < counts.count {
        counts[place] += Int(number) ?? 0
      }
    }
    print(pad("programs", 34) + "\(programs)")
    print(pad("  compared on both back ends", 34) + "\(found[.agrees]?.count ?? 0)")
    print(pad("  on the virtual machine only", 34) + "\(found[.machineOnly]?.count ?? 0)")
    print(pad("  without data of their own making", 34) + "\(found[.rejected]?.count ?? 0)")
    print(pad("log densities that agree", 34) + "\(counts[0])")
    print(pad("  without a density on either", 34) + "\(counts[1])")
    print(pad("  as close as rounding allows", 34) + "\(counts[2])")
    print(pad("gradient components that agree", 34) + "\(counts[3])")
    print(pad("  at kinks or without an estimate", 34) + "\(counts[4])")
    print(pad("crashes", 34) + "\(tally.crashes)")
    print(pad("hangs", 34) + "\(tally.hangs)")
    print(pad("disagreements", 34) + "\(wrong.count)")
    print(pad("time", 34) + "\(clock.now - start)")
    for note in notes { print("  \(note)") }
    table("reasons to stay on the virtual machine", found[.machineOnly] ?? [])
    table("reasons to have no data", found[.rejected] ?? [])
    for (index, text) in wrong.prefix(40) { print("  program \(index): \(text.prefix(200))") }
    let missing = coverage(found[.coverage] ?? [], programs)
    print(
      "{\"programs\":\(programs),\"compared\":\(found[.agrees]?.count ?? 0),\"machine_only\":\(found[.machineOnly]?.count ?? 0),"
        + "\"disagreements\":\(wrong.count),\"crashes\":\(tally.crashes),\"hangs\":\(tally.hangs),\"not_covered\":\(missing)}"
    )
    return wrong.isEmpty && tally.crashes == 0 && tally.hangs == 0 && missing == 0
  }

  /// Reasons with names and numbers left out, the most frequent first.
  private func table(_ title: String, _ lines: [(index: Int, text: String)]) {
    guard !lines.isEmpty else { return }
    var groups: [String: (count: Int, example: Int)] = [:]
    for (index, text) in lines {
      var key = ""
      var isQuoted = false
      for character in text {
        if character == "`" { isQuoted.toggle() }
        if !character.isNumber, !isQuoted || character == "`" || character.isLetter { key.append(character) }
      }
      groups[key, default: (0, index)].count += 1
    }
    print("\n\(title)")
    for (key, group) in groups.sorted(by: { $0.value.count > $1.value.count }).prefix(40) {
      print("  \(pad("\(group.count)", 6))\(key.prefix(120))  (program \(group.example))")
    }
    print()
  }

  /// Prints which functions and distributions no program compared; how many of them there should have been.
  private func coverage(_ lines: [(index: Int, text: String)], _ programs: Int) -> Int {
    var covered: Set<String> = []
    for line in lines where line.index == -1 { covered.formUnion(line.text.split(separator: " ").map(String.init)) }
    var missing: [String] = []
    for row in PrimitiveTable.rows where row.effect == .pure && !covered.contains(row.name) {
      if let reason = notNative[row.name] {
        print("  \(row.name): on the virtual machine only, \(reason)")
      } else {
        missing.append(row.name)
      }
    }
    missing += StandardLibrary.distributions.keys.sorted().filter { !covered.contains($0) }
    print("functions and distributions compared: \(covered.count)")
    if !missing.isEmpty { print("never compared: \(missing.prefix(200).joined(separator: ", "))") }
    // Every function has had its turn after so many.
    return programs >= 5000 ? missing.count : 0
  }
}

func pad(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: max(0, width - text.count)) }
