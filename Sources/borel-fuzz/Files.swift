// Reading and writing files and folders with the C library.

#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

func readFile(_ path: String) -> [UInt8]? {
  guard let handle = fopen(path, "rb") else { return nil }
  defer { fclose(handle) }
  var bytes: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = fread(&buffer, 1, buffer.count, handle)
    if count <= 0 { break }
    bytes += buffer[0..<count]
  }
  return bytes
}

func writeFile(_ path: String, _ bytes: [UInt8]) {
  guard let handle = fopen(path, "wb") else { return }
  fwrite(bytes, 1, bytes.count, handle)
  fclose(handle)
}

/// The `.ppl` files below a folder, sorted by path; the path itself if it is a file.
func programFiles(_ path: String) -> [String] {
  guard let folder = opendir(path) else { return path.hasSuffix(".ppl") ? [path] : [] }
  defer { closedir(folder) }
  var found: [String] = []
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    if name.hasPrefix(".") { continue }
    found += programFiles(path + "/" + name)
  }
  return found.sorted()
}

func appendLine(_ line: String, to path: String) {
  guard let handle = fopen(path, "ab") else { return }
  fputs(line + "\n", handle)
  fclose(handle)
}
