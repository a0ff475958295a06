borel sample schools.ppl --data nan-argument.json --method importance --draws 100 --seed 1
