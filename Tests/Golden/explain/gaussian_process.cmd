borel explain gaussian_process.ppl --data gaussian_process.json
