"""Signs that a place is open to us again: we were let in, given a right, a channel or thread was opened."""

import discord

from bot.model import Channel
from bot.ports import Desk


def watch(client: discord.Client, desk: Desk) -> None:
    """From now on the desk is told, so that what waits for such a place is tried at once. Needs no intent but `guilds`."""

    async def on_guild_available(guild: discord.Guild) -> None:
        await _whole(guild)

    async def on_guild_join(guild: discord.Guild) -> None:
        await _whole(guild)

    async def on_guild_role_update(before: discord.Role, after: discord.Role) -> None:
        if before.permissions != after.permissions:
            await _whole(after.guild)

    async def on_member_update(before: discord.Member, after: discord.Member) -> None:
        if after == after.guild.me and before.roles != after.roles:
            await _whole(after.guild)

    async def on_guild_channel_update(before: discord.abc.GuildChannel, after: discord.abc.GuildChannel) -> None:
        if before.overwrites != after.overwrites:
            await desk.answers(Channel("discord", str(after.guild.id), str(after.id)))

    async def on_thread_update(before: discord.Thread, after: discord.Thread) -> None:
        if (before.archived, before.locked) != (after.archived, after.locked):
            await desk.answers(Channel("discord", str(after.guild.id), str(after.id)))

    async def _whole(guild: discord.Guild) -> None:
        await desk.answers(Channel("discord", str(guild.id), ""))

    for listener in (
        on_guild_available, on_guild_join, on_guild_role_update, on_member_update, on_guild_channel_update,
        on_thread_update,
    ):  # fmt: skip
        client.event(listener)
