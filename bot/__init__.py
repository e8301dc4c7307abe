"""RegPulse: AI-regulation alerts for Slack, Discord and the terminal."""

import gc

# What is loaded at a start is never garbage, and hardly anything here makes cycles: looking for them as often as Python
# does by itself takes a fifteenth of a start, and a fifth of the time of reading feeds.
gc.set_threshold(20_000, 20, 20)
