borel run seed-inside-a-model.ppl --seed 1
