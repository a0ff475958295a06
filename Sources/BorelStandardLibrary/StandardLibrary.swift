// The text of the standard library, embedded at build time and looked up by the name of what a file defines.

/// The files under `stdlib/`, each defining what it is named after.
public enum StandardLibrary {
  /// One embedded file: its path below `stdlib/` and its text.
  public struct File: Sendable {
    public let path: String
    public let text: String
  }

  /// Every embedded file, sorted by path.
  public static let files: [File] = standardLibraryFiles.map { File(path: $0.path, text: $0.text) }

  /// The file of a distribution by the distribution's name, `distributions/<name>.ppl`.
  public static let distributions: [String: File] = Dictionary(
    uniqueKeysWithValues: files.compactMap { file in
      guard file.path.hasPrefix("distributions/"), file.path.hasSuffix(".ppl") else { return nil }
      return (String(file.path.dropFirst(14).dropLast(4)), file)
    })
}
