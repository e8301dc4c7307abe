"""What is freed goes back to the machine: of itself glibc keeps a heap for each thread, and what a large document took."""

import ctypes
import os
from contextlib import suppress

_ARENA_MAX, _TRIM_THRESHOLD = -8, -1
"""mallopt(3)."""

KEPT = 1_000_000
"""Bytes free at the end of the heap from which they are given back."""


def give_back() -> None:
    """Before threads are started. Not where the environment says something to the allocator, or it is not glibc's."""
    if any(name.startswith("MALLOC_") for name in os.environ):
        return
    with suppress(OSError, AttributeError):
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(_ARENA_MAX, 1)
        mallopt(_TRIM_THRESHOLD, KEPT)
