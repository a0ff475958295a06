borel sample schools.ppl --data nowhere.json --seed 1
