// Numbers in files against the standard library's: shortest digits, and the same double read back.

import BorelDataIO
import BorelDraws
import BorelSource
import Testing

/// The numbers as a file of one column has them.
private func written(_ numbers: [Double], in directory: String) throws -> (text: [Substring], back: [Double]) {
  let path = "\(directory)/x.csv"
  let layout = DrawLayout(statistics: [], variables: [("x", [], .real)])
  let sink = try StanCSVSink(
    path: path, layout: layout, configuration: sampleConfiguration(warmup: 0, draws: numbers.count), id: 1)
  for number in numbers {
    try withUnsafePointer(to: number) { try sink.append(.init(start: $0, count: 1), isWarmup: false) }
  }
  try sink.finish()
  var sources = SourceMap()
  let back = try readStanCSV(path, into: &sources).draws.column(0)
  let lines = String(decoding: try readFile(path), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
  return (Array(lines.dropFirst()), Array(back))
}

@Suite struct NumberTextTests {
  @Test func numbersAreThoseOfTheStandardLibrary() throws {
    var numbers: [Double] = []
    // Every power of two with its neighbours, powers of ten, small fractions, and random bits.
    for exponent in -1074...1023 {
      let power = Double(sign: .plus, exponent: exponent, significand: 1)
      numbers += [power, power.nextUp, power.nextDown, -power]
    }
    for exponent in -323...308 {
      let power = Double("1e\(exponent)") ?? 0
      numbers += [power, power.nextUp, power.nextDown, 3 * power]
    }
    for whole in 0..<2000 {
      numbers += [Double(whole), Double(whole) / 1000, Double(whole) * 1e13, 1 / Double(whole + 1)]
    }
    var bits = Bits(state: 7)
    while numbers.count < 300_000 {
      let x = Double(bitPattern: bits.next())
      if x.isFinite { numbers.append(x) }
      numbers.append(Double(bits.next() >> 11) * 0x1p-53)
      // Few digits.
      numbers.append(Double(bits.next() % 100_000) / 1e4)
      numbers.append(Double(bitPattern: bits.next() >> 12))
    }
    try withDirectory { directory in
      let (text, back) = try written(numbers, in: directory)
      #expect(text.count == numbers.count)
      let different = zip(numbers, text).first { $0.description != $1 }
      #expect(different == nil, "\(String(describing: different))")
      let lost = zip(numbers, back).first { $0.bitPattern != $1.bitPattern }
      #expect(lost == nil, "\(String(describing: lost))")
    }
  }
}
