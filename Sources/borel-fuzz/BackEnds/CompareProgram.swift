// Takes one generated program through both back ends: data, specialisation, compilation, comparison.

import Borel
import BorelIR
import BorelSema
import BorelSource
import BorelStandardLibrary
import BorelSyntax

/// What became of a program.
enum ProgramOutcome {
  /// It is wrong, or has no data of its own making: the generator's fault.
  case rejected(String)
  /// It stays on the virtual machine.
  case machineOnly(String)
  case ready(ComparisonCandidate)
  case wrong(String)
}

extension BorelError {
  /// The first error on one line.
  var summary: String {
    let first = diagnostics.first { $0.severity == .error } ?? diagnostics.first
    return first.map { "\($0.code): \($0.message)" } ?? "error"
  }
}

extension GeneratedProgram {
  /// The program with data of its own making for the variables that are observed.
  func withData(seed: UInt64) throws(BorelError) -> GeneratedProgram {
    var result = self
    guard !observed.isEmpty else { return result }
    let model = try Model(source: text)
    let choices = try model.bind(files: [], assignments: assignments).exampleChoices(seed: seed)
    var random = FuzzRandom(seed: seed, program: 99)
    for (name, isWhole) in observed {
      guard let choice = choices.first(where: { $0.name == name }) else { continue }
      let texts = choice.elements.map { element -> String in
        if !isWhole, random.chance(1, in: 3) { return "null" }
        if choice.isBool { return element != 0 ? "true" : "false" }
        return choice.isInt ? "\(Int(exactly: element) ?? 0)" : "\(element)"
      }
      result.data.append((name, Self.json(texts[...], choice.shape[...])))
    }
    return result
  }

  private static func json(_ elements: ArraySlice<String>, _ shape: ArraySlice<Int>) -> String {
    guard let count = shape.first else { return elements.first ?? "null" }
    let stride = elements.count / max(count, 1)
    let parts = (0..<count).map { part in
      let start = elements.startIndex + part * stride
      return json(elements[start..<(start + stride)], shape.dropFirst())
    }
    return "[\(parts.joined(separator: ", "))]"
  }

  /// The program specialised and printed.
  func outcome() -> ProgramOutcome {
    do throws(BorelError) {
      let bound = try Model(source: text).bind(files: [], assignments: assignments)
      do throws(ComparisonCandidate.Obstacle) {
        return .ready(try ComparisonCandidate(bound))
      } catch {
        let text = "\(error.kind): \(error.reason)"
        switch error.kind {
        case "internal error": return .wrong(text)
        // The trial run fails as any execution would.
        case "failure": return .rejected(text)
        default: return .machineOnly(text)
        }
      }
    } catch {
      return .rejected(error.summary)
    }
  }

  /// The disagreement of the program by itself, nil where there is none.
  func disagreement(seed: UInt64, effort: ComparisonEffort) -> String? {
    switch outcome() {
    case .rejected, .machineOnly: return nil
    case .wrong(let text): return text
    case .ready(let candidate):
      do throws(BorelError) {
        let both = try BackEndComparison.compile([candidate], effort: effort)
        return both[0].run(draws: comparedDraws, positions: comparedPositions, seed: seed).disagreements.first
      } catch {
        return "compiler: \(error.summary)"
      }
    }
  }
}

/// Draws from the prior and positions, the origin among them, at which a program is compared.
let comparedDraws = 4
let comparedPositions = 3

/// Functions and distributions that a program uses.
func usedNames(_ text: String) -> Set<String> {
  var analyzer = libraryAnalyzer()
  var sources = librarySources()
  let source = SourceFile(name: "program.ppl", text: text)
  let file = sources.add(source)
  let first = FunctionID(analyzer.program.functions.count)
  let tree = parse(file, in: sources).tree
  _ = analyzer.analyze(tree, file: file, source: source, loader: LibraryLoader())
  let dump = dumpCore(analyzer.program, from: first)
  var names: Set<String> = []
  var word = ""
  for character in dump {
    if character == "(" || character == " " || character == "\n" || character == "," {
      if word.hasPrefix("'") {
        names.insert(String(word.dropFirst()))
      } else if StandardLibrary.distributions[word] != nil {
        names.insert(word)
      }
      word = ""
    } else {
      word.append(character)
    }
    // An opening parenthesis may stand in front of a quoted name.
    if word == "(" { word = "" }
  }
  return names
}
