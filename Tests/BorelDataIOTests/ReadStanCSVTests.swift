// Stan CSV files are read as CmdStan writes them: shapes, warm-up, adaptation, chains, and what is wrong with a bad one.

import BorelDataIO
import BorelDraws
import BorelSource
import Testing

/// A file as CmdStan 2.3x writes it, with warm-up.
let cmdStanText = """
  # stan_version_major = 2
  # model = schools_model
  # method = sample (Default)
  #   sample
  #     num_samples = 3
  #     num_warmup = 4
  #     save_warmup = true
  #     thin = 2
  #     adapt
  #       engaged = true (Default)
  #       delta = 0.9
  #     algorithm = hmc (Default)
  #       hmc
  #         engine = nuts (Default)
  #         metric = diag_e (Default)
  # id = 1 (Default)
  # data
  #   file = /tmp/a b.json
  lp__,accept_stat__,treedepth__,divergent__,mu,theta.1,theta.2,m.1.1,m.2.1,m.1.2,m.2.2,n.1,n.2,p:1,p:2.1,p:2.2,z.real,z.imag
  -1.5,1,2,0,0.1,1,2,11,21.5,12,22,3,4,7,8,9,0.5,-0.5
  -2.5,1,2,0,0.2,1,2,11,21.5,12,22,3,4,7,8,9,0.5,-0.5
  # Adaptation terminated
  # Step size = 0.25
  # Diagonal elements of inverse mass matrix:
  # 0.5, 2, 1e-07
  -3.5,0.75,3,1,0.3,1,2,11,21.5,12,22,3,4,7,8,9,0.5,-0.5
  -4.5,0.5,3,0,nan,1,inf,11,-inf,12,22,3,4,7,8,9,0.5,+inf
  #\u{20}
  #  Elapsed Time: 0.1 seconds (Warm-up)
  #                0.2 seconds (Sampling)
  #

  """

func readStan(_ texts: String..., name: String = "fit") throws -> SavedFit {
  var sources = SourceMap()
  return try readStan(texts, name: name, &sources)
}

private func readStan(_ texts: [String], name: String, _ sources: inout SourceMap) throws -> SavedFit {
  var fit: SavedFit?
  try withDirectory { directory in
    var paths: [String] = []
    for (index, text) in texts.enumerated() {
      paths.append("\(directory)/\(name)_\(index + 1).csv")
      try writeFile(Array(text.utf8), to: .file(paths[index]))
    }
    fit = try readStanCSV(paths, into: &sources)
  }
  return try #require(fit)
}

/// Message with the folder left out, place and hint.
private func failure(_ texts: String...) -> String? {
  var sources = SourceMap()
  do {
    _ = try readStan(texts, name: "fit", &sources)
    return nil
  } catch let error as DataFailure {
    var text = error.diagnostic.message
    if let label = error.diagnostic.primary {
      let place = sources.location(of: label.span)
      text += " @\(place.line):\(place.column)"
    }
    if let hint = error.diagnostic.hint { text += " | " + hint }
    return text.split(separator: " ", omittingEmptySubsequences: false).map {
      $0.split(separator: "/").last.map(String.init) ?? ""
    }.joined(separator: " ")
  } catch {
    return "\(error)"
  }
}

@Suite struct ReadStanCSVTests {
  @Test func columnsBecomeVariables() throws {
    let fit = try readStan(cmdStanText)
    let draws = fit.draws
    #expect(
      draws.statistics.map { "\($0.name) \($0.kind)" } == [
        "lp__ real", "accept_stat__ real", "treedepth__ int", "divergent__ bool",
      ])
    #expect(
      draws.variables.map { "\($0.name) \($0.shape) \($0.kind)" } == [
        "mu [] real", "theta [2] real", "m [2, 2] real", "n [2] int", "p:1 [] int", "p:2 [2] int", "z.real [] real",
        "z.imag [] real",
      ])
    #expect(draws.chainLengths == [2])
    let m = try #require(draws.variable("m"))
    #expect(draws.elements(of: m, draw: 0) == [11, 12, 21.5, 22])
    #expect(try Array(#require(draws["theta[1]"])) == [2, .infinity])
    #expect(try Array(#require(draws["m[1,0]"])) == [21.5, -.infinity])
    #expect(try #require(draws["mu"]).last?.isNaN == true)
    #expect(draws.column(draws.statistics[0].firstColumn) == [-3.5, -4.5])
  }

  @Test func warmupStandsApart() throws {
    let fit = try readStan(cmdStanText)
    let warmup = try #require(fit.warmup)
    #expect(try Array(#require(warmup["mu"])) == [0.1, 0.2])
    // Without the line that ends adaptation the settings count: ceil(4 / 2) rows.
    let lines = cmdStanText.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.filter { !$0.hasPrefix("# Adaptation") }.joined(separator: "\n")
    #expect(try readStan(text).warmup?.count == 2)
    #expect(try readStan(text.replacing("save_warmup = true", with: "save_warmup = 0")).warmup == nil)
    #expect(try readStan(text.replacing("num_warmup = 4", with: "num_warmup = 40")).draws.count == 0)
  }

  @Test func settingsAndAdaptation() throws {
    let chain = try #require(readStan(cmdStanText).chains.first)
    #expect(chain.stepSize == 0.25)
    #expect(chain.inverseMetric == .diagonal([0.5, 2, 1e-7]))
    #expect(chain.setting("method") == "sample")
    #expect(chain.setting("adapt.delta") == "0.9")
    #expect(chain.settings.contains { $0.path == "method.sample.adapt.engaged" && $0.value == "true" })
    #expect(chain.count("thin") == 2)
    #expect(chain.flag("save_warmup") == true)
    #expect(chain.setting("data.file") == "/tmp/a b.json")
    let dense = cmdStanText.replacing(
      "# Diagonal elements of inverse mass matrix:\n# 0.5, 2, 1e-07",
      with: "# Elements of inverse mass matrix:\n# 2, 0.5\n# 0.5, 1")
    #expect(try readStan(dense).chains[0].inverseMetric == .dense([2, 0.5, 0.5, 1], 2))
  }

  @Test func chainsOfUnequalLength() throws {
    let fit = try readStan("lp__,x.1,x.2\n1,2,3.5\n4,5,6\n", "# c\nlp__,x.1,x.2\r\n7,8,9\r\n")
    #expect(fit.draws.chainLengths == [2, 1])
    #expect(try Array(#require(fit.draws["x[0]"])) == [2, 5, 8])
    #expect(try Array(#require(fit.draws["x[1]"])) == [3.5, 6, 9])
    #expect(fit.draws.column(0, chain: 1) == [7])
    #expect(fit.chains.count == 2)
  }

  @Test func scatteredElementsStaySingle() throws {
    let fit = try readStan("lp__,x.1,x.3,y,y.1\n1,2,3,4,5\n")
    #expect(fit.draws.variables.map(\.name) == ["x[0]", "x[2]", "y", "y[0]"])
    #expect(try Array(#require(fit.draws["x[2]"])) == [3])
  }

  @Test func numbersAreExact() throws {
    let numbers: [Double] = [
      0, -0.0, 1, 0.1, 1.0 / 3, 5e-324, -2.2250738585072014e-308, 1.7976931348623157e308, 9_007_199_254_740_993,
      123456.789e-300, 0x1p-1040,
    ]
    let text = "lp__,x\n" + numbers.map { "\($0),1\n" }.joined()
    let fit = try readStan(text)
    #expect(fit.draws.column(0).map(\.bitPattern) == numbers.map(\.bitPattern))
    let words = try readStan(
      "a\n 1e400\n-1e400 \n1e-400\n00.10E+1\n.5\n5.\n0.00000000000000000000000000012345678901234567\nNaN\n-Inf\n")
    #expect(
      words.draws.column(0).dropLast(2) == [
        .infinity, -.infinity, 0, 1, 0.5, 5, 0.00000000000000000000000000012345678901234567,
      ])
  }

  @Test func unfinishedRowsAreLeftOut() throws {
    let fit = try readStan("lp__,x\n1,2\n3,4\n5,6.1")
    #expect(fit.draws.count == 2)
    #expect(fit.draws.notes.count == 1)
    #expect(
      fit.draws.notes.first?.hasSuffix(
        "ends within line 4, as when a run is killed or still writes; that row is left out") == true)
    #expect(try readStan("lp__,x\n1,2\n# 3,4").draws.notes.isEmpty)
  }

  @Test func badFilesAreExplained() {
    #expect(
      failure("# a = b\nlp__,x\n1,2\n3,abc\n")
        == "fit_1.csv, line 4: column `x`: expected a number, found `abc` @4:3 | numbers are written 1.5, 2e-7, NaN, inf, -inf"
    )
    #expect(failure("lp__,x\n1,\n") == "fit_1.csv, line 2: column `x`: expected a number, found nothing @2:3")
    #expect(
      failure("lp__,x\n1,2\n1,2,3\n4,5\n") == "fit_1.csv, line 3: the row has 3 fields, the header has 2 @3:1")
    #expect(
      failure("lp__,x\n1\n4,5\n")
        == "fit_1.csv, line 2: the row has 1 field, the header has 2 @2:1 | the file may have been cut off, or two processes wrote to it at a time"
    )
    #expect(
      failure("1,2\n3,4\n")
        == "fit_1.csv, line 1: expected the names of the columns, found numbers @1:1 | a Stan CSV file has a header such as lp__,accept_stat__,mu"
    )
    #expect(failure("x,x\n") == "fit_1.csv, line 1: two columns are called `x` @1:1")
    #expect(failure("x,,y\n") == "fit_1.csv, line 1: column 2 has no name @1:1")
    #expect(failure("# only\n")?.hasPrefix("fit_1.csv has no line with the names of its columns") == true)
    #expect(failure("")?.hasPrefix("fit_1.csv has no line with the names of its columns") == true)
    #expect(failure("\u{1F}\u{0}a")?.hasPrefix("fit_1.csv is no text in UTF-8") == true)
    #expect(
      failure("lp__,x\n", "lp__,y\n")?.hasPrefix("fit_2.csv has the column `y` where fit_1.csv has `x`") == true)
    #expect(failure("lp__,x\n", "lp__\n")?.hasPrefix("fit_2.csv has 1 columns, fit_1.csv has 2") == true)
    #expect(failure("lp__,x\n1,1.5.2\n")?.contains("found `1.5.2`") == true)
    #expect(failure("lp__,x\n1,1e\n")?.contains("found `1e`") == true)
  }
}
