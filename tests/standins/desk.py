"""A desk that says what it is told to, and remembers who said what to it: for tests of how platforms carry lines."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

from bot.model import Caller, Channel, Choice, Form, Home, Option, Reply, Subscription, Verb

SUBSCRIBE = Verb(
    "subscribe",
    "<words> [every:]",
    "Send matching stories to this channel.",
    'subscribe "EU AI Act"',
    manages=True,
    options=(
        Option("words", "What to be told of.", "query", required=True),
        Option("every", "When.", "choice", named=True, choices=(Choice("now"), Choice("daily 09:00", "Daily at nine"))),
        Option("source", "From which source.", "source", named=True),
        Option("mention", "Whom to mention.", "mention", named=True),
        Option("backfill", "How many of the latest.", "number", named=True),
    ),
)
EDIT = Verb(
    "edit", "<number> <words>", "Change a subscription.", "edit 3 eu", manages=True, options=(
        Option("subscription", "Which one.", "subscription", required=True),
        Option("words", "What to be told of.", "query"),
    ),
)  # fmt: skip
HELP = Verb("help", "[verb]", "What you can say.", "help subscribe")
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


class ScriptedDesk:
    """`replies` by line; what is not in it is answered with the line itself."""

    verbs = (HELP, SUBSCRIBE, EDIT)

    def __init__(self) -> None:
        self.replies: dict[str, Reply] = {}
        self.heard: list[tuple[str, Caller]] = []
        self.subscriptions: list[Subscription] = []
        self.known: set[str] = set()
        self.alive: list[Channel] = []
        self.filled: dict[str, str] = {}
        """What stands in every form already."""
        self.waits: asyncio.Event | None = None
        """Answers wait for it where it is set."""

    async def answer(self, line: str, caller: Caller) -> Reply:
        self.heard.append((line, caller))
        if self.waits:
            await self.waits.wait()
        return self.replies.get(line) or Reply(f"You said: {line}")

    async def form(self, line: str, caller: Caller) -> Form | None:
        own = "my " if line.startswith("my ") else ""
        word, _, rest = line.removeprefix(own).partition(" ")
        if word == "form":
            word, _, rest = rest.partition(" ")
        elif rest or word not in ("subscribe", "edit"):
            return None
        verb = next(verb for verb in self.verbs if verb.name == word)
        first = verb.options[0].name
        shown = replace(verb, name=own + verb.name)
        return Form(shown, f"{word.capitalize()} here", ((first, rest),) if rest else tuple(self.filled.items()))

    async def suggest(self, verb: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        known = (Choice("eu-ai-office", "EU AI Office"), Choice("ftc", "Federal Trade Commission"))
        return tuple(one for one in known if typed.lower() in str(one).lower() or typed == one.value)

    async def home(self, caller: Caller) -> Home:
        places: dict[Channel, tuple[Subscription, ...]] = {caller.channel: ()}
        for one in self.subscriptions:
            places[one.channel] = (*places.get(one.channel, ()), one)
        return Home(tuple(places.items()), tuple(caller.rank != "guest" for _ in places), ("42 of 44 sources healthy",))

    async def keep(self, line: str) -> str:
        return f"={len(line)}"

    async def first(self, key: str) -> bool:
        new = key not in self.known
        self.known.add(key)
        return new

    async def answers(self, channel: Channel) -> None:
        self.alive.append(channel)

    def personal(self, line: str) -> bool:
        return line.startswith("my ")
