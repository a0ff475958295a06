borel explain normal
