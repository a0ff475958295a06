borel explain mixture.ppl --data mixture.json
