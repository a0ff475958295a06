borel run ode-failing-derivative.ppl
