borel run unset-element.ppl --seed 1
