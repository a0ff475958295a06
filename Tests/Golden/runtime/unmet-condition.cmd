borel run unmet-condition.ppl --seed 1
