borel run negative-scale-drawn.ppl --seed 1
