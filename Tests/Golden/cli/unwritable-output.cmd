borel sample coin.ppl --data coin.json --method importance --seed 1 --output nowhere/draws.csv
