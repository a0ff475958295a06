borel sample schools.ppl --data folder.json --seed 1
