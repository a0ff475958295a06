borel simulate coin.ppl --set n=10 --draws 9223372036854775807 --seed 1
