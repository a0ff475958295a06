// The door through which a running program reaches inference, files and output; the driver stands behind it.

import BorelIR
import BorelNumerics
import BorelSemantics
import BorelSource
import BorelValues

/// Performs the primitives whose effect is `.host`, and every other primitive (`mean`, `>`, `exp`) that meets a host value among
/// its arguments: `mean(post.mu)`, `post.mu > 0` are the host's to answer. The machine falls back to it before it reports a type error.
public protocol Host: AnyObject, Sendable {
  /// Called with the arguments in parameter order, defaults filled in. Models, functions and distributions among them
  /// can be run with `ModelProgram` and `Caller`.
  func perform(_ primitive: PrimitiveID, _ arguments: [Value], at span: Span, in context: HostContext)
    throws(Failure) -> Value
}

/// What a host call can see of the machine that made it.
public struct HostContext: Sendable {
  /// True inside a model that is being run by inference: only deterministic host calls, or those with a seed, are allowed there.
  public var isInsideInference: Bool
  /// How many host calls are nested; limited so that nested inference cannot exhaust the native stack.
  public var depth: Int
  /// The program, globals and limits of the machine; set when it calls.
  public var environment: RunEnvironment? {
    get { box.environment }
    set { box = EnvironmentBox(newValue) }
  }
  private var box = EnvironmentBox(nil)

  public init(isInsideInference: Bool, depth: Int) {
    self.isInsideInference = isInsideInference
    self.depth = depth
  }
}

/// Breaks the circle between an environment and its context.
private final class EnvironmentBox: Sendable {
  let environment: RunEnvironment?
  init(_ environment: RunEnvironment?) { self.environment = environment }
}
