borel sample coin.ppl --data coin.json --method importance --draws 1000 --seed 1
