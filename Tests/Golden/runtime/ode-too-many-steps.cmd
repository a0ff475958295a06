borel run ode-too-many-steps.ppl
