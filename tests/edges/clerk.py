"""A desk that says what it was told to say, and a RegPulse in Discord that listens for it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.model import Caller, Channel, Choice, Form, Home, Option, Reply, Verb
from bot.platforms.discord.adapter import Discord
from tests.standins.discord import DiscordServer

CADENCE = (Choice("now", "At once"), Choice("hourly"), Choice("daily 09:00", "Every day at nine"))
WORDS = Option("words", "What to be told of.", "query", required=True)
EVERY = Option("every", "When it speaks.", "choice", named=True, choices=CADENCE)
NAME = Option("name", "What it is called.", named=True)
MENTION = Option("mention", "A role to mention.", "mention", named=True)
SINCE = Option("mention-from", "From which importance on.", named=True)
STAGES = Option("stages", "Only moves from stage to stage.", "choice", named=True, choices=(Choice("only"),))
BACKFILL = Option("backfill", "How many of the latest to send.", "number", named=True)
NUMBER = Option("number", "How many.", "number")
SUBSCRIPTION = Option("subscription", "Which one.", "subscription", required=True)

SUBSCRIBE = Verb(
    "subscribe", "<words> …", "Send matching stories here.", "subscribe ai", manages=True,
    options=(WORDS, EVERY, NAME, MENTION, SINCE, STAGES, BACKFILL),
)  # fmt: skip
UNSUBSCRIBE = Verb("unsubscribe", "<which>", "Stop one.", "unsubscribe 3", manages=True, options=(SUBSCRIPTION,))
LATEST = Verb("latest", "[number]", "The newest stories.", "latest 5", options=(NUMBER,))
SEARCH = Verb("search", "<words>", "Look for stories.", "search ai", options=(WORDS,))
STATUS = Verb("status", "", "What works.", "status")
MY = Verb(
    "my", "<line>", "For your own messages.", "my latest", options=(Option("line", "What to do.", required=True),)
)
TABLE = (SUBSCRIBE, UNSUBSCRIBE, LATEST, SEARCH, STATUS, MY)


@dataclass
class Clerk:
    """Implements `ports.Desk`; `said` is every line it answered, with who said it."""

    verbs: tuple[Verb, ...] = TABLE
    replies: dict[str, Reply] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    said: list[tuple[str, Caller]] = field(default_factory=list)
    asked: list[tuple[str, str, str]] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    """Answers wait for it; it stands open."""
    slow_forms: bool = False
    known: set[str] = field(default_factory=set)
    """What came, by its platform's name for it."""
    alive: list[Channel] = field(default_factory=list)
    """Channels that gave a sign of life."""

    def __post_init__(self) -> None:
        self.gate.set()

    @property
    def lines(self) -> list[str]:
        return [line for line, _ in self.said]

    async def answer(self, line: str, caller: Caller) -> Reply:
        line = self.kept.get(line, line)
        self.said.append((line, caller))
        await self.gate.wait()
        return self.replies.get(line, Reply(f"You said: {line}"))

    async def form(self, line: str, caller: Caller) -> Form | None:
        if self.slow_forms:
            await asyncio.Event().wait()
        return self.forms.get(self.kept.get(line, line))

    async def suggest(self, verb: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        self.asked.append((verb, option, typed))
        return self.choices

    async def home(self, caller: Caller) -> Home:
        return Home((), ())

    async def keep(self, line: str) -> str:
        key = f"={len(self.kept) + 1}"
        own = "my " if self.personal(line) else ""
        self.kept[own + key] = line
        return own + key

    async def first(self, key: str) -> bool:
        new = key not in self.known
        self.known.add(key)
        return new

    async def answers(self, channel: Channel) -> None:
        self.alive.append(channel)

    def personal(self, line: str) -> bool:
        return line.startswith("my ")


@asynccontextmanager
async def listening(discord: DiscordServer, clerk: Clerk, *, guilds: Sequence[int] = ()) -> AsyncIterator[Discord]:
    """A RegPulse in Discord whose desk is the clerk."""
    bot = Discord("test.token", api_url=discord.api_url, gateway_url=discord.gateway_url, guilds=guilds)
    await bot.connect()
    talk = asyncio.create_task(bot.listen(clerk))
    ready = asyncio.create_task(discord.ready.wait())
    await asyncio.wait((talk, ready), timeout=300, return_when=asyncio.FIRST_COMPLETED)
    assert not talk.done(), talk
    try:
        yield bot
    finally:
        discord.ready.clear()
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)
        await bot.close()
