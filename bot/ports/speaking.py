"""What the walks need from the web, a writer and a platform, and what platforms need from the desk."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.model import (
    Article,
    Brief,
    Caller,
    Card,
    Channel,
    Choice,
    Delivery,
    Failed,
    Feed,
    Form,
    Home,
    Memory,
    Outcome,
    Pace,
    Polled,
    Reply,
    Story,
    Traceable,
    Unread,
    Verb,
)


class Web(Protocol):
    """The polite, bounded, address-checked reader of other people's servers. Never raises for weather."""

    @property
    def ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of most feeds' servers; None while too few of them answered."""
        ...

    async def poll(self, feed: Feed, memory: Memory) -> Polled: ...

    async def article(self, url: str) -> Article | Unread: ...

    async def ask_hub(self, hub: str, form: Mapping[str, str]) -> Failed | None:
        """Post a question of WebSub to a hub; None when it is taken."""
        ...


class Sealing(Protocol):
    """Keeps secrets unreadable at rest, where the operator gave a key."""

    def closed(self, whose: str, secret: str) -> str:
        """As it is to be kept; it opens for none but `whose` it is."""
        ...

    def opened(self, whose: str, kept: str) -> str | None:
        """None for what was sealed with a key that is not there any more, or meddled with."""
        ...

    def is_stale(self, kept: str) -> bool:
        """Whether it is to be closed anew: with the first key, or with one at all."""
        ...


class Receiver(Protocol):
    """Who is asked what hubs say to us. `path` is the part of the address that only the hub knows."""

    @property
    def largest(self) -> int:
        """Bytes of a document that are still read."""
        ...

    async def confirm(self, path: str, said: Mapping[str, str]) -> str | None:
        """What to answer the hub that asks back or refuses; None when we asked for no such thing."""
        ...

    async def expects(self, path: str) -> bool:
        """Whether a hub may send something there."""
        ...

    async def receive(self, path: str, body: bytes, content_type: str, signature: str) -> bool:
        """Take the document if it is genuine, and have it stored; False when nothing is expected there any more."""
        ...


class Writer(Protocol):
    async def brief(self, story: Story, now: datetime) -> Brief: ...


class Answers(Protocol):
    async def answer(self, line: str, caller: Caller) -> Reply:
        """Never raises for what a person typed: a `UserError` becomes its sentence."""
        ...


class Desk(Answers, Protocol):
    """All that a place with buttons and forms asks for beside an answer."""

    @property
    def verbs(self) -> tuple[Verb, ...]: ...

    async def form(self, line: str, caller: Caller) -> Form | None:
        """The form this line opens, None for a line to be answered. Quick, and never raises for what a person typed.

        `form subscribe eu every:hourly` opens the verb's form filled in so far, and so does a verb that changes
        something without what it needs. Sent off, the form is the line `core.lines.line(verb, values)`.
        """
        ...

    async def suggest(self, verb: str, option: str, typed: str, caller: Caller) -> tuple[Choice, ...]:
        """At most 25 values of this option that what is typed could become; () where there are none to suggest."""
        ...

    async def home(self, caller: Caller) -> Home:
        """The subscriptions of the person's direct messages (`caller.channel`), and of channels they subscribed."""
        ...

    async def keep(self, line: str) -> str:
        """A line of at most 40 characters that is answered as this one: for buttons that cannot carry a long one."""
        ...

    async def first(self, key: str) -> bool:
        """Whether what a platform sent us under this name is new, across restarts; it is known from now on."""
        ...

    async def answers(self, channel: Channel) -> None:
        """A channel gave a sign of life (without an id: its whole space): what waits for it is tried at once."""
        ...

    def personal(self, line: str) -> bool:
        """Whether the line is about the caller's own direct messages (`my …`): `Caller.channel` is to be those."""
        ...


class Platform(Protocol):
    """Where we speak and are spoken to. `send` and `resolve` never raise for weather: it is their Outcome."""

    @property
    def name(self) -> str: ...

    @property
    def pace(self) -> Pace: ...

    @property
    def down(self) -> str:
        """Why nothing can be sent until a person acts (a token refused, say); "" while messages may be posted.

        Set by whichever call met the refusal, cleared by a `connect` that succeeds.
        """
        ...

    @property
    def heard(self) -> datetime | None:
        """When the socket people are answered through last gave a sign of life, or we began to wait for one; None while
        there is none. It stays the same until the next sign."""
        ...

    @property
    def traceable(self) -> Traceable | None:
        """Where a posted message can be found again; None for everywhere. Elsewhere one of a space is sent at a time, so
        that a crash leaves one at most of which nobody can tell."""
        ...

    @property
    def ahead(self) -> timedelta | None:
        """How far this machine's clock is ahead of the platform's, by its last answer; None before there is one."""
        ...

    async def connect(self) -> None:
        """Make ready to send. Raises `PlatformDown` when a person must act, with the sentence that says how, and
        `Unreached` while the platform is not there."""
        ...

    async def listen(self, desk: Desk) -> None:
        """Answer people until cancelled. Raises `PlatformDown` when a person must act; messages may still be posted
        unless `down` says otherwise."""
        ...

    async def send(self, delivery: Delivery, card: Card) -> Outcome: ...

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        """Show the card in the message already posted. Doing it twice does no harm, so there is no Doubt."""
        ...

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        """Was this delivery posted? Sent if it was found or made so now; Later to send again; else Doubt."""
        ...

    async def close(self) -> None: ...
