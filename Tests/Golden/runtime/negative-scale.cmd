borel run negative-scale.ppl --seed 1
