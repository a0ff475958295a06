borel enumerate dice.ppl --model other
