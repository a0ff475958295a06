printf 'let x = 2\nx + 1\nx +\n  3\ny\nx\n:type [1, 2]\n:nothing\n' | borel repl
