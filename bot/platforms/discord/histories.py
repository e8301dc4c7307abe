"""Where what was posted can be found again: in servers that let us read back wherever we may post."""

import time

import discord

AGAIN = 600.0
"""Seconds until a server's rights are read anew: people change them."""


class Histories:
    """Of a client's servers, as the gateway tells of them; nothing is asked for."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._looked: dict[str, float] = {}
        self._readable: set[str] = set()

    @property
    def readable(self) -> frozenset[str]:
        """Direct messages, which are nobody's server, always are."""
        return frozenset(self._readable | {""})

    def look(self, space: str) -> None:
        guild = self._client.get_guild(int(space)) if space else None
        if guild is None or guild.unavailable or guild.me is None:
            return
        now = time.monotonic()
        if now - self._looked.get(space, -AGAIN) < AGAIN:
            return
        self._looked[space] = now
        if _may_read_back(guild):
            self._readable.add(space)
        else:
            self._readable.discard(space)


def _may_read_back(guild: discord.Guild) -> bool:
    rights = (channel.permissions_for(guild.me) for channel in guild.channels)
    return all(one.read_message_history for one in rights if one.view_channel and one.send_messages)
