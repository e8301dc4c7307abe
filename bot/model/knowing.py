"""What an operator looks up: the trail, the health of platforms and channels, counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from bot.model.telling import Channel, State


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the trail: what was decided about an entry, when, and why."""

    at: datetime
    step: str
    """heard · judged · filed · article · regrouped · briefed · routed · revised · delivered."""
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class PlatformHealth:
    platform: str
    ok: bool
    reason: str
    since: datetime


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """A channel that is closed to us ("parked"), or its last refusal or doubt not followed by a message sent.

    Without an id it is a whole workspace or server that is closed.
    """

    channel: Channel
    state: State | Literal["parked"]
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Delay:
    """How old the news of an alert was when it was posted."""

    seen: timedelta
    """Since one of its reports was first seen."""
    published: timedelta | None
    """Since its first publisher published; None when none said when."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up; `remedy` says what to do when it is not `ok`."""

    ok: bool
    text: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Unheard:
    """What operators were not told, since their own channel did not take it."""

    reason: str
    """With what to do about it."""
    since: datetime
    messages: int


@dataclass(frozen=True, slots=True)
class Census:
    """Counts for `status`: rows by what they are."""

    entries: int = 0
    stories: int = 0
    briefs: int = 0
    subscriptions: int = 0
    deliveries: Mapping[str, int] = field(default_factory=dict)
    """By state."""
    oldest_pending: datetime | None = None
    last_turn: datetime | None = None
    bytes: int = 0
    """The database's size on the disk, without its log."""
    delays: tuple[Delay, ...] = ()
    """Of the newest alerts that were told as news."""
    unreadable: tuple[str, ...] = ()
    """Rows that could not be read back, by table and id, met since the start."""
    unheard: Unheard | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What a scrape of the metrics reads from the database."""

    deliveries: Mapping[tuple[str, str], int]
    """By platform and state."""
    briefs: Mapping[str, int]
    """By writer."""
    platforms: Mapping[str, bool]
    """Whether each may be spoken to."""
    waiting: datetime | None
    """Since when the oldest delivery that should have gone has waited."""
    bytes: int
    tokens: int
    micro_usd: int
