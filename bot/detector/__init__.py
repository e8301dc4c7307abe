"""The trained parts: a reader of meaning, and the coefficients that `make train` found."""
