// The handlers that run models: simulation, densities, inference, marginals.

import BorelDraws
import BorelIR
import BorelInference
import BorelNumerics
import BorelSemantics
import BorelVM
import BorelValues

let inferenceHandlers: [String: DriverHost.Handler] = [
  "simulate": { (host, call) throws(Failure) in
    var random = try host.stream(call, seedArgument: 1)
    let program = try call.program(try call.model(0))
    return .host(TraceValue(try program.simulate(using: &random)))
  },
  "generate": { (host, call) throws(Failure) in
    var random = try host.stream(call, seedArgument: 1)
    let program = try call.program(try call.model(0))
    let result = try program.generate(using: &random)
    return .tuple([.host(TraceValue(result.trace)), .real(result.logWeight)])
  },
  "logdensity": { (host, call) throws(Failure) in
    let given = try ChoiceMap.from(record: try call.record(1))
    let model = try call.model(0).conditioned(on: given, in: try call.environment().program.tables)
    return .real(try call.program(model).logDensity(of: GivenChoices()))
  },
  "importance": { (host, call) throws(Failure) in
    let method = Method.importance(draws: try call.int(1, atLeast: 1))
    return try host.infer(method, call, random: try host.stream(call, seedArgument: 2))
  },
  "rejection": { (host, call) throws(Failure) in
    let method = Method.rejection(draws: try call.int(1, atLeast: 1), attempts: try call.int(2, atLeast: 1))
    return try host.infer(method, call, random: try host.stream(call, seedArgument: 3))
  },
  "mh": { (host, call) throws(Failure) in
    let method = Method.metropolisHastings(
      draws: try call.int(1, atLeast: 1), warmup: try call.int(2, atLeast: 0), chains: try call.int(3, atLeast: 1),
      thin: try call.int(4, atLeast: 1))
    return try host.infer(method, call, random: try host.stream(call, seedArgument: 5))
  },
  "smc": { (host, call) throws(Failure) in
    let threshold = try call.real(3)
    guard threshold >= 0, threshold <= 1 else {
      throw call.failure("`threshold` of smc must lie between 0 and 1, got \(Value.real(threshold).shortText)")
    }
    let method = Method.sequentialMonteCarlo(
      particles: try call.int(1, atLeast: 1), resampling: try call.choice(2, Resampling.self), threshold: threshold)
    return try host.infer(method, call, random: try host.stream(call, seedArgument: 4))
  },
  "enumerate": { (host, call) throws(Failure) in
    try host.infer(.enumeration(limit: try call.int(1, atLeast: 1)), call, random: RandomStream(seed: 0))
  },
  "marginal": { (host, call) throws(Failure) in
    try host.marginal(of: try call.model(0), limit: try call.int(1, atLeast: 1), call)
  },
]

extension HostCall {
  /// A model as a program for inference, one level deeper than the call.
  ///
  /// - Parameter interruption: what its executions look at; nil for that of the caller.
  func program(_ model: ModelObject, interruption: InterruptionFlag? = nil) throws(Failure) -> ModelProgram {
    var environment = try environment()
    environment.context = HostContext(isInsideInference: true, depth: context.depth + 1)
    environment.interruption = interruption ?? environment.interruption
    return ModelProgram(model, in: environment)
  }
}

extension DriverHost {
  /// Runs an algorithm on the call's first argument.
  func infer(_ method: Method, _ call: HostCall, random: RandomStream) throws(Failure) -> Value {
    // Inference itself looks for a cancellation between executions, and then keeps its draws.
    let program = try call.program(
      try call.model(0), interruption: options.cancellation.interruptionOfInference)
    var control = options.control
    // Inside inference the threads are taken already, and its progress is that of the outer run.
    if call.context.isInsideInference {
      control.threads = 1
      control.progress = nil
    }
    let outcome = try method.run(program, random: random, control: control)
    if !call.context.isInsideInference { report(outcome.result) }
    return .host(PosteriorValue(outcome, method: call.name))
  }
}
