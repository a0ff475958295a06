// One execution of a model on the virtual machine, to learn which choices it makes: what specialisation cannot know from the text.

import BorelIR
import BorelNumerics
import BorelPasses
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

/// All choices at the sites of one pattern, such as `theta[_]`.
struct TrialSite {
  var pattern: String
  /// One more than the greatest index, by dimension.
  var indexShape: [Int]
  var valueShape: [Int]
  var scalar: LoopScalar
  /// Where the first of its elements is chosen, and from what set.
  var span: Span?
  var support: Support?
  /// False where the elements are chosen from different sets.
  var hasOneSupport = true
  /// True where an element has an improper distribution, which has no draws.
  var isImproper = false
  var elements: [(address: Address, indices: [Int], value: Value, isObserved: Bool)] = []

  var shape: [Int] { indexShape + valueShape }

  /// True where every element of the shape was chosen.
  var isDense: Bool { elements.count == indexShape.reduce(1, { $0 * $1 }) }

  var status: LoopSite.Status {
    let observed = elements.count { $0.isObserved }
    return observed == 0 ? .latent : observed == elements.count ? .observed : .partlyObserved
  }

  var facts: SiteFacts {
    SiteFacts(scalar: scalar, status: status, rank: shape.count)
  }
}

/// The choices of one execution by pattern, in the order of their first appearance.
struct TrialRun {
  private(set) var sites: [TrialSite] = []
  private var numbers: [String: Int] = [:]

  subscript(pattern: String) -> TrialSite? { numbers[pattern].map { sites[$0] } }

  /// Runs the program; a choice that cannot be drawn gets some value of its support. An execution without a density is tried again
  /// with other draws.
  init(_ program: ModelProgram, seed: UInt64 = 20_191) throws(Failure) {
    var failure: Failure?
    for attempt: UInt64 in 0..<16 {
      do throws(Failure) {
        self = try Self(once: program, random: RandomStream(seed: seed &+ attempt))
        return
      } catch {
        guard error.kind == .numerical else { throw error }
        failure = failure ?? error
      }
    }
    if let failure { throw failure }
  }

  private init(once program: ModelProgram, random: RandomStream) throws(Failure) {
    var random = random
    var run = program.start()
    while true {
      switch run.advance() {
      case .sample(let address):
        let (value, isDrawn) = try Self.value(for: &run, using: &random)
        add(address, value, isObserved: false, try? run.support(), run.pendingSpan)
        if !isDrawn, let number = numbers[Self.pattern(of: address).pattern] { sites[number].isImproper = true }
        run.resume(with: value)
      case .observe(let address, let value):
        if let address { add(address, value, isObserved: true, try? run.support(), run.pendingSpan) }
      case .factor: break
      case .finished: return
      case .failed(let failure): throw failure
      }
    }
  }

  /// The choices of a finished execution.
  init(_ trace: Trace) {
    for choice in trace.choices { add(choice.address, choice.value, isObserved: choice.isObserved) }
  }

  private static func value(
    for run: inout ModelRun, using random: inout RandomStream
  ) throws(Failure) -> (value: Value, isDrawn: Bool) {
    do throws(Failure) {
      return (try run.draw(using: &random), true)
    } catch {
      // Improper distributions have no draws.
      switch try run.support() {
      case .reals(let lower, let upper):
        if lower > -.infinity, upper < .infinity { return (.real(lower + (upper - lower) / 2), false) }
        return (.real(lower > -.infinity ? lower + 1 : upper < .infinity ? upper - 1 : 0), false)
      case .continuous(let shape, _):
        let count = shape.reduce(1, { $0 * $1 })
        return (.object(ArrayObject(Array(repeating: 1 / Double(max(count, 1)), count: count), shape: shape)), false)
      default: throw error
      }
    }
  }

  private mutating func add(
    _ address: Address, _ value: Value, isObserved: Bool, _ support: Support? = nil, _ span: Span? = nil
  ) {
    let (pattern, indices) = Self.pattern(of: address)
    let array = value.asArray
    let kind: LoopScalar =
      switch value {
      case .bool: .bool
      case .int: .int
      default: array.map { $0.kind == .int ? .int : $0.kind == .bool ? .bool : .real } ?? .real
      }
    let number: Int
    if let known = numbers[pattern] {
      number = known
    } else {
      number = sites.count
      numbers[pattern] = number
      sites.append(
        TrialSite(
          pattern: pattern, indexShape: indices.map { _ in 0 }, valueShape: array?.shape ?? [], scalar: kind,
          span: span, support: support))
    }
    if let first = sites[number].support?.text, first != support?.text { sites[number].hasOneSupport = false }
    for (dimension, index) in indices.enumerated() where dimension < sites[number].indexShape.count {
      sites[number].indexShape[dimension] = max(sites[number].indexShape[dimension], index + 1)
    }
    sites[number].elements.append((address, indices, value, isObserved))
  }

  /// `leaf[2]/x[3]` has the pattern `leaf[_]/x[_]` and the indices 2, 3.
  static func pattern(of address: Address) -> (pattern: String, indices: [Int]) {
    var pattern = address.name.text
    var indices = address.indices.array
    if !indices.isEmpty {
      pattern += "[" + Array(repeating: "_", count: indices.count).joined(separator: ", ") + "]"
    }
    if let scope = address.scope {
      let outer = Self.pattern(of: scope.address)
      pattern = outer.pattern + "/" + pattern
      indices = outer.indices + indices
    }
    return (pattern, indices)
  }

  /// Gives the free elements of a site the elements of an array in the site's shape.
  mutating func replaceFreeValues(of pattern: String, by elements: [Double]) {
    guard let number = numbers[pattern] else { return }
    let site = sites[number]
    let count = site.valueShape.reduce(1, { $0 * $1 })
    for (place, element) in site.elements.enumerated() where !element.isObserved {
      let start = site.position(of: element.indices) * count
      guard elements.count >= start + count else { continue }
      let values = Array(elements[start..<(start + count)])
      sites[number].elements[place].value =
        site.valueShape.isEmpty ? .real(values[0]) : .object(ArrayObject(values, shape: site.valueShape))
    }
  }

  /// Gives one element of a site another value.
  mutating func replace(_ pattern: String, element: Int, by value: Value) {
    guard let number = numbers[pattern], sites[number].elements.indices.contains(element) else { return }
    sites[number].elements[element].value = value
  }

  /// The values of the choices that are not observed.
  var freeChoices: GivenChoices {
    GivenChoices(sites.flatMap { $0.elements }.filter { !$0.isObserved }.map { ($0.address, $0.value) })
  }

  /// What specialisation is told: sites whose elements are all there, and alike.
  var facts: [String: SiteFacts] {
    var facts: [String: SiteFacts] = [:]
    for site in sites where site.isDense { facts[site.pattern] = site.facts }
    return facts
  }
}
