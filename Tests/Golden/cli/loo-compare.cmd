borel loo small_1.csv small_2.csv large_1.csv large_2.csv --quiet
