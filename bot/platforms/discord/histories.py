"""Where what was posted can be found again: in channels that let us read back, by our rights in their server."""

import asyncio
import time

import discord

from bot.model import Traceable
from bot.platforms.discord import checkup
from bot.platforms.discord.outcomes import WEATHER

AGAIN = 600.0
"""Seconds until a server's rights are read anew: people change them."""

WITHIN = 5.0
"""Seconds that a server is asked for them where the gateway has not told of it: a message waits for that."""


class Histories:
    """Of the servers that were written to."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._looked: dict[str, float] = {}
        self._closed: dict[str, frozenset[str]] = {}
        """By server, the channels in which we may post, and not read back."""
        self._threads: set[str] = set()
        """Those that hang on such a channel."""

    @property
    def traceable(self) -> Traceable:
        """Direct messages, which are in nobody's server, always are."""
        return Traceable(frozenset(("", *self._closed)), frozenset(self._threads.union(*self._closed.values())))

    async def look(self, space: str) -> None:
        now = time.monotonic()
        if not space or now - self._looked.get(space, -AGAIN) < AGAIN:
            return
        self._looked[space] = now
        server = checkup.known(self._client, space)
        try:
            async with asyncio.timeout(WITHIN):
                server = server or await checkup.asked(self._client, space)
        except WEATHER:  # the message itself will meet it
            del self._looked[space]
            return
        rights = {str(number): channel.permissions_for(server.me) for number, channel in server.channels.items()}
        self._closed[space] = frozenset(number for number, had in rights.items() if _is_closed(had))

    def note(self, place: object) -> None:
        """Of a server that was looked at, what is written to is a thread of."""
        if isinstance(place, discord.Thread):
            closed = str(place.parent_id) in self._closed.get(str(place.guild.id), frozenset())
            (self._threads.add if closed else self._threads.discard)(str(place.id))


def _is_closed(rights: discord.Permissions) -> bool:
    posts = rights.send_messages or rights.send_messages_in_threads
    return rights.view_channel and posts and not rights.read_message_history
