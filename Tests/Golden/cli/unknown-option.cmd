borel sample coin.ppl --chain 3
