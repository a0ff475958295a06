borel run endless-nesting.ppl --seed 1
