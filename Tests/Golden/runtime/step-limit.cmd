borel run step-limit.ppl --seed 1 --max-steps 1000000
