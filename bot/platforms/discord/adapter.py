"""Discord as a platform: posts through the REST API, is spoken to through the gateway."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import discord
import yarl

from bot.errors import PlatformDown
from bot.model import Card, Channel, Delivery, Doubt, Finding, Later, Outcome, Pace, Traceable
from bot.platforms import clocks, reaching
from bot.platforms.discord import checkup, gateway
from bot.platforms.discord.gate import gate
from bot.platforms.discord.gateway import Gateway
from bot.platforms.discord.listening import Conversation
from bot.platforms.discord.outcomes import LOCKED_OUT, WEATHER, LockedOut
from bot.platforms.discord.posting import Posting
from bot.ports import Desk

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # we never speak aloud


class Discord:
    """Implements `ports.Platform`. `api_url` is the REST base, with or without /api/v10; "" means Discord's own.

    `guilds` are the servers whose own commands are registered; without any they are registered for all.
    """

    name = "discord"
    # 50 requests a second over all, answers to people not counted (rate-limits.mdx), which `gate` keeps: some are left
    # for a network that lets what was sent evenly arrive in a heap. 5 in 5 seconds to one channel.
    pace = Pace(per_second=47, channel_gap=timedelta(seconds=1), edits_per_second=10)

    def __init__(
        self,
        token: str,
        *,
        api_url: str = "",
        gateway_url: str = "",
        guilds: Sequence[int] = (),
        now: Callable[[], datetime] = clocks.machine,
    ) -> None:
        self.down = ""
        self._ahead = clocks.Ahead(now)
        self._token = token
        self._guilds = guilds
        self._client: discord.Client | None = None
        self._posting: Posting | None = None
        self._gateway: Gateway | None = None
        # The library keeps both addresses as class attributes; there is one Discord in a process.
        if api_url:
            discord.http.Route.BASE = _base(api_url)
        if gateway_url:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)

    @property
    def ahead(self) -> timedelta | None:
        return self._ahead.by

    @property
    def heard(self) -> datetime | None:
        return self._gateway.heard if self._gateway else None

    @property
    def traceable(self) -> Traceable:
        """By its rights; the nonce would tell of any message, but only for the minutes that a restart takes."""
        return self._posting.traceable if self._posting else Traceable(frozenset())

    async def connect(self) -> None:
        """Log in over REST, which is enough to post. Raises PlatformDown when the token is refused, and Unreached."""
        await self.close()
        self.down = ""
        client = discord.Client(
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            max_ratelimit_timeout=30,
            heartbeat_timeout=gateway.SILENT,
            http_trace=self._ahead.listening(gate(self.pace.per_second)),
        )
        try:
            await client.login(self._token)
        except discord.LoginFailure as error:
            await client.close()
            self._refused()
            raise LockedOut from error
        except BaseException as error:
            await client.close()
            match error:
                case discord.HTTPException():
                    raise reaching.in_trouble(error.status) from error
                case _ if isinstance(error, WEATHER):
                    raise reaching.unreached(error) from error
                case _:
                    raise
        self._client, self._posting = client, Posting(client, self._refused, self._ahead)

    async def close(self) -> None:
        if self._posting:
            await self._posting.close()
            self._posting = None
        if self._client:
            await self._client.close()
            self._client = None

    async def listen(self, desk: Desk) -> None:
        if self._client is None or self._posting is None:
            return
        self._posting.desk = desk
        self._gateway = Gateway(self._client, self.heard)
        try:
            await Conversation(self._client, desk, self._gateway, guilds=self._guilds).hold()
        except LockedOut:
            self._refused()
            raise
        except PlatformDown:
            await self.connect()  # the library closed the client; what is to be posted needs one
            raise

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        if self._posting is None:
            return Later("not connected to Discord")
        return await self._posting.send(delivery, card)

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        if self._posting is None:
            return Later("not connected to Discord")
        return await self._posting.edit(delivery, card)

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        if self._posting is None:
            return Doubt("not connected to Discord")
        return await self._posting.resolve(delivery, card)

    async def examine(self, channels: Sequence[Channel]) -> tuple[Finding, ...]:
        """Whom to invite it by, and what it lacks in each of these channels; for a client that is logged in."""
        return await checkup.examine(self._client, channels) if self._client else ()

    def _refused(self) -> None:
        self.down = LOCKED_OUT


def _base(api_url: str) -> str:
    url = api_url.rstrip("/")
    if url.endswith("/api"):
        return f"{url}/v10"
    return url if yarl.URL(url).path not in ("", "/") else f"{url}/api/v10"
