borel run events.ppl --seed 1
