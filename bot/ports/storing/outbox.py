"""What sending needs of a database."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    Brief,
    Delivery,
    Notice,
    Outcome,
    Traceable,
)


class Deliveries(Protocol):
    """What is to be sent and to be edited, and what became of it."""

    async def claim(
        self,
        now: datetime,
        platforms: tuple[str, ...],
        *,
        lease: timedelta,
        gaps: Mapping[str, timedelta],
        limit: int,
        share: int | None = None,
        traceable: Traceable | None = None,
    ) -> tuple[tuple[Delivery, Brief], ...]:
        """Lease what is due, oldest first, at most one per channel and none where one is in flight.

        At most `share` of one space are under way at once (None: as many as `limit`), and where not all that is due
        has room, the space with the fewest under way comes first. Of what is not `traceable`,
        where that is said, one at a time of a space, beside the others.

        What was gathered and is due by now is released first: three or more of a channel as one digest, which
        `carries` them. Where a channel has quiet hours now, what waits is put off until they end.

        Pending rows come back as `sending`. A row whose lease ran out while sending comes back as `doubt`, leased
        anew: the caller resolves it. `gaps` gives each platform's least time between two messages to one channel.
        """
        ...

    async def settle(
        self, delivery: str, outcome: Outcome, now: datetime, retry: timedelta, *, threads: bool = False
    ) -> None:
        """Write what happened: sent, refused, doubt, or pending again after `retry`.

        What a digest carries is told with it; where the platform has `threads`, one by one in its thread from now on.
        """
        ...

    async def put_off(self, platform: str, space: str, until: datetime) -> None:
        """Nothing that waits for this space goes before then; what is under way, or in doubt, is left as it is."""
        ...

    async def reclaim(self, now: datetime) -> int:
        """At start, when no other process can hold a lease: rows left in `sending` are in doubt now, and due.

        A clock that was put back since the last turn is noticed as by `note_turn`.
        Messages for operators likewise; answers how many deliveries there were.
        """
        ...

    async def hold(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...] = ()) -> None:
        """A doubt that policy says not to resend: kept, shown, never sent by itself; operators read the notice."""
        ...

    async def resend(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...]) -> None:
        """A doubt that policy says to send once more, at once; operators read the notice."""
        ...

    async def next_due(self, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
        """When the next claim could find something; None when the outbox holds nothing to send."""
        ...

    async def to_revise(self, now: datetime, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Each platform and space with posted messages that are to be edited."""
        ...

    async def claim_revisions(
        self, now: datetime, platform: str, space: str, *, until: datetime, limit: int
    ) -> tuple[tuple[Delivery, Brief], ...]:
        """Lease messages posted there that are to be edited, oldest first; one whose lease ran out is edited again."""
        ...

    async def settle_revision(
        self,
        delivery: str,
        *,
        until: datetime,
        again: datetime | None,
        failed: bool = False,
        closed: bool = False,
        reason: str = "",
    ) -> None:
        """Edited, or given up (`again` is None), or to be tried again then, for this `reason`; `failed` counts among its
        `edit_tries`. Where the place is `closed`, and what is to be told there waits, it is tried when that is, and
        however often.

        Only while the lease `until` then stands: a story that grew meanwhile has its message edited once more.
        """
        ...

    async def claim_notice(self, now: datetime, *, since: datetime, lease: timedelta) -> Notice | None:
        """Lease the oldest message for operators that is not older than `since`; None when none is due.

        One that an earlier claim left unsettled comes back in doubt.
        """
        ...

    async def settle_notice(self, notice: int, outcome: Outcome, now: datetime, retry: timedelta) -> None:
        """Write what happened: sent, refused, in doubt, pending again after `retry`, or held when nobody can tell."""
        ...
