borel run not-a-matrix.ppl --seed 1
