borel sample coin.ppl --draws -5
