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

/// Seconds on a clock that only goes forward.
func wallTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + 1e-9 * Double(time.tv_nsec)
}

/// The folder of this file in the repository.
let sourceFolder: String = {
  let file = #filePath
  return String(file[..<(file.lastIndex(of: "/") ?? file.startIndex)])
}()

/// The folder of the programs, beside this file.
let programFolder = sourceFolder + "/programs"

/// What a comparison found: fields of the closing JSON line, and whether they are within their limits.
struct Outcome {
  let fields: [String]
  let isWithinLimits: Bool
}

/// Prints the closing JSON line; the status is 1 where a limit was exceeded.
func finish(_ outcomes: [Outcome]) -> Never {
  print("\n{\(outcomes.flatMap(\.fields).joined(separator: ","))}")
  leave(outcomes.allSatisfy(\.isWithinLimits) ? 0 : 1)
}

func writeText(_ text: String, to path: String) throws {
  guard let file = fopen(path, "w") else { throw BenchFailure("\(path) cannot be written") }
  var text = text
  let isWritten = text.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) == $0.count }
  guard fclose(file) == 0, isWritten else { throw BenchFailure("\(path) cannot be written") }
}

/// Runs a shell command with its output discarded or shown; its exit status.
func shell(_ command: String) throws -> Int32 {
  guard let pipe = popen("{ \(command); } 1>&2", "r") else { throw BenchFailure("no shell can be started") }
  return pclose(pipe)
}

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
