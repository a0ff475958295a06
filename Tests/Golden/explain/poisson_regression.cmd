borel explain poisson_regression.ppl --data poisson_regression.json
