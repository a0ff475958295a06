borel loo small_1.csv --variable log_like
