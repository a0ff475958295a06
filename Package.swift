// swift-tools-version: 6.1
import PackageDescription

// On Linux the pkg-config file of GSL would put libgslcblas in front of OpenBLAS; the headers need no flags there.
#if os(Linux)
let gslPackage: String? = nil
#else
let gslPackage: String? = "gsl"
#endif

// Layers, bottom up. An arrow only points to a lower layer; siblings never import each other.
// `Tests/ArchitectureTests` reads this file and every import line and fails on any other arrow.

// Debian's readline.pc carries flags that SwiftPM warns about and needs none; Homebrew's gives the path.
#if os(macOS)
let readlinePackage: String? = "readline"
#else
let readlinePackage: String? = nil
#endif

let package = Package(
  name: "borel",
  products: [
    .library(name: "Borel", targets: ["Borel"]),
    .executable(name: "borel", targets: ["BorelMain"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // 0: C
    .systemLibrary(
      name: "CGSL", pkgConfig: gslPackage, providers: [.apt(["libgsl-dev"]), .brew(["gsl"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CReadline", pkgConfig: readlinePackage,
      providers: [.apt(["libreadline-dev"]), .brew(["readline"])]),
    .target(name: "CBorelVM"),
    .target(name: "CBorelMath", exclude: ["coefficients.py"]),
    .target(name: "CBorelNative", dependencies: ["CBorel", "COpenBLAS"], exclude: ["bridge"]),
    .target(
      name: "CBorel", dependencies: ["CBorelMath", "CGSL"],
      linkerSettings: [.linkedLibrary("gsl"), .linkedLibrary("m", .when(platforms: [.linux]))]),

    // 1: text, numbers, values, draws
    .target(name: "BorelSource"),
    .target(name: "BorelNumerics", dependencies: ["CBorel", "CGSL", "COpenBLAS"]),
    .target(name: "BorelValues"),
    .target(name: "BorelDraws"),
    .target(name: "BorelRoutines", dependencies: ["CBorelNative"]),

    // 2: syntax, the IRs, data files, convergence
    .target(name: "BorelSyntax", dependencies: ["BorelSource"]),
    .target(name: "BorelIR", dependencies: ["BorelSource", "BorelValues"]),
    .target(name: "BorelDataIO", dependencies: ["BorelSource", "BorelValues", "BorelDraws"]),
    .target(name: "BorelConvergence", dependencies: ["BorelDraws", "BorelNumerics"]),

    // 3: meaning
    .target(
      name: "BorelSemantics", dependencies: ["BorelSource", "BorelValues", "BorelNumerics"]),
    .target(name: "BorelSema", dependencies: ["BorelSource", "BorelSyntax", "BorelIR", "BorelValues"]),
    .target(name: "BorelPasses", dependencies: ["BorelSource", "BorelNumerics", "BorelValues", "BorelIR"]),
    .target(name: "BorelStandardLibrary", plugins: ["EmbedStandardLibrary"]),

    // 4: inference framework, virtual machine, native code
    .target(
      name: "BorelInference",
      dependencies: ["BorelSemantics", "BorelSource", "BorelValues", "BorelNumerics", "BorelDraws"]),
    .target(
      name: "BorelVM",
      dependencies: [
        "CBorelVM", "BorelRoutines", "BorelPasses", "BorelSemantics", "BorelIR", "BorelValues", "BorelNumerics",
        "BorelSource",
      ]),

    .target(
      name: "BorelNative",
      dependencies: ["BorelRoutines", "BorelIR", "BorelSource", "BorelNumerics", "BorelValues"],
      plugins: ["EmbedNativeSources"]),

    // 5: algorithms
    .target(
      name: "BorelMCMC",
      dependencies: [
        "BorelInference", "BorelSemantics", "BorelSource", "BorelValues", "BorelNumerics", "BorelDraws",
      ]),
    .target(
      name: "BorelSMC",
      dependencies: [
        "BorelInference", "BorelSemantics", "BorelSource", "BorelValues", "BorelNumerics", "BorelDraws",
      ]),
    .target(
      name: "BorelOptimize",
      dependencies: ["BorelConvergence", "BorelInference", "BorelSemantics", "BorelSource", "BorelNumerics"]),
    .target(
      name: "BorelExact",
      dependencies: [
        "BorelInference", "BorelSemantics", "BorelSource", "BorelValues", "BorelNumerics", "BorelDraws",
      ]),

    // 6: the driver and the embedding API, the only target that sees everything
    .target(
      name: "Borel",
      dependencies: [
        "BorelSource", "BorelNumerics", "BorelValues", "BorelDraws", "BorelSyntax", "BorelIR",
        "BorelDataIO", "BorelConvergence", "BorelSemantics", "BorelSema", "BorelStandardLibrary", "BorelPasses",
        "BorelNative", "BorelInference",
        "BorelVM", "BorelMCMC", "BorelSMC", "BorelExact", "BorelOptimize",
      ]),

    // 7-9: shells
    .target(name: "BorelREPL", dependencies: ["Borel", "CReadline"]),
    .target(
      name: "BorelCommandLine",
      dependencies: [
        "Borel", "BorelREPL", "BorelSource",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // A name of its own: `borel` and `Borel` would share a folder where file names ignore case.
    .executableTarget(name: "BorelMain", dependencies: ["BorelCommandLine"]),

    .testTarget(name: "BorelSourceTests", dependencies: ["BorelSource"]),
    .testTarget(name: "BorelSyntaxTests", dependencies: ["BorelSource", "BorelSyntax"]),
    .testTarget(name: "BorelNumericsTests", dependencies: ["BorelNumerics", "CBorel", "CGSL", "COpenBLAS"]),

    // Loops over the vector mathematics; `make numerics` compiles them with other flags and compilers.
    .target(
      name: "BorelMathTestSupport", dependencies: ["CBorelMath"], path: "Tests/BorelMathTestSupport",
      exclude: ["measure", "reference_values.py"],
      linkerSettings: [.linkedLibrary("m", .when(platforms: [.linux]))]),
    .testTarget(name: "BorelMathTests", dependencies: ["BorelMathTestSupport"]),

    .testTarget(
      name: "DistributionTests",
      dependencies: [
        "BorelVM", "BorelSema", "BorelSyntax", "BorelIR", "BorelSemantics", "BorelStandardLibrary", "BorelValues",
        "BorelNumerics", "BorelSource", "BorelDataIO", "CGSL", "DerivativeTestSupport",
      ]),
    .testTarget(name: "BorelDrawsTests", dependencies: ["BorelDraws", "BorelConvergence"]),
    .testTarget(
      name: "BorelConvergenceTests", dependencies: ["BorelConvergence", "BorelDraws"],
      exclude: ["reference", "ReferenceValues.json"]),
    .testTarget(
      name: "BorelDataIOTests", dependencies: ["BorelDataIO", "BorelSource", "BorelValues", "BorelDraws"]),

    // Inference is tested on programs written by hand in Swift.
    .target(
      name: "InferenceTestSupport",
      dependencies: ["BorelSemantics", "BorelSource", "BorelValues", "BorelNumerics"],
      path: "Tests/InferenceTestSupport"),
    .testTarget(name: "BorelSemanticsTests", dependencies: ["BorelSemantics", "InferenceTestSupport"]),
    .testTarget(
      name: "BorelInferenceTests", dependencies: ["BorelInference", "BorelExact", "InferenceTestSupport"]),
    .testTarget(name: "BorelMCMCTests", dependencies: ["BorelMCMC", "BorelExact", "InferenceTestSupport"]),
    .testTarget(name: "BorelSMCTests", dependencies: ["BorelSMC", "BorelExact", "InferenceTestSupport"]),
    .testTarget(
      name: "BorelOptimizeTests",
      dependencies: ["BorelOptimize", "BorelInference", "BorelSemantics", "BorelSource", "BorelNumerics"]),
    .testTarget(name: "BorelExactTests", dependencies: ["BorelExact", "InferenceTestSupport"]),

    // The front end is tested on texts; Tests/Golden holds wrong programs with their messages.
    .target(
      name: "SemaTestSupport",
      dependencies: ["BorelSema", "BorelSource", "BorelSyntax", "BorelIR", "BorelStandardLibrary"],
      path: "Tests/SemaTestSupport"),
    .testTarget(
      name: "BorelSemaTests", dependencies: ["SemaTestSupport", "BorelSema", "BorelIR", "BorelStandardLibrary"]),
    .testTarget(name: "BorelIRTests", dependencies: ["BorelIR"]),
    .testTarget(
      name: "BorelNativeTests",
      dependencies: ["BorelNative", "BorelPasses", "CBorelNative", "BorelIR", "BorelSource", "BorelNumerics"],
      exclude: ["Client"]),
    // The domains of functions, for tests of derivatives on both back ends.
    .target(name: "DerivativeTestSupport", path: "Tests/DerivativeTestSupport"),
    .testTarget(
      name: "BorelPassesTests",
      dependencies: ["DerivativeTestSupport", "BorelPasses", "BorelIR", "BorelNumerics", "BorelSource"]),
    .testTarget(name: "GoldenTests", dependencies: ["SemaTestSupport"]),

    // Throws mutated programs at the front end (`make fuzz`), and compares the back ends on random ones (`make agree`).
    .executableTarget(
      name: "borel-fuzz",
      dependencies: ["Borel", "BorelSource", "BorelSyntax", "BorelIR", "BorelSema", "BorelStandardLibrary"]),

    // Writes files of draws that are known bit for bit; `make interop` shows that other tools read them.
    .executableTarget(name: "borel-files", dependencies: ["BorelDataIO", "BorelDraws", "BorelSource"]),

    // Times the virtual machine beside Lua and gradients beside hand-written C; `make bench` runs it.
    .executableTarget(
      name: "borel-bench",
      dependencies: [
        "Borel", "BorelSource", "BorelSyntax", "BorelSema", "BorelIR", "BorelVM", "BorelNative", "BorelSemantics",
        "BorelNumerics", "BorelValues", "BorelDataIO", "BorelDraws", "BorelConvergence",
      ], exclude: ["programs", "gradients", "peers"]),

    // Measures draws for comparison with ArviZ and R's loo; `make convergence` runs it.
    .executableTarget(name: "borel-convergence", dependencies: ["BorelConvergence"]),

    // stdlib/**/*.ppl becomes a Swift table at build time.
    .executableTarget(name: "embed-standard-library", path: "Sources/Plugins/embed-standard-library"),
    .plugin(
      name: "EmbedStandardLibrary", capability: .buildTool(),
      dependencies: ["embed-standard-library"], path: "Sources/Plugins/EmbedStandardLibrary"),

    // The C sources of compiled models become a Swift table as well.
    .plugin(
      name: "EmbedNativeSources", capability: .buildTool(),
      dependencies: ["embed-standard-library"], path: "Sources/Plugins/EmbedNativeSources"),

    // Tests of the house: layers, examples and documentation.
    .testTarget(
      name: "ModelSemanticsTests",
      dependencies: [
        "BorelVM", "BorelIR", "BorelSemantics", "BorelValues", "BorelNumerics", "BorelSource", "BorelSyntax",
        "BorelSema",
        "BorelStandardLibrary", "DerivativeTestSupport",
      ]),
    .testTarget(
      name: "BorelVMTests",
      dependencies: [
        "BorelVM", "BorelSema", "BorelSyntax", "BorelIR", "BorelSemantics", "BorelValues", "BorelNumerics",
        "BorelSource",
      ]),
    .testTarget(name: "BorelTests", dependencies: ["Borel"]),
    .testTarget(name: "BackEndTests", dependencies: ["Borel", "BorelNumerics"], exclude: ["StanReferences.json"]),
    .testTarget(name: "CommandLineTests"),
    .testTarget(name: "ArchitectureTests"),
    .testTarget(name: "TranscriptTests"),
    .testTarget(name: "ReferenceTests", dependencies: ["BorelIR"]),
  ],
  swiftLanguageModes: [.v6]
)
