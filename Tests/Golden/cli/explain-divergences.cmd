borel explain divergences
