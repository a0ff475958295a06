borel run rejection-without-acceptance.ppl --seed 1
