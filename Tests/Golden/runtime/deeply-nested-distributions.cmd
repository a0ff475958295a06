borel run deeply-nested-distributions.ppl --seed 1
