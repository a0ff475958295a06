printf 'let x = (1\n' | borel fmt
