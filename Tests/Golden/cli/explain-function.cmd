borel explain mh
