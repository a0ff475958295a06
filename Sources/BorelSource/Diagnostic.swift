// A message to the user about a program or its data: what is wrong, where, with which values, and what to do.

/// One message about the program or its data.
///
/// Rendered as
/// ```
/// error: `sigma` of normal must be > 0, got -0.3
///   --> schools.ppl:5:29
///    |
///  5 |     theta[j] ~ normal(mu, tau)
///    |                           ^^^ here, at theta[2]
///    = in model schools, called from line 11
///    = hint: tau comes from normal(0, 5) on line 3, which can be negative; half_normal(5) cannot
/// ```
public struct Diagnostic: Error, Sendable, Equatable {
  public enum Severity: String, Sendable {
    case error, warning, note
  }

  /// A place with a short label after its carets.
  public struct Label: Sendable, Equatable {
    public var span: Span
    public var text: String
    public init(_ span: Span, _ text: String = "") {
      self.span = span
      self.text = text
    }
  }

  /// An unfinished call at the time of a run-time error.
  public struct Call: Sendable, Equatable {
    /// "model schools"
    public var callee: String
    /// Where it was called; nil where that is no place in the program.
    public var span: Span?
    public init(_ callee: String, _ span: Span?) {
      self.callee = callee
      self.span = span
    }
  }

  public var severity: Severity
  /// A stable kebab-case identifier, such as `unknown-name`; `borel explain <code>` tells more.
  public var code: String
  public var message: String
  public var primary: Label?
  /// Other places, such as the first of two definitions.
  public var secondary: [Label]
  /// Lines after `= `, such as the model call stack.
  public var notes: [String]
  /// Innermost first; rendered as `= in model schools, called from line 11`.
  public var calls: [Call] = []
  /// The line after `= hint: `.
  public var hint: String?

  public init(
    _ severity: Severity = .error, code: String, _ message: String, at span: Span? = nil,
    label: String = "", secondary: [Label] = [], notes: [String] = [], hint: String? = nil
  ) {
    self.severity = severity
    self.code = code
    self.message = message
    self.primary = span.map { Label($0, label) }
    self.secondary = secondary
    self.notes = notes
    self.hint = hint
  }
}

extension Diagnostic {
  /// The lines about unfinished calls; a recursion is shown once.
  func callNotes(in sources: SourceMap) -> [String] {
    var notes: [String] = []
    for call in calls {
      var note = "in \(call.callee)"
      if let span = call.span, Int(span.file.index) < sources.files.count {
        let place = sources.location(of: span)
        let isElsewhere = primary.map { $0.span.file != span.file } ?? true
        note += isElsewhere ? ", called from \(place.file):\(place.line)" : ", called from line \(place.line)"
      }
      if notes.last != note { notes.append(note) }
    }
    return notes
  }
}
