"""Kills the real program again and again while it works, and counts what each channel received."""
