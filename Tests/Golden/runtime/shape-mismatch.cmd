borel run shape-mismatch.ppl --seed 1
