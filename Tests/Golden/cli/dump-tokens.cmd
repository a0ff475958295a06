printf 'x = 1\n' | borel run - --dump tokens
