borel explain pareto-k
