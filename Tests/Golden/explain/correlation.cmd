borel explain correlation.ppl --data correlation.json
