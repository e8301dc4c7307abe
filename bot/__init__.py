"""RegPulse: AI-regulation alerts for Slack, Discord and the terminal."""

import gc
import sys

# What is loaded at a start is never garbage, and hardly anything here makes cycles: looking for them as often as Python
# does by itself takes a fifteenth of a start, and a fifth of the time of reading feeds.
gc.set_threshold(20_000, 20, 20)

# structlog loads rich where it can, .03 s of every start, for tracebacks that `logs` has written by then.
if not {"rich", "structlog"} & set(sys.modules):
    sys.modules["rich"] = None  # type: ignore[assignment]  # Python's own way of saying that it cannot be imported
    try:
        import structlog  # noqa: F401
    finally:
        del sys.modules["rich"]
