borel sample schools.ppl --data not-an-object.json --method importance --draws 100 --seed 1
