// Runs `embed-standard-library` over the C sources that compiled models need whenever one of them changes.

import Foundation
import PackagePlugin

@main
struct EmbedNativeSources: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let root = context.package.directoryURL.appending(path: "Sources")
    let output = context.pluginWorkDirectoryURL.appending(path: "NativeSourceFiles.swift")
    var inputs: [URL] = []
    for folder in ["CBorel", "CBorelMath", "CBorelNative"] {
      let walk = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
      for case let file as URL in walk ?? .init() where ["c", "h"].contains(file.pathExtension) { inputs.append(file) }
    }
    inputs.sort { $0.path < $1.path }
    return [
      .buildCommand(
        displayName: "Embedding the C sources of compiled models",
        executable: try context.tool(named: "embed-standard-library").url,
        arguments: [root.path, output.path, "--name", "nativeSourceFiles"] + inputs.map(\.path),
        inputFiles: inputs, outputFiles: [output])
    ]
  }
}
