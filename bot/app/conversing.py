"""Keeps each platform connected and listened to, tries again what ended, and tells operators once of what needs them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from bot.core import readiness
from bot.errors import PlatformDown, StoreDown, Unreached
from bot.ports import Desk, Platform, Store

log = structlog.get_logger()

RECONNECT_AFTER = 10.0
"""Seconds before a platform whose conversation ended is tried again: twice as long each time it ends at once again."""

REVIVE_AFTER = 300.0
"""Seconds before a platform that needs a person is tried again, and the longest of the pauses above."""

LOOK_EVERY = 1.0
"""Seconds between two looks at whether it is heard."""

SETTLED = 5.0
"""Seconds after which a conversation without a socket counts as well: an address is refused at once, or nearly."""


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
    _patience: float = 0.0
    """Seconds longer than SETTLED, where a refusal took so long."""
    _owed: dict[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)
    """What is to be written of it, the last of its kind, until it was."""

    async def hold(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._talk())
            group.create_task(self._watch())

    async def _talk(self) -> None:
        pause = RECONNECT_AFTER
        while True:
            begun = asyncio.get_running_loop().time()
            try:
                await self.connect()
                await self._listen()
                pause = RECONNECT_AFTER
            except PlatformDown:
                pause = REVIVE_AFTER
            except Exception as error:
                await self._broke(error)
                lasted = asyncio.get_running_loop().time() - begun > REVIVE_AFTER
                pause = RECONNECT_AFTER if lasted else min(REVIVE_AFTER, pause * 2)
            await asyncio.sleep(pause)

    async def reach(self) -> None:
        """Connect for one turn, where that can be: what stands in the way is noted, and no other platform's trouble."""
        try:
            await self.connect()
        except StoreDown:
            raise
        except PlatformDown:
            pass
        except Exception as error:
            await self._broke(error)

    async def connect(self) -> None:
        """Raises PlatformDown, noted and told, when nothing can be posted there, and Unreached."""
        try:
            await self.platform.connect()
        except PlatformDown as error:
            await self._give_up(error)
            raise
        self.speaking[self.platform.name] = self.platform
        await self._over(f"platform {self.platform.name}", self._works)
        if not self._deaf:
            await self._note(ok=True, reason="")

    async def _broke(self, error: Exception) -> None:
        """Weather or a bug: this platform waits, the others go on."""
        if isinstance(error, Unreached):
            log.warning("platform not reached", platform=self.platform.name, reason=str(error))
            await self._note(ok=False, reason=f"{error}; it is tried again by itself")
        else:
            log.error("conversation broke", platform=self.platform.name, exc_info=error)
            await self._note(ok=False, reason=f"connection lost ({type(error).__name__}); trying again")

    async def _watch(self) -> None:
        """Tell operators of a socket that says nothing, which is no error to anybody, and of its first word after that."""
        what, told = f"silence {self.platform.name}", None
        while True:
            await self._write_owed()
            if heard := self.platform.heard:
                is_silent = self.now() - heard > readiness.HEARTBEAT_LATE
                if is_silent and not told and not self._deaf:
                    await self._alarm(what, f"{self._name} is silent", _SILENT.format(f"{heard:%d %b %H:%M}"))
                    told = True
                elif not is_silent and told is not False:
                    await self._over(what, f"{self._name} is heard again")
                    told = False
            await asyncio.sleep(LOOK_EVERY)

    async def _listen(self) -> None:
        """Until the conversation ends or a send finds that the platform needs a person."""
        talks = [asyncio.create_task(self.platform.listen(self.desk)), asyncio.create_task(self._until_down())]
        settling, begun = asyncio.create_task(self._settle()), asyncio.get_running_loop().time()
        try:
            done, _ = await asyncio.wait(talks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        except PlatformDown as error:
            if not self.platform.down:
                self._patience = min(REVIVE_AFTER, 2 * (asyncio.get_running_loop().time() - begun))
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
        """With the first sign of life since it began; without a socket, when it lasts longer than any refusal took."""
        begun, before = asyncio.get_running_loop().time(), self.platform.heard
        while (heard := self.platform.heard) == before:
            if heard is None and asyncio.get_running_loop().time() - begun > max(SETTLED, self._patience):
                break
            await asyncio.sleep(LOOK_EVERY)
            before = before or self.platform.heard
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

    # What is said of it: a database that cannot be written now must end no conversation, and is told of it later

    async def _alarm(self, what: str, title: str, line: str) -> None:
        await self._write(what, lambda: self.store.alarm(what, (title, line, _AGAIN), self.now()))

    async def _over(self, what: str, title: str) -> None:
        await self._write(what, lambda: self.store.all_clear(what, (title, "Nothing need be done.", ""), self.now()))

    async def _note(self, *, ok: bool, reason: str) -> None:
        name = self.platform.name
        await self._write(name, lambda: self.store.note_platform(name, ok=ok, reason=reason, now=self.now()))

    async def _write(self, what: str, written: Callable[[], Awaitable[object]]) -> None:
        self._owed[what] = written
        await self._write_owed()

    async def _write_owed(self) -> None:
        for what in tuple(self._owed):
            if written := self._owed.get(what):
                with suppress(StoreDown):
                    await written()
                    if self._owed.get(what) is written:  # nothing newer came meanwhile
                        del self._owed[what]

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
