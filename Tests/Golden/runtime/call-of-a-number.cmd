borel run call-of-a-number.ppl --seed 1
