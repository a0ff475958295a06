borel enumerate dice.ppl
