"""RegPulse: AI-regulation alerts for Slack, Discord and the terminal."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# What is loaded at a start is never garbage, and hardly anything here makes cycles: looking for them as often as Python
# does by itself takes a fifteenth of a start, and a fifth of the time of reading feeds.
gc.set_threshold(20_000, 20, 20)


@contextmanager
def without(module: str) -> Iterator[None]:
    """Where a library is imported that loads another one only if it is there; not so where either is loaded already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]  # Python's own way of saying that it cannot be imported
    try:
        yield
    finally:
        del sys.modules[module]


with without("rich"):  # .03 s of every start, for tracebacks that `logs` has written before structlog would
    import structlog  # noqa: F401
