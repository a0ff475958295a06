borel run condition-not-bool.ppl --seed 1
