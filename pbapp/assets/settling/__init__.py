"""Which ward each entry is in, worked out again after boundaries or postcodes have changed."""
