borel sample coin.ppl --set n=10 --set heads=7 --method smc --particles 9223372036854775807 --seed 1
