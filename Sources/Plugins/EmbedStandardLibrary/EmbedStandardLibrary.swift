// Runs `embed-standard-library` over every .ppl file of stdlib/ whenever one of them changes.

import Foundation
import PackagePlugin

@main
struct EmbedStandardLibrary: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let root = context.package.directoryURL.appending(path: "stdlib")
    let output = context.pluginWorkDirectoryURL.appending(path: "StandardLibraryFiles.swift")
    var inputs: [URL] = []
    if let walk = FileManager.default.enumerator(at: root, includingPropertiesForKeys: nil) {
      for case let file as URL in walk where file.pathExtension == "ppl" { inputs.append(file) }
    }
    inputs.sort { $0.path < $1.path }
    return [
      .buildCommand(
        displayName: "Embedding the standard library",
        executable: try context.tool(named: "embed-standard-library").url,
        arguments: [root.path, output.path] + inputs.map(\.path),
        inputFiles: inputs, outputFiles: [output])
    ]
  }
}
