borel sample schools.ppl --data truncated.json --method importance --draws 100 --seed 1
