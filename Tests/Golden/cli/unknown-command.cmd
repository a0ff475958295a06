borel smple coin.ppl
