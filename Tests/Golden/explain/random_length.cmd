borel explain random_length.ppl
