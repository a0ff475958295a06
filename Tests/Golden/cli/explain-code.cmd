borel explain unknown-name
