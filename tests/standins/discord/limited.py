"""A Discord that keeps its global limit: what is above it is refused, whatever it asks for."""

from collections import deque
from collections.abc import Callable

from aiohttp import web

from tests.standins.discord.server import DiscordServer
from tests.standins.discord.wire import json_answer

A_SECOND = 50
"""Requests of one bot, answers to people not counted (discord-api-docs, topics/rate-limits.mdx, "Global Rate Limit")."""


class LimitedDiscord(DiscordServer):
    """Counted as they come in, over any second: the documentation does not say when a second begins."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self.refused = 0
        self.busiest = 0
        """Requests of the second that had most."""
        self._clock = clock
        self._recent: deque[float] = deque()

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        exempt = request.match_info["path"].startswith(("interactions/", "webhooks/"))
        if not exempt and (wait := self._counted()):
            return _refusal(wait)
        return await super()._rest(request)

    def _counted(self) -> float:
        """Seconds after which it may be asked again; 0 for a request that is within the limit."""
        now = self._clock()
        while self._recent and self._recent[0] <= now - 1:
            self._recent.popleft()
        if len(self._recent) >= A_SECOND:
            self.refused += 1
            return self._recent[0] + 1 - now
        self._recent.append(now)
        self.busiest = max(self.busiest, len(self._recent))
        return 0


def _refusal(wait: float) -> web.Response:
    said = {"message": "You are being rate limited.", "retry_after": wait, "global": True}
    named = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global", "Retry-After": f"{wait:.3f}"}
    return json_answer(said, 429, {"Via": "1.1 google", **named})
