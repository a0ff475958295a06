borel run memory-limit.ppl --seed 1
