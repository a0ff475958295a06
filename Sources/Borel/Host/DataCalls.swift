// The handlers that read and write files.

import BorelDataIO
import BorelDraws
import BorelSemantics
import BorelSource
import BorelVM
import BorelValues

let dataHandlers: [String: DriverHost.Handler] = [
  "read_json": { (host, call) throws(Failure) in
    try host.load(call) { (path, sources) throws(DataFailure) in try readJSON(path, into: &sources) }
  },
  "read_csv": { (host, call) throws(Failure) in
    try host.load(call) { (path, sources) throws(DataFailure) in try readCSV(path, into: &sources) }
  },
  "write_json": { (host, call) throws(Failure) in
    let bytes: [UInt8]? =
      switch call.hostPayload(0) {
      case let posterior as PosteriorValue: jsonText(posterior.draws)
      case let trace as TraceValue: jsonText(.record(trace.variables))
      case let variable as VariableValue: jsonText(variable.values)
      default: jsonText(call.arguments[0])
      }
    guard let bytes else {
      throw call.failure("\(call.arguments[0].kindDescription) cannot be written as JSON", code: "wrong-type")
    }
    return try host.save(bytes, call)
  },
  "write_csv": { (host, call) throws(Failure) in
    if let posterior = call.hostPayload(0) as? PosteriorValue { return try host.save(csvText(posterior.draws), call) }
    guard let table = call.arguments[0].asRecord.flatMap(table(of:)) else {
      throw call.failure(
        "write_csv needs a posterior or a record of equally long columns, got \(call.arguments[0].kindDescription)",
        code: "wrong-type")
    }
    return try host.save(csvText(table), call)
  },
]

/// The columns of a record as a table whose draws are the rows; nil where they are no columns of one length.
private func table(of record: RecordObject) -> Draws? {
  var columns: [[Value]] = []
  for value in record.values {
    if let array = value.asArray, array.rank == 1 {
      columns.append((0..<array.count).map { array.element($0) })
    } else if let list = value.asObject as? ListObject {
      columns.append(list.elements)
    } else {
      return nil
    }
  }
  guard let rows = columns.first?.count, columns.allSatisfy({ $0.count == rows }) else { return nil }
  var recorder = DrawsRecorder()
  for row in 0..<rows {
    recorder.beginDraw()
    for (key, column) in zip(record.keys, columns) { recorder.record(column[row], as: key) }
  }
  return Draws(chains: [recorder])
}

extension HostCall {
  func hostPayload(_ index: Int) -> (any HostValue)? { (arguments[index].asObject as? HostObject)?.payload }
}

extension DriverHost {
  /// Reads a data file; a relative path starts at the working directory or, where there is no such file, at the folder of the program.
  fileprivate func load(
    _ call: HostCall, _ read: (String, inout SourceMap) throws(DataFailure) -> LoadedData
  ) throws(Failure) -> Value {
    let path = try call.string(0)
    do throws(DataFailure) {
      let data = try sources.loadData(path, besides: call.span.file, read)
      for warning in data.warnings { notify(.warning, warning) }
      return data.value
    } catch {
      throw failure(error, call)
    }
  }

  fileprivate func save(_ bytes: [UInt8], _ call: HostCall) throws(Failure) -> Value {
    let path = try call.string(1)
    if path == "-" {
      options.output(String(decoding: bytes, as: UTF8.self))
      return .null
    }
    do throws(DataFailure) {
      try writeFile(bytes, to: .file(path))
      return .null
    } catch {
      throw failure(error, call)
    }
  }

  /// The failure of the call, which keeps what the data's diagnostic says and where in the file it points.
  private func failure(_ error: DataFailure, _ call: HostCall) -> Failure {
    var diagnostic = error.diagnostic
    if diagnostic.primary == nil {
      diagnostic.primary = .init(call.span)
    } else {
      diagnostic.secondary.append(.init(call.span, "read here"))
    }
    return Failure(.user, diagnostic)
  }
}
