"""What is measured and proven beside the tests, each a command: `python -m bench.NAME --help` says what it does."""
