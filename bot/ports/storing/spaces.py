"""What a platform that many workspaces install needs of a database."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.model import (
    Installation,
)


class Vault(Protocol):
    """What a platform that many workspaces install remembers of them."""

    async def installations(self) -> tuple[Installation, ...]:
        """The first to install first."""
        ...

    async def installation(self, team: str) -> Installation | None: ...

    async def install(self, installation: Installation) -> None:
        """In place of an earlier one of the same workspace."""
        ...

    async def reseal(self, team: str, was: bytes, sealed: bytes, expires: datetime | None) -> bool:
        """Keep what it is sealed in now; False, and nothing changed, when that is no longer what it `was`."""
        ...

    async def uninstall(self, team: str, text: tuple[str, ...], now: datetime) -> bool:
        """Forget it and tell operators so, in one transaction; False, and nobody told, when it was not installed."""
        ...

    async def restored(self) -> datetime | None:
        """When a backup was last put in the database's place: what it knows of tokens may be older."""
        ...

    async def note_tokens(self, opened: Collection[str], shut: Collection[str], reason: str, now: datetime) -> None:
        """Whose token opens and whose does not: there, what is to be told waits for this `reason` as for a closed channel."""
        ...

    async def alarm(self, what: str, text: tuple[str, ...], now: datetime) -> bool:
        """As of `Troubled`."""
        ...

    async def all_clear(self, what: str, text: tuple[str, ...], now: datetime) -> bool: ...

    async def redeem(self, state: str, *, until: datetime, now: datetime) -> bool:
        """Whether it is used for the first time; it is known as used for as long as it would be good. Forgets those past."""
        ...
