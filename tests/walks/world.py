"""A whole RegPulse in a small world: real database file, real clients, real HTTP; only the far side is a stand-in."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import app, config
from bot.app import App
from bot.config import Config
from bot.model import Caller, Channel, Subscription
from bot.pipeline import Tally
from bot.platforms import clocks
from bot.platforms.terminal.adapter import Terminal
from bot.ports import Platform
from tests.standins.discord import DiscordServer
from tests.standins.feeds import FeedServer, Item, rss
from tests.standins.slack import SlackServer

CONFIG = Path(__file__).parent.parent.parent / "config"
SLACK = Channel("slack", "T1", "C1")
DISCORD = Channel("discord", "100", "200")

# Invented, and clearly about public power over AI.
NEWS = (
    (
        "Regulator opens first investigation under the EU AI Act into chatbot maker",
        "The European Commission opened a formal investigation into Examplar AI on Tuesday under the EU AI Act. "
        "The company must hand over its risk assessments by 15 December 2026. "
        "Fines under the act can reach 15 million euros or 3% of worldwide turnover. "
        "The AI Office said the chatbot may have failed to tell people that they were talking to a machine.",
    ),
    (
        "Governor signs bill requiring safety reports from frontier AI developers",
        "The governor of California signed a bill on Monday that requires developers of frontier AI models to publish "
        "safety reports. Developers must report critical safety incidents to the state within 15 days. "
        "The law takes effect on 1 January 2027. The attorney general can seek penalties of up to $1 million each time.",
    ),
    (
        "FTC orders seven companies to explain how AI companion chatbots treat children",
        "The Federal Trade Commission issued orders to seven companies on Thursday about their AI companion chatbots. "
        "The orders ask how the firms test the chatbots for harm to minors. "
        "The companies have 45 days to answer. The commission may open enforcement cases after the inquiry.",
    ),
)
OTHER = (
    ("Harbour town opens its new library", "The library opened on Saturday with a concert. Borrowing is free."),
    ("Striker signs for another season", "The club said the striker will stay until the summer of 2028."),
)
BACKGROUND = tuple((f"Local bakery wins prize number {n}", f"Judges praised loaf number {n}.") for n in range(12))


@dataclass
class World:
    """The stand-ins and the files; `opens()` gives a running app over them, as often as one likes."""

    folder: Path
    feeds: FeedServer
    slack: SlackServer | None = None
    discord: DiscordServer | None = None
    paths: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    documents: dict[str, list[Item]] = field(default_factory=dict)
    door: str = ""
    """The address feeds are asked at; "" for the feed server's own."""
    _loaded: dict[object, Config] = field(default_factory=dict)
    """By what was written: reading the registry takes a quarter of a second, and a world starts RegPulse many times."""

    def has_feed(self, name: str, items: Sequence[tuple[str, str]] = BACKGROUND, *, days_ago: float = 2) -> None:
        """A feed that has been there for a while."""
        self.documents[name] = []
        self.publishes(name, *items, days_ago=days_ago)

    def publishes(self, name: str, *items: tuple[str, str], days_ago: float = 0) -> None:
        """New items at the top of the feed's document."""
        when = datetime.now(UTC) - timedelta(days=days_ago)
        known = self.documents.setdefault(name, [])
        fresh = [
            Item(title=title, link=f"https://news.invalid/{name}/{len(known) + n}", summary=text, published=when)
            for n, (title, text) in enumerate(items)
        ]
        self.documents[name] = fresh + known
        self.feeds.publishes(f"/{name}.xml", self.document(name))
        if name not in self.paths:
            self.paths.append(name)

    def document(self, name: str) -> str:
        """The feed as it is served now."""
        return rss(name, self.documents[name])

    @property
    def feeds_file(self) -> Path:
        path = self.folder / "feeds.toml"
        rows = [
            f'[[feed]]\nid = "{name}"\nurl = "http://{self.door or self.feeds.address}/{name}.xml"\npoll_minutes = 0\n'
            for name in self.paths
        ]
        path.write_text("\n".join(rows), encoding="utf-8")
        return path

    @property
    def database(self) -> Path:
        return self.folder / "regpulse.db"

    def variables(self) -> dict[str, str]:
        """The environment of the program: tokens of the stand-ins there are, and their addresses."""
        found = {
            "REGPULSE_HTTP_ALLOW_PRIVATE": self.feeds.address,
            "REGPULSE_HTTP_TIMEOUT_SECONDS": "60",
            "REGPULSE_HTTP_HOST_GAP_SECONDS": "0",
            "REGPULSE_PEOPLE_LINES_A_MINUTE": "600",
        }
        if self.slack:
            found |= {
                "REGPULSE_SLACK_BOT_TOKEN": "xoxb-test",
                "REGPULSE_SLACK_APP_TOKEN": "xapp-test",
                "REGPULSE_SLACK_API_URL": self.slack.api_url,
            }
        if self.discord:
            found |= {
                "REGPULSE_DISCORD_TOKEN": "test.token",
                "REGPULSE_DISCORD_API_URL": self.discord.api_url,
                "REGPULSE_DISCORD_GATEWAY_URL": self.discord.gateway_url,
            }
        return found | self.environment

    def config(self) -> Config:
        feeds, variables = self.feeds_file, self.variables()
        written = (feeds.read_text(encoding="utf-8"), *sorted(variables.items()))
        if written not in self._loaded:
            self._loaded[written] = config.load(CONFIG, environment=variables, feeds=feeds, db=self.database)
        return self._loaded[written]

    def platforms(self, now: Callable[[], datetime] = clocks.machine) -> tuple[Platform, ...]:
        """Those of the configuration, without the pauses that real platforms ask for."""
        found = app.platforms_of(self.config(), Terminal(quiet=True), now)
        for platform in found:
            platform.pace = replace(platform.pace, per_second=1_000, channel_gap=timedelta(0), edits_per_second=1_000)  # type: ignore[misc]
        return found

    @asynccontextmanager
    async def opens(self) -> AsyncIterator[App]:
        """RegPulse, started on this world's files."""
        settings, platforms = self.config(), self.platforms()
        async with app.assembled(settings, platforms, alone=True) as running:
            yield running

    async def turns(self) -> tuple[Tally, list[tuple[str, str]]]:
        """`regpulse once --all`: the tally, and (channel, headline) of what was sent."""
        async with self.opens() as running:
            tally, sent = await app.once(running, everything=True)
        return tally, [(delivery.channel.id, brief.headline) for delivery, brief in sent]

    async def subscribes(self, channel: Channel, query: str = "everything") -> None:
        async with self.opens() as running:
            await running.store.subscribe(Subscription(channel, query, "tester", datetime.now(UTC)))

    async def says(self, line: str, channel: Channel = app.TERMINAL) -> str:
        """One line at the desk; what the person reads."""
        async with self.opens() as running:
            reply = await running.desk.answer(
                line, Caller(channel, "tester", "manager", operator=channel == app.TERMINAL)
            )
        return "\n".join([reply.text, *(f"{card.title}\n{card.lead}" for card in reply.cards)])


@asynccontextmanager
async def world(
    folder: Path, *, slack: bool = False, discord: bool = False, environment: Mapping[str, str] | None = None
) -> AsyncIterator[World]:
    """A small world that ends with the test."""
    async with AsyncExitStack() as stack:
        feeds = await stack.enter_async_context(FeedServer())
        made = World(folder, feeds, environment=dict(environment or {}))
        if slack:
            made.slack = await stack.enter_async_context(SlackServer())
        if discord:
            made.discord = await stack.enter_async_context(DiscordServer())
        yield made
