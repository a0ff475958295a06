borel sample schools.ppl --data ragged-csv.csv --method importance --draws 100 --seed 1
