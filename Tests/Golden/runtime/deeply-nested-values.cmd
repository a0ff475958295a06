borel run deeply-nested-values.ppl --seed 1
