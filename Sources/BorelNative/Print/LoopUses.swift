// Where the variables of a program are defined, used and written: what the printer decides from.

import BorelIR

/// Facts about one program's variables, by index.
struct LoopUses {
  /// A block of statements: the body, a loop's body or a branch.
  struct Block {
    var parent: Int
    /// The innermost loop around it, by a number of its own; 0 outside all loops.
    var loop: Int
    var depth: Int
  }

  private(set) var blocks: [Block] = [Block(parent: -1, loop: 0, depth: 0)]
  private(set) var count: [Int]
  /// The loop of the only use; meaningless where there are several.
  private(set) var loopOfUse: [Int]
  /// Whether all uses are in the loop of the definition.
  private(set) var staysInLoop: [Bool]
  private(set) var home: [Int]
  private(set) var isWritten: [Bool]
  /// Stands in the size of an array, so that it needs a name.
  private(set) var isSize: [Bool]
  private(set) var definition: [LoopOperation?]
  private let program: LoopProgram
  private var usedViews: Set<Int> = []

  init(_ program: LoopProgram) {
    let n = program.variables.count
    self.program = program
    count = Array(repeating: 0, count: n)
    loopOfUse = Array(repeating: 0, count: n)
    staysInLoop = Array(repeating: true, count: n)
    home = Array(repeating: 0, count: n)
    isWritten = Array(repeating: false, count: n)
    isSize = Array(repeating: false, count: n)
    definition = Array(repeating: nil, count: n)
    for size in neededSizes(of: program) { isSize[size.index] = true }
    findHomes(program.body, block: 0)
    blocks.removeSubrange(1...)
    walk(program.body, block: 0)
    for (_, value) in program.results { use(value, block: 0) }
  }

  /// The array that a view is of, at last; other variables are their own.
  func root(_ variable: LoopVariable) -> Int {
    var variable = variable
    while case .view(let base, _) = program[variable].role { variable = base }
    return variable.index
  }

  /// The deeper of two blocks, one of which is inside the other.
  private func deeper(_ a: Int, _ b: Int) -> Int { blocks[a].depth >= blocks[b].depth ? a : b }

  // MARK: Homes

  private mutating func newBlock(in parent: Int, isLoop: Bool) -> Int {
    let id = blocks.count
    blocks.append(Block(parent: parent, loop: isLoop ? id : blocks[parent].loop, depth: blocks[parent].depth + 1))
    return id
  }

  /// Blocks are numbered in the order of the text, in every walk alike.
  private mutating func findHomes(_ statements: [LoopStatement], block: Int) {
    for statement in statements {
      switch statement.kind {
      case .define(let variable, let operation):
        home[variable.index] = block
        definition[variable.index] = operation
      case .declare(let variable, _), .allocate(let variable, _): home[variable.index] = block
      case .loop(let loop):
        let inner = newBlock(in: block, isLoop: true)
        home[loop.index.index] = inner
        findHomes(loop.body, block: inner)
      case .conditional(_, let then, let otherwise):
        let first = newBlock(in: block, isLoop: false)
        findHomes(then, block: first)
        let second = newBlock(in: block, isLoop: false)
        findHomes(otherwise, block: second)
      default: break
      }
    }
    if block == 0 {
      for index in program.variables.indices { home[index] = homeOfView(LoopVariable(index)) }
    }
  }

  private func homeOfView(_ variable: LoopVariable) -> Int {
    guard case .view(let base, let offset) = program[variable].role else { return home[variable.index] }
    let below = homeOfView(base)
    guard case .variable(let start) = offset else { return below }
    return deeper(below, home[start.index])
  }

  // MARK: Uses

  private mutating func use(_ operand: LoopOperand, block: Int) {
    if case .variable(let variable) = operand { use(variable, block: block) }
  }

  private mutating func use(_ variable: LoopVariable, block: Int) {
    let index = variable.index
    count[index] += 1
    loopOfUse[index] = blocks[block].loop
    if blocks[block].loop != blocks[home[index]].loop { staysInLoop[index] = false }
    if case .view(let base, let offset) = program[variable].role, usedViews.insert(index).inserted {
      use(base, block: home[index])
      use(offset, block: home[index])
    }
  }

  private mutating func write(_ variable: LoopVariable, block: Int) {
    use(variable, block: block)
    isWritten[variable.index] = true
    isWritten[root(variable)] = true
  }

  private mutating func walk(_ statements: [LoopStatement], block: Int) {
    for statement in statements {
      switch statement.kind {
      case .define(_, .apply(_, let operands)): for operand in operands { use(operand, block: block) }
      case .define(_, .load(let array, let indices)):
        use(array, block: block)
        for index in indices { use(index, block: block) }
      case .define(_, .read(let variable)): use(variable, block: block)
      case .declare(_, let initial): use(initial, block: block)
      case .allocate(_, let fill): if let fill { use(fill, block: block) }
      case .store(let variable, let indices, let value), .accumulate(let variable, let indices, let value):
        write(variable, block: block)
        for index in indices { use(index, block: block) }
        use(value, block: block)
      case .loop(let loop):
        use(loop.lower, block: block)
        use(loop.upper, block: block)
        walk(loop.body, block: newBlock(in: block, isLoop: true))
      case .conditional(let condition, let then, let otherwise):
        use(condition, block: block)
        walk(then, block: newBlock(in: block, isLoop: false))
        walk(otherwise, block: newBlock(in: block, isLoop: false))
      case .call(_, let outputs, let inputs):
        for output in outputs { write(output, block: block) }
        for input in inputs { use(input, block: block) }
      case .require(let condition, _): use(condition, block: block)
      case .target(let value): use(value, block: block)
      case .choice, .bind: break
      }
    }
  }

  // MARK: Questions about statements

  /// The variables, arrays by their base, that the statements write.
  func writes(in statements: [LoopStatement]) -> Set<Int> {
    var result: Set<Int> = []
    for statement in statements {
      switch statement.kind {
      case .store(let variable, _, _), .accumulate(let variable, _, _): result.insert(root(variable))
      case .call(_, let outputs, _): for output in outputs { result.insert(root(output)) }
      case .loop(let loop): result.formUnion(writes(in: loop.body))
      case .conditional(_, let then, let otherwise):
        result.formUnion(writes(in: then))
        result.formUnion(writes(in: otherwise))
      default: break
      }
    }
    return result
  }

  /// The views that the statement uses, at any depth, in the order of use.
  func views(in statement: LoopStatement) -> [LoopVariable] {
    var result: [LoopVariable] = []
    func add(_ variable: LoopVariable) {
      guard case .view(let base, _) = program[variable].role else { return }
      add(base)
      if !result.contains(variable) { result.append(variable) }
    }
    func visit(_ statement: LoopStatement) {
      switch statement.kind {
      case .define(_, .load(let array, _)): add(array)
      case .store(let variable, _, _), .accumulate(let variable, _, _): add(variable)
      case .call(_, let outputs, let inputs): (outputs + inputs).forEach(add)
      case .loop(let loop): loop.body.forEach(visit)
      case .conditional(_, let then, let otherwise): (then + otherwise).forEach(visit)
      default: break
      }
    }
    visit(statement)
    return result
  }

  /// The arrays that the statements make, at any depth.
  func allocations(in statements: [LoopStatement]) -> [LoopVariable] {
    var result: [LoopVariable] = []
    for statement in statements {
      switch statement.kind {
      case .allocate(let variable, _): result.append(variable)
      case .loop(let loop): result += allocations(in: loop.body)
      case .conditional(_, let then, let otherwise): result += allocations(in: then) + allocations(in: otherwise)
      default: break
      }
    }
    return result
  }
}

/// The variables that stand in sizes that the program's text mentions: those of arrays that it makes, fills or hands to routines,
/// and row lengths.
func neededSizes(of program: LoopProgram) -> Set<LoopVariable> {
  var result: Set<LoopVariable> = []
  func add(_ sizes: some Sequence<LoopOperand>) {
    for case .variable(let size) in sizes { result.insert(size) }
  }
  for info in program.variables {
    switch info.role {
    case .mutable, .output: add(info.sizes)
    default: add(info.sizes.dropFirst())
    }
  }
  _ = LoopPrograms.contains(program.body) { kind in
    if case .call(_, let outputs, let inputs) = kind { for array in outputs + inputs { add(program[array].sizes) } }
    return false
  }
  for case (_, .variable(let array)) in program.results { add(program[array].sizes) }
  return result
}
