"""Feeds parsers and renderers what nobody would write, for as long as one likes: `python -m bench.fuzz feeds --seconds 1200`."""
