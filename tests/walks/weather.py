"""A RegPulse that is told what time it is, for tests of how platforms misbehave: waiting costs nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app, dispatch, pipeline
from bot.app import App, conversing
from bot.model import Caller, Channel, Subscription
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

CHANNELS = {"slack": SLACK, "discord": DISCORD}
SECOND = {"slack": Channel("slack", "T1", "C2"), "discord": Channel("discord", "100", "201")}
OPS = {"slack": "slack:T1:COPS", "discord": "discord:100:290"}
PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])


@dataclass
class Weather:
    """One platform, with a channel that hears everything, and operators in a channel of the same platform."""

    made: World
    app: App
    platform: str
    ahead: timedelta = timedelta(0)
    """How far its clock was put on."""

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.platform]

    @property
    def slack(self) -> SlackServer:
        assert self.made.slack
        return self.made.slack

    @property
    def discord(self) -> DiscordServer:
        assert self.made.discord
        return self.made.discord

    @property
    def far(self) -> SlackServer | DiscordServer:
        return self.slack if self.platform == "slack" else self.discord

    async def subscribes(self, channel: Channel) -> None:
        await self.app.store.subscribe(Subscription(channel, "everything", "tester", self.now))

    async def hears(self, *news: int) -> None:
        """These come in, and are on their way to whoever subscribed."""
        self.made.publishes("one", *(NEWS[number] for number in news), days_ago=-self.ahead / timedelta(days=1))
        await pipeline.turn(self.app.room, everything=True)

    async def sends(self, **later: float) -> None:
        """What is due, then all that is due at each step of so much time."""
        self.ahead += timedelta(**later)
        await dispatch.flush(self.app.outbox)

    async def told(self, news: int = 0) -> None:
        """It comes in and is sent as far as it goes now."""
        await self.hears(news)
        await self.sends()

    def posted(self, channel: Channel | None = None) -> list[str]:
        """The headlines that stand in the channel, as often as they do."""
        texts = [str(one) for one in self.far.channel((channel or self.channel).id).messages]
        return [title for text in texts for title, _ in NEWS if title in text]

    def states(self) -> list[str]:
        """Of all deliveries."""
        with closing(sqlite3.connect(self.made.database)) as db:
            return [state for (state,) in db.execute("SELECT state FROM deliveries ORDER BY state")]

    async def operators(self) -> list[str]:
        """All that operators were told so far."""
        await dispatch.inform(self.app.outbox)
        return [str(one) for one in self.far.channel(OPS[self.platform].rpartition(":")[2]).messages]

    async def why(self, news: int) -> str:
        """What people of the channel read of it when they ask."""
        (link,) = [one.link for one in self.made.documents["one"] if one.title == NEWS[news][0]]
        return (await self.app.desk.answer(f"why {link}", Caller(self.channel, "tester", "admin"))).text

    async def says(self, line: str) -> str:
        """At the machine's own command line; what is read there."""
        return (await self.app.desk.answer(line, Caller(app.TERMINAL, "tester", "admin", operator=True))).text


@asynccontextmanager
async def weather(
    folder: Path, platform: str, *, also: str = "", environment: Mapping[str, str] | None = None, wrong: bool = False
) -> AsyncIterator[Weather]:
    """Connected, its first look at the feed behind it. `also` is another platform that is there.

    What is put on is time that passed, and the platforms' own clocks do not show it; or this machine's clock is `wrong`.
    """
    sides = {name: name in (platform, also) for name in ("slack", "discord")}
    given = {"REGPULSE_OPS_CHANNEL": OPS[platform]} | dict(environment or {})
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(world(folder, **sides, environment=given))
        made.has_feed("one")
        begun = Weather(made, None, platform)  # type: ignore[arg-type]  # set below
        platforms = made.platforms(lambda: begun.now) if wrong else made.platforms()
        opened = app.assembled(made.config(), platforms, alone=True, now=lambda: begun.now)
        begun.app = await stack.enter_async_context(opened)
        await begun.subscribes(begun.channel)
        for one in begun.app.platforms:
            await talk(begun, one.name).connect()
        await pipeline.turn(begun.app.room, everything=True)
        yield begun


def talk(begun: Weather, platform: str = "") -> conversing.Conversation:
    """As the program holds it."""
    running = begun.app
    (one,) = [one for one in running.platforms if one.name == (platform or begun.platform)]
    return conversing.Conversation(one, running.store, running.desk, running.speaking, lambda: begun.now)


@asynccontextmanager
async def heard(here: Weather) -> AsyncIterator[None]:
    """While Discord's gateway tells of the server."""
    listening = asyncio.create_task(talk(here).platform.listen(here.app.desk))
    await asyncio.wait_for(here.discord.ready.wait(), 300)
    yield
    here.discord.ready.clear()
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
