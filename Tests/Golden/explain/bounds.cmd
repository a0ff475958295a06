borel explain bounds.ppl
