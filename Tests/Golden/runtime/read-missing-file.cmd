borel run read-missing-file.ppl --seed 1
