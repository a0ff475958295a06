borel run duplicate-address.ppl --seed 1
