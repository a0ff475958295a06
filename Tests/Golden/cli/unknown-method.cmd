borel sample coin.ppl --method nut
