borel explain ordinal_regression.ppl --data ordinal_regression.json
