borel run all-weights-zero.ppl --seed 1
