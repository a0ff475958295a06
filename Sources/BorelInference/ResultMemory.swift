// Refuses runs whose results cannot fit into the machine's memory, before the time for them is spent.

import BorelSemantics
import BorelSource

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

extension RunControl {
  /// The memory of the machine in bytes.
  public static let physicalMemory: Int = {
    let pages = sysconf(Int32(_SC_PHYS_PAGES))
    let (bytes, overflow) = pages.multipliedReportingOverflow(by: sysconf(Int32(_SC_PAGESIZE)))
    return pages > 0 && !overflow ? bytes : .max
  }()

  /// Checks that `count` results of `bytesEach` fit into `resultMemory`.
  ///
  /// - Parameter what: the results in words, such as "draws".
  public func reserve(_ count: Int, _ what: String, bytesEach: Int) throws(Failure) {
    let (bytes, overflow) = count.multipliedReportingOverflow(by: bytesEach)
    guard overflow || bytes > resultMemory else { return }
    let needed = overflow ? "more memory than any machine has" : "\(gigabytes(bytes)), more than this machine has"
    throw Failure(
      .limit,
      Diagnostic(
        code: "result-too-large", "\(grouped(count)) \(what) need \(needed)",
        hint: "ask for fewer"))
  }
}

private func gigabytes(_ bytes: Int) -> String {
  let tenths = (Double(bytes) / Double(1 << 30) * 10).rounded(.up)
  return "\(grouped(Int(tenths) / 10)).\(Int(tenths) % 10) GB"
}
