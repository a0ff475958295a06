borel run ode-wrong-derivative.ppl
