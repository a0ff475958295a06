borel sample schools.ppl --data nan-data.json --method importance --draws 100 --seed 1
