borel explain dice.ppl
