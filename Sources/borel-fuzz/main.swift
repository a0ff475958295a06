// borel-fuzz: throws mutated programs at lexer, parser, renderer, analyzer and formatter and counts what goes wrong.

import Borel
import BorelSyntax

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

private let usage = """
  usage: borel-fuzz [--programs N] [--seed S] [--jobs J] [--budget MS] [--folder DIR] [--replay FILE] [SEEDS...]
    --programs  how many mutated programs (100000)
    --seed      which programs (1); the same number gives the same programs
    --jobs      child processes at a time (2)
    --budget    milliseconds a program may take (5000)
    --folder    where inputs at fault are kept (.build/fuzz)
    --replay    runs one saved program and says what is wrong with it
    --back-ends yes: compares the virtual machine and native code on random programs instead
    --shrink    makes this program of the comparison small and prints it
    --effort    none (default), some or full: how well --show and --shrink compile
    --show      prints this program of the comparison
    SEEDS       programs or folders to mutate (stdlib examples Tests/Golden)

  """

private func complain(_ message: String) {
  let bytes = Array("borel-fuzz: \(message)".utf8)
  _ = write(2, bytes, bytes.count)
}

private struct Options {
  var programs = 100_000
  var seed: UInt64 = 1
  var jobs = 2
  var budget = 5000
  var folder = ".build/fuzz"
  var replay: String?
  var backEnds = false
  var shrink: Int?
  var show: Int?
  var effort = ComparisonEffort.none
  var worker: String?
  var first = 0
  var end = 0
  var seedPaths: [String] = []

  init(_ arguments: ArraySlice<String>) {
    var rest = arguments
    func fail(_ message: String) -> Never {
      complain("\(message)\n\(usage)")
      exit(2)
    }
    while let argument = rest.popFirst() {
      guard argument.hasPrefix("--") else {
        seedPaths.append(argument)
        continue
      }
      if argument == "--help" {
        print(usage, terminator: "")
        exit(0)
      }
      guard let value = rest.popFirst() else { fail("\(argument) needs a value") }
      func number() -> Int {
        guard let number = Int(value), number >= 0 else { fail("\(argument) needs a number, got \(value)") }
        return number
      }
      switch argument {
      case "--programs": programs = number()
      case "--seed": seed = UInt64(number())
      case "--jobs": jobs = max(1, number())
      case "--budget": budget = number()
      case "--folder": folder = value
      case "--replay": replay = value
      case "--back-ends": backEnds = value == "yes"
      case "--effort": effort = value == "full" ? .full : value == "some" ? .some : .none
      case "--shrink": shrink = number()
      case "--show": show = number()
      case "--worker": worker = value
      case "--first": first = number()
      case "--end": end = number()
      default: fail("unknown option \(argument)")
      }
    }
    if seedPaths.isEmpty { seedPaths = ["stdlib", "examples", "Tests/Golden"] }
  }
}

private func makeMutator(_ paths: [String]) -> Mutator {
  let files = paths.flatMap(programFiles)
  if files.isEmpty {
    complain("no .ppl files in \(paths.joined(separator: " "))\n")
    exit(2)
  }
  return Mutator(seeds: files.compactMap(readFile))
}

private func decimals(_ value: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  return "\((value * scale).rounded() / scale)"
}

private func replay(_ path: String) -> Int32 {
  guard let bytes = readFile(path) else {
    complain("cannot read \(path)\n")
    return 2
  }
  var fuzzCase = FuzzCase(bytes)
  guard let violation = check(&fuzzCase) else {
    print("nothing wrong")
    return 0
  }
  print(violation)
  // The formatter's first and second result, for comparing.
  if let first = format(String(decoding: bytes, as: UTF8.self)) {
    writeFile(path + ".first", Array(first.utf8))
    if let second = format(first) { writeFile(path + ".second", Array(second.utf8)) }
  }
  return 1
}

private func supervise(_ options: Options) -> Int32 {
  mkdir(".build", 0o755)
  mkdir(options.folder, 0o755)
  let supervisor = Supervisor(
    executable: executablePath(), arguments: ["--seed", "\(options.seed)"] + options.seedPaths,
    folder: options.folder, budget: options.budget)
  let mutator = makeMutator(options.seedPaths)
  let clock = ContinuousClock()
  let start = clock.now
  let tally = supervisor.run(count: options.programs, jobs: options.jobs) { index, kind in
    writeFile(
      "\(options.folder)/\(kind)-\(options.seed)-\(index).ppl", mutator.program(index, seed: options.seed))
  }
  let elapsed = clock.now - start

  print(pad("programs", 24) + "\(tally.programs)")
  print(pad("  of them correct", 24) + "\(tally.parsed)")
  print(pad("crashes", 24) + "\(tally.crashes)")
  print(pad("hangs", 24) + "\(tally.hangs)")
  print(pad("violations", 24) + "\(tally.violations.count)")
  for (index, text) in tally.violations.prefix(20) { print("  program \(index): \(text)") }
  print(pad("time", 24) + "\(elapsed)")
  print()
  print(
    pad("shape", 24) + pad("100 kB (ms)", 14) + pad("1 MB (ms)", 14) + pad("ratio", 10)
      + "parsing 1 MB (ms)")
  var superlinear = 0
  for scaling in measureScaling() {
    if !scaling.isLinear || !scaling.isFast { superlinear += 1 }
    print(
      pad(scaling.name, 24) + pad(decimals(scaling.small * 1000, 2), 14) + pad(decimals(scaling.large * 1000, 1), 14)
        + pad(decimals(scaling.ratio, 1), 10) + decimals(scaling.parsing * 1000, 1)
        + (scaling.isLinear ? "" : "  more than linear") + (scaling.isFast ? "" : "  too slow"))
  }
  print()
  let isClean = tally.crashes == 0 && tally.hangs == 0 && tally.violations.isEmpty && superlinear == 0
  if !isClean { print("inputs at fault are in \(options.folder)") }
  print(
    "{\"programs\":\(tally.programs),\"crashes\":\(tally.crashes),\"hangs\":\(tally.hangs),"
      + "\"violations\":\(tally.violations.count),\"superlinear\":\(superlinear)}")
  return isClean ? 0 : 1
}

/// The path of this program, for starting workers.
private func executablePath() -> String {
  #if os(Linux)
  var buffer = [CChar](repeating: 0, count: 4096)
  let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  if length > 0 { return String(decoding: buffer[0..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self) }
  #endif
  return CommandLine.arguments[0]
}

/// Compares the back ends, or shows or shrinks one of the programs.
private func compareBackEnds(_ options: Options) -> Int32 {
  mkdir(".build", 0o755)
  mkdir(options.folder, 0o755)
  if options.worker == nil, options.show == nil, options.shrink == nil {
    let report = BackEndReport(
      executable: executablePath(), seed: options.seed, folder: options.folder, jobs: options.jobs,
      budget: max(options.budget, 600_000))
    return report.run(options.programs) ? 0 : 1
  }
  let domains = Domains(libraryAnalyzer().program)
  if let path = options.worker {
    guard let progress = Progress(path: path) else { return 2 }
    BackEndWorker(domains: domains, seed: options.seed, progress: progress, log: path + ".log").run(
      options.first..<options.end)
    return 0
  }
  let index = options.show ?? options.shrink ?? 0
  let generated = ProgramGenerator.program(index, seed: options.seed, domains)
  guard let program = try? generated.withData(seed: UInt64(index)) else {
    print(generated.text)
    complain("no data\n")
    return 1
  }
  func fault(_ program: GeneratedProgram) -> String? {
    program.disagreement(seed: UInt64(index), effort: options.effort)
  }
  var shown = program
  if options.shrink != nil {
    guard let first = fault(program) else {
      complain("the back ends agree\n")
      return 0
    }
    let kind = first.prefix { $0 != ":" && $0 != "[" && !$0.isNumber }
    var shrinker = Shrinker { fault($0)?.hasPrefix(kind) ?? false }
    shown = shrinker.shrink(program)
  }
  print(shown.text)
  print(shown.command)
  switch shown.outcome() {
  case .machineOnly(let text), .rejected(let text): print(text)
  default: print(fault(shown) ?? "the back ends agree")
  }
  return 0
}

private let options = Options(CommandLine.arguments.dropFirst())
if let path = options.replay { exit(replay(path)) }
if options.backEnds { exit(compareBackEnds(options)) }
if let path = options.worker {
  guard let progress = Progress(path: path) else { exit(2) }
  runWorker(
    makeMutator(options.seedPaths), seed: options.seed, first: options.first, end: options.end, progress: progress,
    log: path + ".log")
  exit(0)
}
exit(supervise(options))
