borel run missing-choice.ppl --seed 1
