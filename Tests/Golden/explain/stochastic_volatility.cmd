borel explain stochastic_volatility.ppl --data stochastic_volatility.json
