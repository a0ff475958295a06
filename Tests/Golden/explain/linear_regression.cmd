borel explain linear_regression.ppl --data linear_regression.json
