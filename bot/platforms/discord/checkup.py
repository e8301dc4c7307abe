"""What the bot asks for and what it has: the invite link, and what each subscribed channel still lacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import discord

from bot.model import Channel, Finding
from bot.platforms.discord.outcomes import WEATHER

ASKED: Mapping[str, str] = {
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
}
"""Every permission it is invited with, by the library's name, as Discord's settings show it."""

PERMISSIONS = discord.Permissions(**dict.fromkeys(ASKED, True))
SCOPES = ("bot", "applications.commands")


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the bot finds itself in it."""

    me: discord.Member
    channels: Mapping[int, discord.abc.GuildChannel]

    def rights(self, place: object) -> discord.Permissions | None:
        """Of the bot there, or in what the thread hangs on; None where it sees no such channel."""
        number = place.parent_id if isinstance(place, discord.Thread) else getattr(place, "id", 0)
        channel = self.channels.get(number)
        return channel.permissions_for(self.me) if channel else None


def known(client: discord.Client, space: str) -> Server | None:
    """As the gateway told of it."""
    guild = client.get_guild(int(space))
    if guild is None or guild.unavailable or guild.me is None:
        return None
    return Server(guild.me, {channel.id: channel for channel in guild.channels})


def invite(application: int) -> str:
    """The link by which a server takes the bot in, with exactly what it needs."""
    return discord.utils.oauth_url(application, permissions=PERMISSIONS, scopes=SCOPES)


async def examine(client: discord.Client, channels: Sequence[Channel]) -> tuple[Finding, ...]:
    """The link, and for each channel of a server what is missing there."""
    found = [Finding(True, f"discord: invite it with {invite(client.application_id or 0)}")]
    servers: dict[str, Server | Finding] = {}
    for channel in channels:
        if channel.space:
            if channel.space not in servers:
                servers[channel.space] = await _server(client, channel.space)
            found.append(await _channel(client, servers[channel.space], channel))
    return tuple(dict.fromkeys(found))


async def may_read(client: discord.Client, space: str, place: object) -> bool:
    """Whether what was written there may be read: without the right Discord answers as if nothing were.

    discord.com/developers/docs/resources/message#get-channel-messages. Raises what the library does where it cannot be asked.
    """
    if not space:
        return True
    rights = (await asked(client, space)).rights(place)
    return rights is not None and rights.read_message_history


async def asked(client: discord.Client, space: str) -> Server:
    """In three requests. Raises what the library does where it cannot be asked."""
    guild = await client.fetch_guild(int(space), with_counts=False)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    return Server(me, {channel.id: channel for channel in await guild.fetch_channels()})


async def _server(client: discord.Client, space: str) -> Server | Finding:
    try:
        return await asked(client, space)
    except (discord.NotFound, discord.Forbidden):
        return Finding(False, f"discord: not in the server {space}", "Invite it there with the link above.")
    except WEATHER as error:
        return _unreached(error)


async def _channel(client: discord.Client, server: Server | Finding, channel: Channel) -> Finding:
    if isinstance(server, Finding):
        return server
    place: object = server.channels.get(int(channel.id))
    try:
        place = place or await client.fetch_channel(int(channel.id))
    except discord.NotFound:
        return Finding(False, f"discord: channel {channel.id} is gone", "Subscribe another channel.")
    except discord.Forbidden:
        return _lacking(f"channel {channel.id}", ("view_channel",))
    except WEATHER as error:
        return _unreached(error)
    rights = server.rights(place)
    if rights is None:
        return _lacking(f"channel {channel.id}", ("view_channel",))
    missing = tuple(name for name in _needed(place) if not getattr(rights, name))
    name = getattr(place, "name", channel.id)
    return _lacking(f"#{name}", missing) if missing else Finding(True, f"discord: may post in #{name}")


def _needed(place: object) -> Iterator[str]:
    """In a forum and in a thread one speaks within threads."""
    threads = isinstance(place, discord.Thread)
    for name in ASKED:
        if name == "send_messages" and threads:
            continue
        if name == "send_messages_in_threads" and not threads and not isinstance(place, discord.ForumChannel):
            continue
        yield name


def _lacking(where: str, missing: Sequence[str]) -> Finding:
    names = ", ".join(ASKED[name] for name in missing)
    return Finding(
        False,
        f"discord: {where} lacks {names}",
        "Allow it for the bot's role under Edit Channel, Permissions, or invite the bot anew with the link above.",
    )


def _unreached(error: Exception) -> Finding:
    return Finding(False, f"discord: cannot be asked ({type(error).__name__})", "Check the network and try again.")
