borel explain forward_algorithm.ppl --data forward_algorithm.json
