// Writes a Swift file that holds the text of each given standard-library file, keyed by its path below stdlib/.

import Foundation

let arguments = CommandLine.arguments
guard arguments.count >= 3 else {
  FileHandle.standardError.write(Data("usage: embed-standard-library ROOT OUTPUT FILE...\n".utf8))
  exit(2)
}
let root = arguments[1]
var text = "// Generated from stdlib/ by embed-standard-library.\n\n"
text += "let standardLibraryFiles: [(path: String, text: String)] = [\n"
for file in arguments.dropFirst(3) {
  let contents = try String(contentsOfFile: file, encoding: .utf8)
  let path = file.hasPrefix(root + "/") ? String(file.dropFirst(root.count + 1)) : file
  var fence = "#"
  while contents.contains("\"\"\"" + fence) { fence += "#" }
  text += "  (\"\(path)\", \(fence)\"\"\"\n\(contents)\n\"\"\"\(fence)),\n"
}
text += "]\n"
try text.write(toFile: arguments[2], atomically: true, encoding: .utf8)
