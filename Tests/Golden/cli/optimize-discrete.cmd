borel optimize dice.ppl --seed 1
