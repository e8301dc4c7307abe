"""What we say before how it looks: cards, buttons, replies, and the verbs people type."""

from dataclasses import dataclass
from datetime import datetime


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
    notes: tuple[str, ...] = ()
    """Small print, the disclosure last."""
    buttons: tuple[Button, ...] = ()
    published: datetime | None = None
    mark: str = ""
    """"Preview", or another word that sets this card apart from an alert."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The desk's answer to one line: text, cards, or both. Private to the caller unless said otherwise."""

    text: str = ""
    cards: tuple[Card, ...] = ()
    buttons: tuple[Button, ...] = ()
    private: bool = True


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
