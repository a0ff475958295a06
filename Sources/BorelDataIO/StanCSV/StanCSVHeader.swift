// The comments and the header line at the start of a Stan CSV file.

import BorelDraws

/// The bytes before the first row. The number of draws in them can be replaced by a smaller one later.
struct StanCSVHeader {
  let bytes: [UInt8]
  private let configuration: SamplerConfiguration
  /// The digits behind `num_samples = `.
  private let countRange: Range<Int>

  init(_ layout: DrawLayout, _ configuration: SamplerConfiguration, id: Int, path: String) {
    self.configuration = configuration
    var text = ByteText()
    func line(_ level: Int, _ key: String, _ value: String? = nil) {
      // A line break in a path or name would end the comment.
      let value = value.map { " = " + String($0.map { $0.isNewline ? " " : $0 }) } ?? ""
      text.append("# " + String(repeating: "  ", count: level) + key + value + "\n")
    }
    line(0, "borel_version", configuration.version)
    line(0, "model", configuration.modelName)
    line(0, "method", configuration.method)
    line(1, configuration.method)
    line(2, "num_samples", "")
    let start = text.bytes.count - 1
    text.bytes.removeLast()
    text.append(Self.samples(configuration, configuration.draws))
    countRange = start..<text.bytes.count
    text.append("\n")
    line(2, "num_warmup", String(configuration.warmup))
    line(2, "save_warmup", configuration.keepsWarmup ? "1" : "0")
    line(2, "thin", String(configuration.thin))
    var tree = SettingTree(configuration)
    tree.write("adapt", level: 2, line)
    line(2, "algorithm", configuration.algorithm)
    line(3, configuration.algorithm)
    if let engine = configuration.engine {
      line(4, "engine", engine)
      line(5, engine)
      tree.writeEntries(engine, level: 6, line)
    }
    if let metric = configuration.metric {
      // The diagonal below is what other readers know of a low-rank metric.
      line(4, "metric", metric == "low_rank" ? "diag_e" : metric)
    }
    tree.writeEntries(configuration.algorithm, level: 4, line)
    tree.writeEntries("", level: 2, line)
    line(0, "id", String(id))
    line(0, "data")
    // One key a line: the first file is the one that other readers show.
    for data in configuration.data.isEmpty ? [.init(path: "")] : configuration.data { line(1, "file", data.path) }
    line(0, "init", configuration.initialization)
    line(0, "random")
    line(1, "seed", String(configuration.seed))
    line(0, "output")
    line(1, "file", String(path.split(separator: "/").last ?? ""))
    if let digits = configuration.significantDigits { line(1, "sig_figs", String(digits)) }
    tree.writeRest(line)
    text.append("# \(StanLayout.mark) \(StanLayout(layout).line)\n")
    var isFirst = true
    for variable in layout.statistics + layout.variables {
      for offset in columnMajorOffsets(variable.shape) {
        if !isFirst { text.append(",") }
        isFirst = false
        text.append(stanColumnName(variable, offset))
      }
    }
    text.append("\n")
    bytes = text.bytes
  }

  /// Stan counts iterations, of which `thin` give one draw.
  private static func samples(_ configuration: SamplerConfiguration, _ draws: Int) -> String {
    let (product, overflow) = draws.multipliedReportingOverflow(by: max(configuration.thin, 1))
    return String(overflow ? draws : product)
  }

  /// What to put where, so that the file tells of as many draws as it has; nil where it does, or where more were made than there is room for.
  func patch(draws: Int) -> (bytes: [UInt8], offset: Int)? {
    let digits = Array(Self.samples(configuration, draws).utf8)
    guard draws != configuration.draws, digits.count <= countRange.count else { return nil }
    return (digits + Array(repeating: 0x20, count: countRange.count - digits.count), countRange.lowerBound)
  }

  /// Whether a file starts with this header, whatever its number of draws.
  func matches(_ start: [UInt8]) -> Bool {
    guard start.count == bytes.count else { return false }
    return bytes.indices.allSatisfy { countRange.contains($0) || bytes[$0] == start[$0] }
  }
}

/// Settings by the first word of their path, each written once.
private struct SettingTree {
  private var rest: [SamplerConfiguration.Setting]

  init(_ configuration: SamplerConfiguration) { rest = configuration.settings }

  typealias Line = (_ level: Int, _ key: String, _ value: String?) -> Void

  /// The group's name on a line and its entries below it.
  mutating func write(_ group: String, level: Int, _ line: Line) {
    guard rest.contains(where: { $0.path.hasPrefix(group + ".") }) else { return }
    line(level, group, nil)
    writeEntries(group, level: level + 1, line)
  }

  /// The entries of a group; those without one for the empty name.
  mutating func writeEntries(_ group: String, level: Int, _ line: Line) {
    rest.removeAll { setting in
      let isHere = group.isEmpty ? !setting.path.contains(".") : setting.path.hasPrefix(group + ".")
      if isHere {
        line(level, String(setting.path.dropFirst(group.isEmpty ? 0 : group.utf8.count + 1)), setting.value.commentText)
      }
      return isHere
    }
  }

  mutating func writeRest(_ line: Line) {
    while let first = rest.first, let point = first.path.firstIndex(of: ".") {
      write(String(first.path[..<point]), level: 0, line)
    }
  }
}
