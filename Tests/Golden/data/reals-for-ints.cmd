borel sample regression.ppl --data reals-for-ints.json --method importance --draws 100 --seed 1
