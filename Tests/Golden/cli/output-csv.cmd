borel sample coin.ppl --data coin.json --method importance --draws 3 --seed 1 --output -
