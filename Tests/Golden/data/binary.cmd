borel sample schools.ppl --data binary.csv --seed 1
