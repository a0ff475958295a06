// Drives `borel repl` through a pseudo-terminal, as a person would.

import Foundation
import Testing

@Suite struct REPLTerminalTests {
  private func start() throws -> (terminal: PseudoTerminal, home: URL) {
    let home = FileManager.default.temporaryDirectory.appending(path: "borel-repl-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
    let environment = [
      "HOME": home.path, "XDG_STATE_HOME": home.appending(path: "state").path, "TERM": "xterm", "LANG": "C.UTF-8",
      "INPUTRC": "/dev/null", "PATH": "/usr/bin:/bin",
    ]
    let terminal = try PseudoTerminal(BorelProcess.executable.path, ["repl", "--seed", "1"], environment: environment)
    try terminal.expect("borel> ")
    return (terminal, home)
  }

  @Test func definesFailsRecoversSamplesAndQuits() throws {
    let (terminal, home) = try start()
    defer { try? FileManager.default.removeItem(at: home) }

    // A model over several lines: the prompt says that more is expected.
    terminal.type("model coin(n) {\n")
    try terminal.expect("  ...> ")
    terminal.type("  p ~ beta(1, 1)\n  heads ~ binomial(n, p)\n}\n")
    try terminal.expect("borel> ")

    // A mistake, with a hint, and the session goes on.
    terminal.type("let post = importance(coin(10) | {haeds: 7}, draws: 500)\n")
    try terminal.expect("did you mean `heads`?")
    try terminal.expect("borel> ")
    terminal.type("post\n")
    try terminal.expect("`post` is not defined")
    try terminal.expect("borel> ")

    terminal.type("let post = importance(coin(10) | {heads: 7}, draws: 500)\n")
    try terminal.expect("borel> ")
    terminal.type("post.count\n")
    try terminal.expect("500")
    try terminal.expect("borel> ")
    terminal.type("abs(mean(post.p) - 8 / 12) < 0.05\n")
    try terminal.expect("true")
    try terminal.expect("borel> ")

    terminal.type(":quit\n")
    #expect(try terminal.waitForExit() == 0)
    let history = try String(contentsOf: home.appending(path: "state/borel/history"), encoding: .utf8)
    #expect(history.contains("post.count"))
  }

  @Test func completesNames() throws {
    let (terminal, home) = try start()
    defer { try? FileManager.default.removeItem(at: home) }
    terminal.type("let temperature_of_the_sea = 17\n")
    try terminal.expect("borel> ")
    terminal.type("temperature_o\t + 1\n")
    try terminal.expect("temperature_of_the_sea + 1")
    try terminal.expect("18")
    try terminal.expect("borel> ")
    terminal.type("let city = {name: \"Turku\", founded: 1229}\n")
    try terminal.expect("borel> ")
    terminal.type("city.fou\t\n")
    try terminal.expect("city.founded")
    try terminal.expect("1229")
  }

  @Test func interruptAtThePromptDropsTheLine() throws {
    let (terminal, home) = try start()
    defer { try? FileManager.default.removeItem(at: home) }
    terminal.type("1 + + half a line")
    try terminal.expect("half a line")
    terminal.type("\u{3}")
    try terminal.expect("^C")
    try terminal.expect("borel> ")

    // The lines before it belong to the same input.
    terminal.type("fn f(x) {\n")
    try terminal.expect("  ...> ")
    terminal.type("\u{3}")
    try terminal.expect("borel> ")
    terminal.type("40 + 2\n")
    try terminal.expect("42")
    try terminal.expect("borel> ")

    terminal.type("\u{4}")
    #expect(try terminal.waitForExit() == 0)
  }

  /// Inputs that run for longer than a test would wait; each says that it has begun.
  @Test(arguments: [
    "print(\"begun\" + \"!\"); while true { }",
    "print(\"begun\" + \"!\"); let post = mh(quick(), warmup: 1000000000)",
    "print(\"begun\" + \"!\"); let post = mh(endless(), draws: 10)",
  ])
  func interruptStopsTheInputAlone(input: String) throws {
    let (terminal, home) = try start()
    defer { try? FileManager.default.removeItem(at: home) }
    let definitions = [
      "model quick { x ~ normal(0, 1) }", "model endless { x ~ normal(0, 1); while true { } }", "let kept = 41",
    ]
    for line in definitions {
      terminal.type(line + "\n")
      try terminal.expect("borel> ")
    }
    terminal.type(input + "\n")
    try terminal.expect("begun!")
    terminal.type("\u{3}")
    try terminal.expect("interrupted")
    try terminal.expect("borel> ")
    terminal.type("kept + 1\n")
    try terminal.expect("42")
    try terminal.expect("borel> ")
    terminal.type("\u{4}")
    #expect(try terminal.waitForExit() == 0)
  }
}
