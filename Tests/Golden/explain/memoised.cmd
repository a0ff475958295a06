borel explain memoised.ppl --data memoised.json
