borel loo large_1.csv large_2.csv --waic --quiet
