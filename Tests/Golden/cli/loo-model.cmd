borel loo bell.ppl --data bell.json --fit large_1.csv large_2.csv --quiet
