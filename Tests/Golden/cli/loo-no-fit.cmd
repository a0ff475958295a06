borel loo bell.ppl --data bell.json
