"""The local pages: alerts as cards, and health."""
