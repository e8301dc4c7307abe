"""What we say before how it looks: cards, buttons, replies, and the verbs people type."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.model.telling import Channel, Subscription


@dataclass(frozen=True, slots=True)
class Button:
    """Ends in one command line for the desk, or leads to an address."""

    label: str
    line: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A line, and the address at which it can be read; "" for none."""

    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What we say before how it looks. Plain text throughout; each platform escapes, cuts and lays out."""

    title: str
    link: str = ""
    category: str = ""
    where: str = ""
    """Names of the jurisdictions, "European Union"."""
    amended: tuple[tuple[str, str], ...] = ()
    """What its publisher corrected or took back, headed; read before anything else."""
    lead: str = ""
    points: tuple[str, ...] = ()
    watch: str = ""
    source: str = ""
    """"Reuters · press · +2 outlets · 3 min read"."""
    because: str = ""
    """"Sent because of: EU AI Act"."""
    sections: tuple[tuple[str, str], ...] = ()
    """Headings, each with a paragraph: where reports differ; the moves of the long brief."""
    context: tuple[Pointer, ...] = ()
    """What our register adds, each with its source."""
    earlier: tuple[str, ...] = ()
    """"Earlier on the EU AI Act", then a line for each event, newest first."""
    reports: tuple[Pointer, ...] = ()
    """Who tells the story, numbered from one as they stand."""
    stories: tuple[Pointer, ...] = ()
    """What a digest tells, the most important first."""
    notes: tuple[str, ...] = ()
    """Small print, the disclosure last."""
    buttons: tuple[Button, ...] = ()
    published: datetime | None = None
    mark: str = ""
    """"Preview", or another word that sets this card apart from an alert."""
    mention: str = ""
    """The id of the one role or group this message may mention; "" for nobody."""
    plainly: bool = False
    """In text alone, since a bug was met in how it is laid out otherwise."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The desk's answer to one line: text, cards, or both.

    Private to the caller, or said aloud in the channel the line was about: so is every change announced there.
    """

    text: str = ""
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    private: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """One value an option may have, and how a person reads it."""

    value: str
    label: str = ""
    """"" where the value says it all."""

    def __str__(self) -> str:
        return self.label or self.value


Takes = Literal[
    "text",
    "query",
    "number",
    "choice",
    "time",
    "link",
    "verb",
    "subscription",
    "source",
    "instrument",
    "jurisdiction",
    "mention",
]
"""What an option's value is: platforms choose the control by it, and ask `Desk.suggest` what could be typed."""


@dataclass(frozen=True, slots=True)
class Option:
    """One part of what follows a verb, as a typed option of Discord and a field of a form."""

    name: str
    summary: str
    """At most 100 characters."""
    takes: Takes = "text"
    required: bool = False
    named: bool = False
    """Typed as `name:value`, after those that stand by their place."""
    choices: tuple[Choice, ...] = ()
    """All values there are, for one that takes a choice; at most 25."""
    label: str = ""
    """What a form calls it, at most 45 characters; "" where its name says it."""

    @property
    def called(self) -> str:
        return self.label or self.name.replace("-", " ").capitalize()


@dataclass(frozen=True, slots=True)
class Verb:
    """One row of the command table, as help and platform registration read it."""

    name: str
    argument: str
    """Usage of what follows the name, `<words> [backfill:N]`; "" when nothing does."""
    summary: str
    """One line of at most 100 characters (Discord's limit for a command description)."""
    example: str
    manages: bool = False
    options: tuple[Option, ...] = ()
    """What follows the name, apart, for those who choose rather than type (`core.lines` puts it together)."""


@dataclass(frozen=True, slots=True)
class Form:
    """A verb to be filled in; sent off it is the line `core.lines.line(verb, values)`."""

    verb: Verb
    title: str
    """At most 24 characters (a Slack modal's title)."""
    values: tuple[tuple[str, str], ...] = ()
    """What stands in it already, by the option's name."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a person sees of their own: their subscriptions, and those of channels they subscribed."""

    channels: tuple[tuple[Channel, tuple[Subscription, ...]], ...]
    may_manage: tuple[bool, ...]
    """For each of the channels, in order."""
    notes: tuple[str, ...] = ()
