borel run unknown-member.ppl --seed 1
