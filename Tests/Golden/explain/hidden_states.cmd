borel explain hidden_states.ppl --data hidden_states.json
