borel run impossible-observation.ppl --seed 1
