// `borel compile`: libraries of models with transformed parameters, held to BridgeStan's interface by the client in C.

import Foundation
import Testing

@Suite struct CompileTests {
  /// Compiles a model and the client against it; the lines that the client prints.
  private func client(_ model: String, data: String = "{}", arguments: String) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "borel-compile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try model.write(to: folder.appending(path: "m.ppl"), atomically: true, encoding: .utf8)
    try data.write(to: folder.appending(path: "m.json"), atomically: true, encoding: .utf8)
    let source = BorelProcess.root.appending(path: "Tests/BorelNativeTests/Client/client.c").path
    let result = try BorelProcess.shell(
      """
      set -e
      borel compile m.ppl --data m.json --output m.so --header bridgestan.h
      ${CC:-cc} -std=c11 -O1 -I. -o client '\(source)' ./m.so -lm -lpthread
      ./client m.json \(arguments)
      """, in: folder)
    #expect(result.errors.isEmpty, "\(result.errors)")
    return result.output.split(separator: "\n").map(String.init)
  }

  /// Positions are named as BridgeStan does: where a transform mixes the elements, its numbers are counted.
  @Test func transformedParametersHaveNames() throws {
    let lines = try client(
      """
      model structures {
        for i in 0..<2 { theta[i] ~ dirichlet([2.0, 3.0, 4.0]) }
        R ~ lkj_corr(3, 2.0)
        L ~ lkj_corr_cholesky(2, 2.0)
        S ~ wishart(5, identity(2))
        x ~ ordered(normal(0, 1), 3)
        p ~ beta(2, 3)
        u ~ uniform(-1, 2)
        m ~ multi_normal([0.0, 1.0], identity(2))
      }
      """, arguments: "products without_jacobian")
    #expect(
      lines.contains(
        "position theta.1.1,theta.1.2,theta.2.1,theta.2.2,R.1,R.2,R.3,L.1,S.1,S.2,S.3,x.1,x.2,x.3,p,u,m.1,m.2"))
    #expect(
      lines.contains {
        $0.hasPrefix("names theta.1.1,theta.2.1,theta.1.2,theta.2.2,theta.1.3,theta.2.3,R.1.1,R.2.1,R.3.1,R.1.2")
      })
    #expect(lines.last == "0 failures", "\(lines)")
  }

  /// Only the missing elements are in the position; there is no way back from the whole array.
  @Test func missingElementsHaveNames() throws {
    let lines = try client(
      """
      model gaps(n: Int) {
        mu ~ normal(0, 1)
        for i in 0..<n { y[i] ~ normal(mu, 1) }
      }
      """, data: #"{"n": 4, "y": [1.5, null, 2.5, null]}"#, arguments: "names")
    #expect(lines.contains("position mu,y.2,y.4"))
    #expect(lines.contains("names mu,y.1,y.2,y.3,y.4"))
    #expect(lines.contains("FAILED unconstrain: this library cannot unconstrain"))
  }
}
