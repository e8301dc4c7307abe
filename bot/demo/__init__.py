"""A small invented world to show the whole thing offline."""
