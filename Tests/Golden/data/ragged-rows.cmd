borel sample regression.ppl --data ragged-rows.json --method importance --draws 100 --seed 1
