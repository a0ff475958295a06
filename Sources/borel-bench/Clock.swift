// Processor time, Lua as a child process, medians and tables.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

struct BenchFailure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

func leave(_ status: Int32) -> Never { exit(status) }

/// Processor time of the calling thread in seconds.
func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The folder of the programs, beside this file's folder in the repository.
let programFolder: String = {
  let file = #filePath
  let end = file.lastIndex(of: "/") ?? file.startIndex
  return file[..<end] + "/programs"
}()

func readText(_ path: String) throws -> String {
  guard let file = fopen(path, "r") else { throw BenchFailure("\(path) cannot be read") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, file)
    if count == 0 { break }
    bytes += buffer[..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

/// Runs a Lua program, which prints the seconds that its loop took and its result.
func runLua(_ name: String, _ work: Int) throws -> (seconds: Double, result: Double) {
  guard let pipe = popen("lua5.4 '\(programFolder)/\(name)' \(work)", "r") else {
    throw BenchFailure("lua5.4 cannot be started")
  }
  var line = ""
  var buffer = [CChar](repeating: 0, count: 256)
  while fgets(&buffer, Int32(buffer.count), pipe) != nil {
    line += String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
  let status = pclose(pipe)
  let numbers = line.split { $0 == "\t" || $0 == "\n" || $0 == " " }.compactMap { Double($0) }
  guard status == 0, numbers.count == 2 else { throw BenchFailure("lua5.4 \(name) failed: \(line)") }
  return (numbers[0], numbers[1])
}

func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  let middle = sorted.count / 2
  return sorted.count % 2 == 1 ? sorted[middle] : 0.5 * (sorted[middle - 1] + sorted[middle])
}

/// Lua prints 14 digits.
func agree(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-12 * max(abs(a), abs(b)) }

func fixed(_ x: Double, _ digits: Int) -> String {
  var scale = 1.0
  for _ in 0..<digits { scale *= 10 }
  let scaled = (x * scale).rounded()
  guard scaled.isFinite, abs(scaled) < 1e18 else { return "\(x)" }
  if digits == 0 { return "\(Int(scaled))" }
  let whole = Int(scaled) / Int(scale)
  let fraction = String(abs(Int(scaled) % Int(scale)))
  return "\(whole)." + String(repeating: "0", count: digits - fraction.count) + fraction
}

func printTable(_ rows: [[String]]) {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  for row in rows {
    let cells = row.indices.map { column in
      let padding = String(repeating: " ", count: widths[column] - row[column].count)
      return column == 0 ? row[column] + padding : padding + row[column]
    }
    print("  " + cells.joined(separator: "   "))
  }
}
