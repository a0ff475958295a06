// A recogniser for any context-free grammar (Earley 1970), which also tells the rules of one derivation.

/// Recognises sequences of terminals.
struct Earley {
  let grammar: PlainGrammar
  /// Whether a terminal (text, token class, or words) accepts the input at a position.
  let accepts: (Symbol, Int) -> Bool
  /// Conditions that look at the input without consuming it.
  let looksAhead: (String) -> Bool
  let length: Int

  private struct Item {
    var rule: Int
    var dot: Int
    var origin: Int
    /// The item this one was advanced from, and the completed item it was advanced over; -1 for none.
    var previous: Int
    var child: Int
  }

  private struct Key: Hashable {
    var position: Int
    var rule: Int
    var dot: Int
    var origin: Int
  }

  /// The rules of one derivation from `start`, or nil and the furthest position reached.
  func derive(from start: Int) -> (rules: [Int]?, reached: Int) {
    var items: [Item] = []
    var waiting: [[Int: [Int]]] = [[:]]
    var sets: [[Int]] = [[]]
    var seen: Set<Key> = []
    var reached = 0

    func add(_ item: Item, at position: Int, to items: inout [Item]) {
      guard seen.insert(Key(position: position, rule: item.rule, dot: item.dot, origin: item.origin)).inserted else {
        return
      }
      while sets.count <= position {
        sets.append([])
        waiting.append([:])
      }
      sets[position].append(items.count)
      items.append(item)
    }

    for rule in grammar.rulesOf[start] {
      add(Item(rule: rule, dot: 0, origin: 0, previous: -1, child: -1), at: 0, to: &items)
    }
    var position = 0
    while position < sets.count {
      reached = position
      seen.removeAll(keepingCapacity: true)
      for index in sets[position] {
        let item = items[index]
        seen.insert(Key(position: position, rule: item.rule, dot: item.dot, origin: item.origin))
      }
      var completedEmpty: [Int: Int] = [:]
      var next = 0
      while next < sets[position].count {
        let index = sets[position][next]
        next += 1
        let item = items[index]
        let symbols = grammar.rules[item.rule].symbols
        func advanced(child: Int) -> Item {
          Item(rule: item.rule, dot: item.dot + 1, origin: item.origin, previous: index, child: child)
        }
        guard item.dot < symbols.count else {
          let finished = grammar.rules[item.rule].nonterminal
          if item.origin == position { completedEmpty[finished] = index }
          for waiter in waiting[item.origin][finished] ?? [] {
            let parent = items[waiter]
            add(
              Item(
                rule: parent.rule, dot: parent.dot + 1, origin: parent.origin, previous: waiter, child: index),
              at: position, to: &items)
          }
          continue
        }
        switch symbols[item.dot] {
        case .nonterminal(let wanted):
          waiting[position][wanted, default: []].append(index)
          for rule in grammar.rulesOf[wanted] {
            add(Item(rule: rule, dot: 0, origin: position, previous: -1, child: -1), at: position, to: &items)
          }
          if let empty = completedEmpty[wanted] { add(advanced(child: empty), at: position, to: &items) }
        case .words(let words) where looksAhead(words):
          if accepts(symbols[item.dot], position) { add(advanced(child: -1), at: position, to: &items) }
        case let terminal:
          if position < length, accepts(terminal, position) {
            add(advanced(child: -1), at: position + 1, to: &items)
          }
        }
      }
      position += 1
    }
    guard sets.count > length else { return (nil, reached) }
    for index in sets[length] {
      let item = items[index]
      if item.origin == 0, grammar.rules[item.rule].nonterminal == start,
        item.dot == grammar.rules[item.rule].symbols.count
      {
        var used: [Int] = []
        var pending = [index]
        while let top = pending.popLast() {
          used.append(items[top].rule)
          var step = top
          while step >= 0 {
            if items[step].child >= 0 { pending.append(items[step].child) }
            step = items[step].previous
          }
        }
        return (used, length)
      }
    }
    return (nil, reached)
  }
}
