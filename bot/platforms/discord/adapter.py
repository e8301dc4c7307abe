"""Discord as a platform: posts through the REST API, is spoken to through the gateway."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import aiohttp
import discord
import structlog
import yarl
from discord import app_commands

from bot.core import blindness
from bot.errors import PlatformDown
from bot.model import Caller, Card, Channel, Delivery, Doubt, Later, Outcome, Pace, Refused, Reply, Sent, Verb
from bot.platforms.discord import embeds
from bot.ports import Desk

log = structlog.get_logger()

GROUP = "regpulse"
TIMEOUT = 60
"""Seconds one send may take, the library's own retries included."""

NONCE_WINDOW = timedelta(minutes=2)
"""How long the same nonce surely brings back the first message: "past few minutes", says the documentation."""

CANNOT_REPLY = 160002
"""Discord's code where the bot may not read the history of the channel it would reply in."""

_WEATHER = (aiohttp.ClientError, discord.HTTPException, discord.RateLimited, TimeoutError, ConnectionError)


discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak aloud


class Discord:
    """Implements `ports.Platform`. `api_url` is the REST base, with or without /api/v10; "" means Discord's own."""

    name = "discord"
    # 50 requests a second over all (rate-limits.mdx), some left for answers; 5 in 5 seconds to one channel.
    pace = Pace(per_second=40, channel_gap=timedelta(seconds=1))

    def __init__(self, token: str, *, api_url: str = "", gateway_url: str = "") -> None:
        self.down = ""
        self._token = token
        self._client: discord.Client | None = None
        # The library keeps both addresses as class attributes; there is one Discord in a process.
        if api_url:
            discord.http.Route.BASE = _base(api_url)
        if gateway_url:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)

    @property
    def heard(self) -> datetime | None:
        """The library ends a connection that is silent for a minute; this tells of one that does not come back."""
        beat = getattr(getattr(self._client, "ws", None), "_keep_alive", None)
        if beat is None:
            return None
        return datetime.now(UTC) - timedelta(seconds=time.perf_counter() - beat._last_recv)

    async def connect(self) -> None:
        """Log in over REST, which is enough to post. Raises PlatformDown when the token is refused."""
        await self.close()
        self.down = ""
        client = discord.Client(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=30,
        )
        try:
            await client.login(self._token)
        except discord.LoginFailure as error:
            await client.close()
            raise PlatformDown(self._refused_token()) from error
        except BaseException:
            await client.close()
            raise
        self._client = client

    def _refused_token(self) -> str:
        self.down = (
            "Discord refuses the token. Reset it under Bot in the developer portal and set REGPULSE_DISCORD_TOKEN."
        )
        return self.down

    async def close(self) -> None:
        if self._client:
            await self._client.close()
            self._client = None

    # Speaking

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        if self._client is None:
            return Later("not connected to Discord")
        channel = self._client.get_partial_messageable(int(delivery.channel.id))
        try:
            async with asyncio.timeout(TIMEOUT):
                return await _send(channel, delivery, card)
        except _WEATHER as error:
            return self._outcome(error)

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        if self._client is None:
            return Later("not connected to Discord")
        channel = self._client.get_partial_messageable(int(delivery.channel.id))
        message = channel.get_partial_message(int(delivery.message))
        try:
            async with asyncio.timeout(TIMEOUT):
                try:
                    await _edit(message, embeds.content(card), embeds.embed(card), card)
                except discord.HTTPException as error:
                    if error.status != 400:
                        raise
                    await _edit(message, embeds.plain(card), None, card)  # so was the message when it was posted
        except _WEATHER as error:
            return self._outcome(error)
        return Sent(delivery.message)

    def _outcome(self, error: Exception) -> Outcome:
        match error:
            case discord.Forbidden():
                return Refused(
                    f"Discord says: {error.text or 'forbidden'}",
                    "Give the bot View Channel, Send Messages and Embed Links in that channel.",
                )
            case discord.NotFound():
                return Refused(
                    f"Discord says: {error.text or 'unknown channel'}", "The channel is gone: subscribe another one."
                )
            case discord.RateLimited():
                return Later("Discord asks us to slow down", timedelta(seconds=error.retry_after))
            case discord.HTTPException(status=401):
                self._refused_token()
                return Later("the token is refused")
            case discord.HTTPException(status=429):
                return Later("Discord asks us to slow down", _retry_after(error))
            case discord.HTTPException(status=status) if status < 500:
                return Refused(f"Discord says: {error.text or status}", "This is a fault of RegPulse; see its log.")
            case aiohttp.ClientConnectorError():
                return Later("Discord cannot be reached")
            case _:
                return Doubt(f"the connection to Discord broke while posting ({type(error).__name__})")

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        """Soon after: the same nonce again, to which Discord answers with the first message. Later: a look at the history."""
        since = delivery.attempted or delivery.created
        if discord.utils.utcnow() - since < NONCE_WINDOW:
            return await self.send(delivery, card)
        return await self._look_back(delivery)

    async def _look_back(self, delivery: Delivery) -> Outcome:
        if self._client is None or self._client.user is None:
            return Doubt("not connected to Discord")
        channel = self._client.get_partial_messageable(int(delivery.channel.id))
        since = (delivery.attempted or delivery.created) - timedelta(minutes=1)
        try:
            async with asyncio.timeout(TIMEOUT):
                async for message in channel.history(limit=200, after=since):
                    if message.author.id == self._client.user.id and _carries(message, delivery):
                        return Sent(str(message.id))
        except discord.Forbidden:
            return Doubt("Discord does not let us read the channel's history", knowable=False)
        except discord.NotFound as error:
            return self._outcome(error)
        except _WEATHER as error:
            return Doubt(f"Discord cannot be reached ({type(error).__name__})")
        return Later("was not posted", timedelta(0))

    # Being spoken to

    async def listen(self, desk: Desk) -> None:
        client = self._client
        if client is None:
            return
        tree = app_commands.CommandTree(client)
        tree.add_command(_group(desk))

        @client.event
        async def on_interaction(interaction: discord.Interaction) -> None:
            if interaction.type is discord.InteractionType.component:
                line = str(dict(interaction.data or {}).get("custom_id", ""))
                if line.startswith(embeds.PREFIX):
                    await _answer(interaction, desk, line.removeprefix(embeds.PREFIX))

        try:
            await tree.sync()
            await client.connect()
        except discord.ConnectionClosed as error:
            if error.code == 4004:  # authentication failed (gateway close event codes)
                raise PlatformDown(self._refused_token()) from error
            raise


async def _send(channel: discord.PartialMessageable, delivery: Delivery, card: Card) -> Outcome:
    """As an embed; where Discord refuses it, without the reply or as plain text."""
    try:
        return await _post(channel, delivery, embeds.content(card), embeds.embed(card), card)
    except discord.HTTPException as error:
        if error.code == CANNOT_REPLY and delivery.follows:
            return await _send(channel, replace(delivery, follows=""), card)
        if error.status != 400:
            raise
        log.warning("discord refused the embed; sending plain text", delivery=delivery.id, reason=error.text[:200])
        return await _post(channel, replace(delivery, follows=""), embeds.plain(card), None, card)


async def _post(
    channel: discord.PartialMessageable, delivery: Delivery, content: str, embed: discord.Embed | None, card: Card
) -> Outcome:
    # The library sets enforce_nonce beside a nonce, so its own retries cannot post twice.
    message = await channel.send(
        content,
        embed=embed or discord.utils.MISSING,
        view=embeds.view(card.buttons) or discord.utils.MISSING,
        nonce=delivery.id,
        reference=cast(
            discord.MessageReference, _reference(delivery)
        ),  # None is its default, which its type leaves out
        allowed_mentions=discord.AllowedMentions.none(),
    )
    return Sent(str(message.id))


def _reference(delivery: Delivery) -> discord.MessageReference | None:
    """To the message it goes on from: a reply, which everyone in the channel sees; a plain message if that one is gone."""
    if not delivery.follows:
        return None
    return discord.MessageReference(
        message_id=int(delivery.follows), channel_id=int(delivery.channel.id), fail_if_not_exists=False
    )


async def _edit(message: discord.PartialMessage, content: str, embed: discord.Embed | None, card: Card) -> None:
    await message.edit(
        content=content,
        embed=embed,
        view=embeds.view(card.buttons),
        allowed_mentions=discord.AllowedMentions.none(),  # an edit without it parses mentions anew
    )


def _carries(message: discord.Message, delivery: Delivery) -> bool:
    """Whether this is the delivery's message: by its nonce where Discord repeats it, else by the story in its buttons."""
    if str(message.nonce or "") == delivery.id:
        return True
    if delivery.kind == "ops":
        return any((embed.footer.text or "").endswith(blindness.mark(delivery.story)) for embed in message.embeds)
    wanted = f"{embeds.PREFIX}{'story' if delivery.kind == 'correction' else 'evidence'} {delivery.story}"
    return any(
        getattr(item, "custom_id", "") == wanted for row in message.components for item in getattr(row, "children", ())
    )


def _group(desk: Desk) -> app_commands.Group:
    """`/regpulse`, with a subcommand for each verb of the desk."""
    group = app_commands.Group(name=GROUP, description="AI-regulation alerts: look up, subscribe, ask why")
    for verb in desk.verbs:
        group.add_command(_command(desk, verb))
    return group


def _command(desk: Desk, verb: Verb) -> app_commands.Command[app_commands.Group, ..., None]:
    callback: Callable[..., Awaitable[None]]
    if not verb.argument:

        async def bare(interaction: discord.Interaction) -> None:
            await _answer(interaction, desk, verb.name)

        callback = bare
    elif verb.argument.startswith("<"):

        @app_commands.describe(words=verb.argument)
        async def required(interaction: discord.Interaction, words: str) -> None:
            await _answer(interaction, desk, f"{verb.name} {words}")

        callback = required
    else:

        @app_commands.describe(words=verb.argument)
        async def optional(interaction: discord.Interaction, words: str = "") -> None:
            await _answer(interaction, desk, f"{verb.name} {words}")

        callback = optional
    return app_commands.Command(name=verb.name, description=verb.summary[:100], callback=callback)


async def _answer(interaction: discord.Interaction, desk: Desk, line: str) -> None:
    """Acknowledge first: Discord waits three seconds, and then fifteen minutes."""
    try:
        await interaction.response.defer(ephemeral=True, thinking=True)
        await _follow_up(interaction, await desk.answer(line, _caller(interaction)))
    except _WEATHER as error:
        log.warning("answer not delivered", platform="discord", reason=str(error)[:200])


async def _follow_up(interaction: discord.Interaction, reply: Reply) -> None:
    content, found = embeds.answer(reply)
    view = embeds.view(reply.buttons or (reply.cards[0].buttons if len(reply.cards) == 1 else ()))
    await interaction.followup.send(
        content,
        embeds=found,
        ephemeral=reply.private,
        view=view or discord.utils.MISSING,
        allowed_mentions=discord.AllowedMentions.none(),
    )


def _caller(interaction: discord.Interaction) -> Caller:
    """In a direct message everyone manages; in a server those who may manage the channel or the server."""
    rights = interaction.permissions
    manages = interaction.guild_id is None or rights.manage_channels or rights.manage_guild
    channel = Channel("discord", str(interaction.guild_id or ""), str(interaction.channel_id or ""))
    return Caller(
        channel, str(interaction.user.id), "manager" if manages else "member", name=interaction.user.display_name
    )


def _base(api_url: str) -> str:
    url = api_url.rstrip("/")
    if url.endswith("/api"):
        return f"{url}/v10"
    return url if yarl.URL(url).path not in ("", "/") else f"{url}/api/v10"


def _retry_after(error: discord.HTTPException) -> timedelta | None:
    wait = error.response.headers.get("Retry-After", "")
    return timedelta(seconds=float(wait)) if wait.replace(".", "", 1).isdigit() else None
