borel run coin.ppl --dump bytes
