borel sample regression.ppl --data wrong-shape.json --method importance --draws 100 --seed 1
