// Gathers diagnostics from several stages and gives them back in the order of the text.

/// The messages about one program.
///
/// A diagnostic equal to one already there is dropped.
public struct DiagnosticCollector: Sendable {
  private var collected: [Diagnostic] = []
  public private(set) var errorCount = 0

  public init() {}

  public var hasErrors: Bool { errorCount > 0 }
  public var isEmpty: Bool { collected.isEmpty }

  public mutating func add(_ diagnostic: Diagnostic) {
    guard !collected.contains(diagnostic) else { return }
    if diagnostic.severity == .error { errorCount += 1 }
    collected.append(diagnostic)
  }

  public mutating func add(contentsOf diagnostics: [Diagnostic]) {
    for diagnostic in diagnostics { add(diagnostic) }
  }

  /// All messages by file and position; those without a place come first, equal places keep their order.
  public var sorted: [Diagnostic] {
    collected.enumerated().sorted { left, right in
      key(left.element, left.offset) < key(right.element, right.offset)
    }.map(\.element)
  }

  private func key(_ diagnostic: Diagnostic, _ order: Int) -> (Int, UInt32, Int) {
    guard let span = diagnostic.primary?.span else { return (-1, 0, order) }
    return (Int(span.file.index), span.start, order)
  }
}
