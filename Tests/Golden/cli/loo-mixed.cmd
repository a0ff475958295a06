borel loo bell.ppl small_1.csv --fit large_1.csv
