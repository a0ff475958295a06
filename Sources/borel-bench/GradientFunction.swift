// Log densities with gradients that can be timed: expert C, and libraries with BridgeStan's interface.

import BorelNative

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A log density on the unconstrained space: `evaluate(q, gradient)` returns its value.
struct GradientFunction {
  let dimension: Int
  let evaluate: (UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Double
}

/// The flags of generated C, for the experts' as well: sums may be re-associated, NaN and infinities keep their meaning.
let compilerFlags = Compiler.flags.joined(separator: " ")

/// The compiler that Borel uses.
func compilerCommand() throws -> String {
  do throws(NativeFailure) {
    return try Compiler.find().command.map { "'\($0)'" }.joined(separator: " ")
  } catch {
    throw BenchFailure(error.diagnostic.message)
  }
}

/// A loaded library. It stays loaded as long as the process runs.
struct Library {
  let path: String
  private let handle: UnsafeMutableRawPointer

  init(_ path: String) throws {
    guard let handle = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
      throw BenchFailure("\(path): \(dlerror().map { String(cString: $0) } ?? "cannot be loaded")")
    }
    self.path = path
    self.handle = handle
  }

  func function<F>(_ name: String, as type: F.Type) throws -> F {
    guard let symbol = dlsym(handle, name) else { throw BenchFailure("\(path) has no \(name)") }
    return unsafeBitCast(symbol, to: type)
  }
}

/// Compiles `expert.c` of a model, hands it the data (gradients/expert.h) and returns its gradient.
func expertGradient(_ model: BenchmarkModel, data: [DataField], folder: String) throws -> GradientFunction {
  let output = "\(folder)/\(model.name).expert.so"
  let include = "\(sourceFolder)/../CBorelMath/include"
  let compiler = "\(try compilerCommand()) \(compilerFlags)"
  let command = "\(compiler) -shared -I'\(include)' '\(model.path)/expert.c' -o '\(output)' -lopenblas"
  guard try shell(command) == 0 else { throw BenchFailure("\(model.path)/expert.c does not compile:\n\(command)") }
  let library = try Library(output)
  typealias Prepare = @convention(c) (UnsafeRawPointer) -> UnsafeMutableRawPointer?
  typealias Gradient = @convention(c) (UnsafeRawPointer?, UnsafePointer<Double>, UnsafeMutablePointer<Double>) -> Double
  let prepare = try library.function("expert_prepare", as: Prepare.self)
  let gradient = try library.function("expert_gradient", as: Gradient.self)
  let prepared = withExpertData(data, prepare)
  return GradientFunction(dimension: model.dimension) { gradient(prepared, $0, $1) }
}

/// Lays the data out as `struct expert_data`, whose fields all have the size of a word.
private func withExpertData<Result>(_ fields: [DataField], _ body: (UnsafeRawPointer) -> Result) -> Result {
  var blocks: [UnsafeMutableRawPointer] = []
  defer { for block in blocks { block.deallocate() } }
  func copied<Element>(_ values: [Element]) -> UInt {
    let block = UnsafeMutablePointer<Element>.allocate(capacity: max(values.count, 1))
    block.initialize(from: values, count: values.count)
    blocks.append(UnsafeMutableRawPointer(block))
    return UInt(bitPattern: block)
  }
  var words: [UInt] = []
  for field in fields {
    let name = copied(field.name.utf8.map { $0 } + [0])
    switch field.elements {
    case .reals(let values): words += [name, UInt(values.count), copied(values), 0]
    case .integers(let values): words += [name, UInt(values.count), 0, copied(values.map(Int64.init))]
    }
  }
  let arrays = copied(words)
  return withUnsafePointer(to: (UInt(fields.count), arrays)) { body(UnsafeRawPointer($0)) }
}

/// A model with BridgeStan's C interface on the data of a JSON file; Jacobians included, constants dropped.
func bridgeStanGradient(_ path: String, data: String) throws -> GradientFunction {
  let library = try Library(path)
  typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  typealias Construct = @convention(c) (UnsafePointer<CChar>, UInt32, Message) -> UnsafeMutableRawPointer?
  typealias Count = @convention(c) (UnsafeRawPointer) -> Int32
  typealias Gradient =
    @convention(c) (
      UnsafeRawPointer, Bool, Bool, UnsafePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
      Message?
    ) -> Int32
  let construct = try library.function("bs_model_construct", as: Construct.self)
  let count = try library.function("bs_param_unc_num", as: Count.self)
  let gradient = try library.function("bs_log_density_gradient", as: Gradient.self)
  var message: UnsafeMutablePointer<CChar>?
  guard let model = construct(data, 1, &message) else {
    throw BenchFailure("\(path): \(message.map { String(cString: $0) } ?? "no model")")
  }
  return GradientFunction(dimension: Int(count(model))) { q, slope in
    var value = 0.0
    return gradient(model, true, true, q, &value, slope, nil) == 0 ? value : -.infinity
  }
}
