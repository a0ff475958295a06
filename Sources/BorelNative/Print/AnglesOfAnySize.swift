// Functions with sines, cosines and tangents: vector code for angles up to 2^45, the C library's functions beyond.

/// A function that tells of angles beyond the range of the vector mathematics, and is then run again with those of the C library.
///
/// Both are one body, compiled twice: a test in front of each angle, or a reduction of all of them, would cost every loop several
/// times what its sines cost; to remember whether there was a large one costs nothing.
struct AnglesOfAnySize {
  private let isOnce: Bool

  /// Nil where the printed function has no angles; otherwise they are spelled for it. With `isOnce` the function is not run again,
  /// and has the C library's functions from the start.
  init?(_ printer: inout FunctionPrinter, isOnce: Bool) {
    let names = ["bm_sin", "bm_cos", "bm_tan"].filter(printer.renderer.needs.mathematics.contains)
    var isUsed = false
    for index in printer.lines.indices {
      for name in names where printer.lines[index].contains(name + "(") {
        isUsed = true
        let context = isOnce ? "1, 0, " : "borel_whole, borel_beyond, "
        printer.lines[index] = printer.lines[index].replacing(name + "(", with: "\(name)_by(" + context)
      }
    }
    guard isUsed else { return nil }
    for name in names { printer.renderer.needs.mathematics.insert(name + "_by") }
    self.isOnce = isOnce
  }

  /// The head of the function that has the body.
  func head(_ name: String, _ parameters: [String]) -> String {
    if isOnce { return signature("long \(name)", parameters) }
    return signature(
      "BOREL_INLINE long \(name)_by", ["const int borel_whole", "unsigned long long *borel_beyond"] + parameters)
  }

  /// The function itself, after its body.
  func tail(_ name: String, _ parameters: [String], usesWorkspace: Bool) -> String {
    if isOnce { return "" }
    let arguments = parameters.compactMap { $0.split { " *".contains($0) }.last }.joined(separator: ", ")
    return "\n" + signature("long \(name)", parameters) + """

        unsigned long long borel_beyond = 0;
      \(usesWorkspace ? "  char *const borel_start = workspace->next;\n" : "")\
        const long borel_status = \(name)_by(0, &borel_beyond, \(arguments));
        if (!borel_beyond) return borel_status;
      \(usesWorkspace ? "  workspace->next = borel_start;\n" : "")\
        return \(name)_by(1, &borel_beyond, \(arguments));
      }

      """
  }
}
