borel explain random_function.ppl
