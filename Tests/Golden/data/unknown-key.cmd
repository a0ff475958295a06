borel sample schools.ppl --data unknown-key.json --method importance --draws 100 --seed 1
