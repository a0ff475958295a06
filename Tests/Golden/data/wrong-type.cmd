borel sample schools.ppl --data wrong-type.json --method importance --draws 100 --seed 1
