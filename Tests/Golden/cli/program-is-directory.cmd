borel run .
