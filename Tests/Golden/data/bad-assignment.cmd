borel sample schools.ppl --data y.json --set 'sigma=[15, 10' --seed 1
