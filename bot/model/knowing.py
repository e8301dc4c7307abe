"""What an operator looks up: the trail, the health of platforms and channels, counts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

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
    """The last refusal or doubt of a channel that has not been followed by a message sent."""

    channel: Channel
    state: State
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up; `remedy` says what to do when it is not `ok`."""

    ok: bool
    text: str
    remedy: str = ""


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
