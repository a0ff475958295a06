borel sample schools.ppl --data y.json --set 'sigma=[15, 10]' --set 'y=[1, 2]' --seed 1
