"""What RegPulse remembers: one SQLite file."""
