borel summary nowhere_1.csv
