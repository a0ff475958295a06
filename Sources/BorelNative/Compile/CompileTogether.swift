// Compiles many models in one run of the compiler: for tests that go through thousands of them.

/// Modules of the sources, in their order, from one library; nothing is cached.
///
/// - Parameter effort: how well the code is to be compiled.
public func compileTogether(
  _ sources: [NativeSource], effort: CompilerEffort = .full
) throws(NativeFailure) -> [NativeModule] {
  guard !sources.isEmpty else { return [] }
  var needs = CNeeds()
  for source in sources {
    needs.mathematics.formUnion(source.needs.mathematics)
    needs.outOfLine.merge(source.needs.outOfLine) { own, _ in own }
    needs.library.formUnion(source.needs.library)
  }
  var text = NativeSource.supportText(needs)
  for (number, source) in sources.enumerated() {
    // Every name with linkage gets the number of its model.
    var names = ["model", "functions", "position_dimension"]
    for function in source.functions {
      names += [function.name, function.name + "_by", "run_" + function.name, "sizes_" + function.name]
    }
    for name in names { text += "#define \(name) \(name)_\(number)\n" }
    text += source.ownText(table: "borel_module_\(number)")
    for name in names { text += "#undef \(name)\n" }
  }
  if effort != .full {
    text = text.replacing("always_inline", with: "noinline").replacing("static inline", with: "static")
  }
  let folder: String
  do throws(Files.Failure) {
    folder = try Files.temporaryDirectory(in: Files.environment("TMPDIR") ?? "/tmp")
    try Files.write(Array(text.utf8), to: folder + "/models.c", mode: 0o600)
  } catch {
    throw .system(error.message)
  }
  defer { Files.removeDirectory(folder) }
  try Compiler.find().compile([folder + "/models.c"], to: folder + "/models.so", extra: effort.flags)
  let library = try LoadedLibrary(folder + "/models.so")
  var modules: [NativeModule] = []
  for (number, source) in sources.enumerated() {
    modules.append(try NativeModule(source, in: library, table: "borel_module_\(number)", wasCached: false))
  }
  return modules
}

/// How much time goes into the code of models that are compiled together.
public enum CompilerEffort: Sendable {
  /// As models are compiled.
  case full
  /// Optimised, without vector mathematics in loops.
  case some
  /// As it is written.
  case none

  var flags: [String] {
    switch self {
    case .full: []
    case .some: ["-O1"]
    case .none: ["-O0"]
    }
  }
}
