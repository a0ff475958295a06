borel run nan-weight.ppl --seed 1
