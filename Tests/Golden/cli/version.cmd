borel version
