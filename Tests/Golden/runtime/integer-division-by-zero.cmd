borel run integer-division-by-zero.ppl --seed 1
