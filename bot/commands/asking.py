"""What every handler is given: a question as it was asked, and what there is to answer it with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.commands import typed
from bot.commands.outside import Outside
from bot.commands.permitting import LOCAL, Gate
from bot.commands.turns import Turns
from bot.core import catalogue
from bot.core.text import clean, shorten
from bot.core.vocabulary import Vocabulary
from bot.errors import UserError
from bot.model import Brief, Button, Caller, Channel, Feed, Preset, Reply, Story
from bot.ports import Store

OWN = "my"
"""What a line opens with that is about the caller's own direct messages."""

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """What follows the verb, who asks, and whether it is about their own direct messages."""

    rest: str
    caller: Caller
    own: bool = False

    def line(self, text: str) -> str:
        """The line that is about the same place as this one."""
        return f"{OWN} {text}" if self.own else text

    @property
    def who(self) -> str:
        """As an announcement names them."""
        if self.caller.operator:
            return "The operator"
        if self.caller.channel.direct and not self.own:
            return "You"
        return shorten(clean(self.caller.name), LONGEST_NAME) or "Someone"

    @property
    def whom(self) -> str:
        """Who hears what is asked for."""
        return "you" if self.own else place(self.caller.channel)


def place(channel: Channel) -> str:
    """As an answer there names it."""
    return "this conversation" if channel.direct else "this channel"


def aloud(asked: Asked, text: str, undo: str) -> Reply:
    """A change, announced where it counts, with a button that undoes it; of one's own messages, to oneself."""
    return Reply(text, buttons=(Button("Undo", undo),), private=asked.own)


Handler = Callable[[Asked], Awaitable[Reply]]


async def nothing(last_turn: datetime | None) -> tuple[str, ...]:
    """Of a desk beside which no work is done."""
    return ()


@dataclass(frozen=True, slots=True)
class Means:
    """`brief_now` gives a story's brief, written on the spot where there is none. `feeds` are the configured ones."""

    store: Store
    brief_now: Callable[[Story], Awaitable[Brief]]
    vocabulary: Vocabulary
    feeds: tuple[Feed, ...]
    now: Callable[[], datetime]
    gate: Gate
    outside: Outside
    max_age: timedelta
    """An item dated longer ago is no news."""
    troubles: Callable[[], tuple[str, ...]] = lambda: ()
    """Sentences about what this process does without, or fails at, just now; `status` says them."""
    editors: frozenset[str] = frozenset()
    """People, as `Caller` names them, who may split and merge stories."""
    presets: tuple[Preset, ...] = ()
    working: Callable[[datetime | None], Awaitable[tuple[str, ...]]] = nothing
    """Why the work does not get done, where the last turn that the database knows of was then."""
    ops: Channel | None = None
    """Where operators read."""
    turns: Turns = field(default_factory=Turns)

    def operates(self, caller: Caller) -> bool:
        """Whether what they are told is told to whoever runs RegPulse: at its shell, on its page, in its operators' channel."""
        return caller.operator or caller.channel.platform == LOCAL or caller.channel == self.ops

    async def listened(self) -> tuple[Feed, ...]:
        """All feeds that are asked by now."""
        return catalogue.together(self.feeds, await self.store.added_feeds())

    async def numbered(self, text: str) -> Story:
        """The story of a number typed. Raises UserError."""
        number = typed.number(text)
        story = await self.store.story(number) if number is not None else None
        if story is None:
            said = f"There is no story “{shorten(text, 40)}”." if text else "Say which story, as in: story 12."
            raise UserError(f"{said} Story numbers stand in latest and search.")
        return story
