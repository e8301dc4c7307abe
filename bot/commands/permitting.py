"""At the desk's door: who may manage a channel, and how many lines a minute."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from bot.core import limits, permissions
from bot.core.limits import Bucket
from bot.core.permissions import Policy
from bot.errors import UserError
from bot.model import Caller, Channel
from bot.ports import Store

STRICT: Policy = "managers"
"""Of a platform whose policy nobody configured."""

LOCAL = "web"
"""The page of this machine: whoever reads it is not counted."""


@dataclass(frozen=True, slots=True)
class Gate:
    """`manage` is the policy of each platform, where its workspace or server chose no other."""

    store: Store
    manage: Mapping[str, Policy] = field(default_factory=dict)

    async def policy(self, channel: Channel) -> Policy:
        """In a direct message, and where there is no space as at the terminal, there is nobody else."""
        if channel.alone:
            return "anyone"
        chosen = await self.store.setting(of_space(channel), permissions.SETTING)
        return permissions.known(chosen) or self.manage.get(channel.platform, STRICT)

    async def may(self, caller: Caller, channel: Channel | None = None) -> bool:
        """Whether they may change what the channel hears; theirs, unless another is named."""
        return caller.operator or permissions.may(await self.policy(channel or caller.channel), caller.rank)

    async def check(self, caller: Caller, line: str) -> None:
        """Raises UserError for who may not; `line` is what they could say for themselves."""
        if not await self.may(caller):
            raise UserError(permissions.refusal(await self.policy(caller.channel), line))


def of_space(channel: Channel) -> Channel:
    """What stands for a whole workspace or server among the settings."""
    return Channel(channel.platform, channel.space, "")


@dataclass(slots=True)
class Pacing:
    """How many lines a person and a space may still ask; 0 a minute is no limit."""

    a_person: int
    a_space: int
    now: Callable[[], datetime]
    _buckets: dict[tuple[str, ...], Bucket] = field(default_factory=dict)

    def check(self, caller: Caller) -> None:
        """Counts this line. Raises UserError where it is one too many. Operators are never counted."""
        if caller.operator or caller.channel.platform == LOCAL:
            return
        where = caller.channel
        self._draw(("person", where.platform, where.space, caller.user), self.a_person, "You are")
        self._draw(("space", *where.tenant), self.a_space, "All of you here are")

    def _draw(self, key: tuple[str, ...], a_minute: int, who: str) -> None:
        if not a_minute:
            return
        now = self.now()
        self._buckets[key], wait = limits.drawn(self._buckets.get(key), a_minute, now)
        if len(self._buckets) > limits.MOST:
            self._buckets = {name: one for name, one in self._buckets.items() if not limits.full(one, a_minute, now)}
        if wait:
            seconds = "1 second" if wait == 1 else f"{wait} seconds"
            raise UserError(f"{who} quicker than RegPulse answers: {a_minute} lines a minute. Try again in {seconds}.")
