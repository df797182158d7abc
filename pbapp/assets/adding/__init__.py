"""Adding an entry: three steps and a last look, kept as they go, and proof of an address."""
