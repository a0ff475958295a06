borel explain improper.ppl --set n=3 --set 'y=[1, 1.4, 0.3]'
