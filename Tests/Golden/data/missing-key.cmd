borel sample schools.ppl --data missing-key.json --method importance --draws 100 --seed 1
