"""How far this machine's clock is ahead of a platform's, by the date of its answers: its messages are dated by its own."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import aiohttp

from bot.core import clocks


def machine() -> datetime:
    return datetime.now(UTC)


class Ahead:
    """Hears the date (RFC 9110 §6.6.1) of every answer in the sessions that it listens in to."""

    def __init__(self, now: Callable[[], datetime] = machine) -> None:
        self.now = now
        self.by: timedelta | None = None
        """None before the first answer."""

    def listening(self, config: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
        async def heard(
            session: aiohttp.ClientSession, context: SimpleNamespace, ended: aiohttp.TraceRequestEndParams
        ) -> None:
            self.heard(ended.response.headers.get("Date", ""))

        config.on_request_end.append(heard)
        return config

    def heard(self, date: str) -> None:
        if theirs := clocks.dated(date):
            self.by = self.now() - theirs

    def theirs(self, ours: datetime) -> datetime:
        """What their clock said then, or earlier: one of ours that is slow does no harm."""
        return ours - max(self.by or timedelta(0), timedelta(0))
