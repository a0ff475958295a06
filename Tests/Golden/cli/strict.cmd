printf '{"sigma": 1.5, "y": [2]}' | borel sample ../data/schools.ppl --data - --method importance --draws 50 --seed 1 --strict
