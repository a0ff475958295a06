borel sample schools.ppl --data duplicate-key-in-file.json --method importance --draws 100 --seed 1
