borel simulate coin.ppl --set n=3 --seed 1 --draws 100
