borel sample coin.ppl --method smc --chains 3
