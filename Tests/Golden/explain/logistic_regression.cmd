borel explain logistic_regression.ppl --data logistic_regression.json
