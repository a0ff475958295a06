// Sets of variables and tables by variable, below and beyond what they have room for.

import BorelIR
import Testing

@Suite struct LoopVariableTableTests {
  @Test func setsHoldWhatWasInserted() {
    var set = LoopVariableSet()
    #expect(set.isEmpty && !set.contains(LoopVariable(200)))
    for index in [0, 63, 64, 200] {
      let answers = (set.insert(LoopVariable(index)), set.insert(LoopVariable(index)))
      #expect(answers == (true, false))
    }
    #expect((0..<300).filter { set.contains(LoopVariable($0)) } == [0, 63, 64, 200])
    set.remove(LoopVariable(64))
    set.remove(LoopVariable(1000))
    #expect((0..<300).filter { set.contains(LoopVariable($0)) } == [0, 63, 200])
    for index in [0, 63, 200] { set.remove(LoopVariable(index)) }
    #expect(set.isEmpty)
  }

  @Test func setsOfDifferentLengthsAreDisjointOrNot() {
    var (short, long) = (LoopVariableSet(), LoopVariableSet())
    short.insert(LoopVariable(3))
    long.insert(LoopVariable(131))
    #expect(short.isDisjoint(with: long) && long.isDisjoint(with: short))
    long.insert(LoopVariable(3))
    #expect(!short.isDisjoint(with: long) && !long.isDisjoint(with: short))
  }

  @Test func tablesHoldWhatWasSet() {
    var table = LoopVariableTable<String>()
    #expect(table[LoopVariable(7)] == nil)
    table[LoopVariable(7)] = nil
    table[LoopVariable(7)] = "seven"
    table[LoopVariable(2)] = "two"
    #expect(table[LoopVariable(7)] == "seven" && table[LoopVariable(2)] == "two" && table[LoopVariable(3)] == nil)
    table[LoopVariable(7)] = nil
    #expect(table[LoopVariable(7)] == nil && table[LoopVariable(8)] == nil)
  }
}
