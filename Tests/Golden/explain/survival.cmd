borel explain survival.ppl --data survival.json
