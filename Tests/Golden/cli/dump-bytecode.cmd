printf 'let x = 1 + 2\n' | borel run - --dump bytecode
