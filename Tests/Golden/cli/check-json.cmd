printf 'let x = y\n' | borel check --json -
