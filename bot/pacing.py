"""How fast we speak: evenly, each in the order it came, and never faster than we were told to."""

import asyncio

LATE = 0.04
"""Seconds that a turn taken late may be caught up by: a busy loop must not cost the pace, nor a pause make a burst."""


class Pacer:
    """So many turns a second. Without a burst at the start: limits are counted over any second, also the first."""

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0

    async def turn(self) -> None:
        now = asyncio.get_running_loop().time()
        at = max(self._next, now - LATE)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)
