borel run misspelt-condition.ppl --seed 1
