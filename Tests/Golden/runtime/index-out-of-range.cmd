borel run index-out-of-range.ppl --seed 1
