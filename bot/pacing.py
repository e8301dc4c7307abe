"""How fast we speak: evenly, each in the order it came, and never faster than we were told to."""

import asyncio
import math
from collections import deque

LATE = 0.04
"""Seconds that a turn taken late may be caught up by: a busy loop must not cost the pace, nor a pause make a burst."""


class Pacer:
    """So many turns a second, evenly, and in no second more, whenever it begins: not at the start, nor after a pause.

    A loop that was busy comes to many turns at once. Those then wait that would be too many for the second before.
    """

    def __init__(self, per_second: float) -> None:
        self._gap = 1 / per_second
        self._next = 0.0
        most = max(1, math.floor(per_second))
        self._span = max(1.0, self._gap)
        self._last = deque([-math.inf] * most, most)
        """When the last turns were had, as many as a second may have."""

    async def turn(self) -> None:
        time = asyncio.get_running_loop().time
        now = time()
        at = max(self._next, now - LATE)
        self._next = at + self._gap
        if at > now:
            await asyncio.sleep(at - now)
        while (wait := self._last[0] + self._span - time()) > 0:  # noqa: ASYNC110  # others had turns meanwhile
            await asyncio.sleep(wait)
        self._last.append(time())
