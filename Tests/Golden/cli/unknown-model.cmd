borel sample dice.ppl --model dize --method enumerate
