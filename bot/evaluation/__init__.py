"""Measures the detector and the grouping, as shipped and configured, on anybody's labelled rows."""
