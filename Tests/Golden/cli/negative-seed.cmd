borel sample coin.ppl --set n=10 --seed -1
