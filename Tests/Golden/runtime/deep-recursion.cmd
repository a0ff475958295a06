borel run deep-recursion.ppl --seed 1
