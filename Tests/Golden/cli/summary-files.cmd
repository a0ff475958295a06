borel summary small_1.csv small_2.csv
