borel sample schools.ppl --data misspelt-key.json --method importance --draws 100 --seed 1
