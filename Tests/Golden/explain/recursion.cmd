borel explain recursion.ppl
