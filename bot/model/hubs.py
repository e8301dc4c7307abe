"""What we agreed with a feed's hub: that it tells us of news at once (WebSub)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Push:
    """A subscription of ours at the hub of a feed; asked for, granted for a while, or refused."""

    feed: str
    hub: str
    topic: str
    """The address by which the hub knows the feed."""
    path: str
    """The last part of the address the hub calls: unguessable."""
    secret: str
    """With which the hub signs what it sends, as it is kept: `ports.Sealing`."""
    state: Literal["asked", "on", "off"] = "asked"
    asked: datetime | None = None
    """Since when the hub's word is awaited; None when it is not."""
    until: datetime | None = None
    """The end of what it granted last."""
    again: datetime | None = None
    """When to ask it next."""
    attempts: int = 0
    """In a row without success."""
    reason: str = ""
    """Why it is off, one line for a person."""
    told: bool = False
    """Whether operators know of that, and not yet that it is over."""
    pushed: datetime | None = None
    """When it last sent something."""
    missed: datetime | None = None
    """When a poll last found something it had not sent."""
