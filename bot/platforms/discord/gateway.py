"""The gateway through which Discord reaches us: whether it is alive, and what it means that it was closed."""

import asyncio
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import discord

from bot.errors import PlatformDown
from bot.platforms.discord.outcomes import LockedOut

SILENT = 60.0
"""Seconds without a word from Discord, after which the library opens a new connection. It beats about every 41."""

LOST = 180.0
"""Seconds without one in a session, after which everything is begun anew."""

LOOK = 1.0

# Close codes after which the same would only be refused again (opcodes-and-status-codes.mdx, "Gateway Close Event Codes").
_NEEDS_A_PERSON: Mapping[int, str] = {
    4010: "Discord refuses the shard RegPulse named. This is a fault of RegPulse; see its log.",
    4011: "Discord wants a bot on so many servers to be sharded, which RegPulse cannot do. Remove it from some.",
    4012: "Discord no longer serves the version of its gateway that RegPulse uses. Install a newer RegPulse.",
    4013: "Discord does not know an intent that RegPulse asks for. Install a newer RegPulse.",
    4014: "Discord does not allow an intent that RegPulse asks for. Look under Bot, Privileged Gateway Intents.",
}
_ONLY_DEAF = "{} Until then nobody in Discord can be answered; alerts still go out."


class Gateway:
    """Of a client that is logged in. `heard` is when it last gave a sign of life, or when we began to wait for one."""

    def __init__(self, client: discord.Client, heard: datetime | None = None) -> None:
        self.connected = asyncio.Event()
        """Set with the first session: from then on the servers are known."""
        self._client = client
        self._in_session = False
        self._heard = heard
        self._beat: float | None = None
        for listener in (self.on_connect, self.on_resumed, self.on_disconnect):
            client.event(listener)

    @property
    def heard(self) -> datetime | None:
        """Greetings alone are none: a gateway may accept connection after connection and never let us in."""
        beat = getattr(getattr(self._client, "ws", None), "_keep_alive", None)
        if self._in_session and beat is not None and beat._last_recv != self._beat:
            self._beat = beat._last_recv
            self._heard = datetime.now(UTC) - timedelta(seconds=time.perf_counter() - beat._last_recv)
        return self._heard

    async def hold(self) -> None:
        """Until cancelled. Raises PlatformDown when a person must act, `LockedOut` when nothing can be posted either;
        ConnectionError when Discord says nothing any more."""
        self._heard = self._heard or datetime.now(UTC)
        session, watch = asyncio.ensure_future(self._client.connect()), asyncio.ensure_future(self._until_silent())
        try:
            await asyncio.wait((session, watch), return_when=asyncio.FIRST_COMPLETED)
            await (session if session.done() else watch)
        except discord.PrivilegedIntentsRequired as error:
            raise PlatformDown(_ONLY_DEAF.format(_NEEDS_A_PERSON[4014])) from error
        except discord.ConnectionClosed as error:
            if error.code == 4004:  # authentication failed
                raise LockedOut from error
            if error.code in _NEEDS_A_PERSON:
                raise PlatformDown(_ONLY_DEAF.format(_NEEDS_A_PERSON[error.code])) from error
            raise
        finally:
            session.cancel()
            watch.cancel()
            await asyncio.gather(session, watch, return_exceptions=True)

    async def _until_silent(self) -> None:
        """A connection that was greeted, and whose session was never begun, the library keeps for ever."""
        begun = datetime.now(UTC)
        while datetime.now(UTC) - max(begun, self.heard or begun) < timedelta(seconds=LOST):  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
        raise ConnectionError("Discord's gateway says nothing any more")

    async def on_connect(self) -> None:
        self._in_session = True
        self.connected.set()

    async def on_resumed(self) -> None:
        self._in_session = True

    async def on_disconnect(self) -> None:
        self._in_session = False
