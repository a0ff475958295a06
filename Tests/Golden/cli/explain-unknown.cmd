borel explain normall
