"""That the database fails is said straight to operators, past the outbox, which it fails too; and once when it is over."""

from datetime import datetime, timedelta

from bot import dispatch
from bot.core.readiness import Pulse
from bot.core.report import stamp
from bot.dispatch import Outbox

PATIENCE = timedelta(seconds=30)
"""A lock that passes is nobody's business."""

AGAIN = timedelta(minutes=1)
"""Between two tries to say it."""

_NOTHING_LOST = "What was to be told waits until the database works again."
_OVER = "What waited goes now. Nothing need be done."


class Outcry:
    """To be asked for every now and then. What it knows is this process's: another says it anew."""

    def __init__(self, outbox: Outbox, pulse: Pulse) -> None:
        self._outbox = outbox
        self._pulse = pulse
        self._since: datetime | None = None
        self._reason = ""
        self._said = False
        self._next: datetime | None = None

    async def look(self) -> None:
        now = self._outbox.now()
        if self._pulse.trouble:
            self._reason = self._pulse.trouble
            self._since = self._since or now
            if not self._said and now - self._since >= PATIENCE and now >= (self._next or now):
                self._next = now + AGAIN
                self._said = await dispatch.cry(self._outbox, ("The database fails", self._reason, _NOTHING_LOST))
        elif self._since:
            if self._said or now - self._since >= PATIENCE:
                line = f"It failed from {stamp(self._since)} on: {self._reason}"
                await self._outbox.store.watch({}, ("The database works again", line, _OVER), now)
            self._since, self._said, self._next = None, False, None
