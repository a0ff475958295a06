borel explain submodels.ppl --data submodels.json
