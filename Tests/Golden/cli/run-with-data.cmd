printf 'print(data.n * 2)\n' | borel run - --data coin.json
