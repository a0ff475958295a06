borel explain missing_values.ppl --data missing_values.json
