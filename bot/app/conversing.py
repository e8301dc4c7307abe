"""Keeps each platform connected and listened to, tries again what ended, and tells operators once of what needs them."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.core import readiness
from bot.errors import PlatformDown, StoreDown
from bot.ports import Desk, Platform, Store

log = structlog.get_logger()

RECONNECT_AFTER = 10.0
"""Seconds before a platform whose conversation ended is tried again: twice as long each time it ends at once again."""

REVIVE_AFTER = 300.0
"""Seconds before a platform that needs a person is tried again, and the longest of the pauses above."""

LOOK_EVERY = 1.0
"""Seconds between two looks at whether it is heard."""

SETTLED = 5.0
"""Seconds after which a conversation that goes on counts as well: a token is refused, or an address, at once."""


@dataclass(slots=True)
class Conversation:
    """With one platform. `speaking` holds those that may be posted to: one that cannot be listened to may still be."""

    platform: Platform
    store: Store
    desk: Desk
    speaking: dict[str, Platform]
    now: Callable[[], datetime]
    _deaf: bool = False
    """Whether it needs a person before anybody there can be answered."""

    async def hold(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._talk())
            group.create_task(self._watch())

    async def _talk(self) -> None:
        pause = RECONNECT_AFTER
        while True:
            begun = time.monotonic()
            try:
                await self.connect()
                await self._listen()
                pause = RECONNECT_AFTER
            except PlatformDown:
                pause = REVIVE_AFTER
            except Exception as error:  # weather or a bug: this platform waits, the others go on
                log.exception("conversation broke", platform=self.platform.name)
                await self._note(ok=False, reason=f"connection lost ({type(error).__name__}); trying again")
                lasted = time.monotonic() - begun > REVIVE_AFTER
                pause = RECONNECT_AFTER if lasted else min(REVIVE_AFTER, pause * 2)
            await asyncio.sleep(pause)

    async def connect(self) -> None:
        """Raises PlatformDown, noted and told, when nothing can be posted there."""
        try:
            await self.platform.connect()
        except PlatformDown as error:
            await self._give_up(error)
            raise
        self.speaking[self.platform.name] = self.platform
        await self._over(f"platform {self.platform.name}", self._works)
        if not self._deaf:
            await self._note(ok=True, reason="")

    async def _watch(self) -> None:
        """Tell operators of a socket that says nothing, which is no error to anybody, and of its first word after that."""
        what, silent = f"silence {self.platform.name}", None
        while True:
            if heard := self.platform.heard:
                is_silent = self.now() - heard > readiness.HEARTBEAT_LATE
                if is_silent and not silent and not self._deaf:
                    await self._alarm(what, f"{self._name} is silent", _SILENT.format(f"{heard:%d %b %H:%M}"))
                if silent is not False and not is_silent:
                    await self._over(what, f"{self._name} is heard again")
                silent = is_silent
            await asyncio.sleep(LOOK_EVERY)

    async def _listen(self) -> None:
        """Until the conversation ends or a send finds that the platform needs a person."""
        talks = [asyncio.create_task(self.platform.listen(self.desk)), asyncio.create_task(self._until_down())]
        settling = asyncio.create_task(self._settle())
        try:
            done, _ = await asyncio.wait(talks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except PlatformDown as error:
            await self._give_up(error)
            raise
        finally:
            for task in (*talks, settling):
                task.cancel()
            await asyncio.gather(*talks, settling, return_exceptions=True)

    async def _until_down(self) -> None:
        while not self.platform.down:  # noqa: ASYNC110  # the platform's word is a property, so that platforms stay simple
            await asyncio.sleep(LOOK_EVERY)
        raise PlatformDown(self.platform.down)

    async def _settle(self) -> None:
        await asyncio.sleep(SETTLED)
        self._deaf = False
        await self._note(ok=True, reason="")
        await self._over(f"conversation {self.platform.name}", self._works)

    async def _give_up(self, error: PlatformDown) -> None:
        """On posting, too, where the platform takes nothing any more."""
        self._deaf = True
        if self.platform.down:
            self.speaking.pop(self.platform.name, None)
        log.error("platform down", platform=self.platform.name, reason=str(error))
        await self._note(ok=False, reason=str(error))
        what = f"{'platform' if self.platform.down else 'conversation'} {self.platform.name}"
        await self._alarm(what, f"{self._name} needs you", str(error))

    # What is said of it: a database that cannot be written now must end no conversation

    async def _alarm(self, what: str, title: str, line: str) -> None:
        with suppress(StoreDown):
            await self.store.alarm(what, (title, line, _AGAIN), self.now())

    async def _over(self, what: str, title: str) -> None:
        with suppress(StoreDown):
            await self.store.all_clear(what, (title, "Nothing need be done.", ""), self.now())

    async def _note(self, *, ok: bool, reason: str) -> None:
        with suppress(StoreDown):
            await self.store.note_platform(self.platform.name, ok=ok, reason=reason, now=self.now())

    @property
    def _name(self) -> str:
        return self.platform.name.capitalize()

    @property
    def _works(self) -> str:
        return f"{self._name} works again"


_AGAIN = "RegPulse goes on trying by itself."
_SILENT = (
    "It has given no sign of life since {} UTC, so nobody there is answered. Alerts go out as long as it takes them."
)
