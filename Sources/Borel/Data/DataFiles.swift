// Data from several files and from `key=value` pairs, as one record with the places of its keys.

import BorelDataIO
import BorelSource
import BorelValues

extension SourceStore {
  /// Reads all files and pairs; a key that two of them give is an error.
  func loadData(files: [String], assignments: [String], notices: DriverHost) throws(BorelError) -> LoadedData {
    var fields: [(String, Value)] = []
    var spans: [String: Span] = [:]
    func add(_ data: LoadedData) throws(BorelError) {
      guard let record = data.record else { return }
      for (key, value) in zip(record.keys, record.values) {
        if fields.contains(where: { $0.0 == key }) {
          var diagnostic = Diagnostic(
            code: "duplicate-key", "the data give `\(key)` twice", at: data.keySpans[key], label: "again here")
          if let first = spans[key] { diagnostic.secondary.append(.init(first, "first here")) }
          throw BorelError(.data, [diagnostic], sources: sources)
        }
        fields.append((key, value))
      }
      spans.merge(data.keySpans) { first, _ in first }
      for warning in data.warnings { notices.notify(.warning, warning) }
    }
    do {
      for path in files {
        try add(try loadData(path) { (path, map) throws(DataFailure) in try BorelDataIO.loadData(path, into: &map) })
      }
      for assignment in assignments { try add(try parse(assignment: assignment)) }
    } catch let failure as DataFailure {
      throw BorelError(failure, sources: sources)
    } catch let error as BorelError {
      throw error
    } catch {
      throw BorelError(.internal, code: "internal", "\(error)")
    }
    return LoadedData(value: .record(fields), keySpans: spans)
  }

  /// `n=10`, `y=[1, 2]`: the value is JSON, or a text where it is no JSON but a plain word.
  private func parse(assignment: String) throws(BorelError) -> LoadedData {
    guard let sign = assignment.firstIndex(of: "="), sign != assignment.startIndex else {
      throw BorelError(
        .data, code: "bad-assignment", "`\(assignment)` gives no key a value", hint: "write --set key=value")
    }
    let key = String(assignment[..<sign])
    let file = SourceFile(name: "--set \(key)", text: String(assignment[assignment.index(after: sign)...]))
    do throws(DataFailure) {
      let data = try loadData(file.name) { (_, map) throws(DataFailure) in try parseJSON(file, id: map.add(file)) }
      return LoadedData(value: .record([(key, data.value)]))
    } catch {
      throw BorelError(error, sources: sources)
    }
  }
}
