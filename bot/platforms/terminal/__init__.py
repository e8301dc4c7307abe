"""The terminal as a channel: alerts as cards."""
