borel run nowhere.ppl
