echo 'print(1)' | borel sample -
