borel summary small_1.csv --save tua
