borel sample schools.ppl --data wrong-length.json --method importance --draws 100 --seed 1
