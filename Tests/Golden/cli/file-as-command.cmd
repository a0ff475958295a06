borel coin.ppl
