borel sample coin.ppl --draws many
