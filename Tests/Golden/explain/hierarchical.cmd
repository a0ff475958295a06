borel explain hierarchical.ppl --data hierarchical.json
