borel summary small_1.csv --save mu --strict --quiet
