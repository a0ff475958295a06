borel explain random_distribution.ppl --data random_distribution.json
