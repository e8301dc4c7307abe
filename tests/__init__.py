"""The tests: core (no fixtures), edges (real clients, local stand-ins), walks (whole stories)."""
