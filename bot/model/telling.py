"""Who hears it: channels, subscriptions, deliveries and what became of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.model.briefs import Brief

Kind = Literal["alert", "preview", "correction", "digest", "ops"]
Rank = Literal["guest", "member", "manager", "admin"]
"""What a person is where they type, each more than the one before; the desk knows which of them may manage."""

Opinion = Literal["relevant", "unwanted", "jurisdiction", "commentary", "topic"]
"""Whether a story was for the channel it was sent to, and if not, why not; "unwanted" says no more."""

State = Literal["gathered", "pending", "sending", "sent", "refused", "doubt", "held"]
Closed = Literal["", "channel", "space"]
"""What of a platform is closed to us: one channel, or a whole workspace or server."""


@dataclass(frozen=True, slots=True)
class Channel:
    """Where we speak. `space` is the Slack team or Discord guild; "" where there is none."""

    platform: str
    space: str
    id: str

    def __str__(self) -> str:
        return ":".join((self.platform, self.space, self.id))

    @property
    def direct(self) -> bool:
        """Whether one person and RegPulse are alone there: on Slack the id says so, on Discord that there is no server."""
        return self.id.startswith("D") if self.platform == "slack" else self.platform == "discord" and not self.space

    @property
    def tenant(self) -> tuple[str, str]:
        """Whose share of what all use it takes: the workspace's or server's, or its own where there is none."""
        return self.platform, self.space or self.id

    @property
    def alone(self) -> bool:
        """Whether nobody but who asks hears what is said there: a direct message, or no space at all as at the terminal."""
        return self.direct or not self.space


@dataclass(frozen=True, slots=True)
class Caller:
    """Who types a line, from where, and what they may do there."""

    channel: Channel
    user: str
    rank: Rank
    operator: bool = False
    """Whether they sit at the machine's own command line."""
    name: str = ""
    """As the platform shows them; "" where it does not say."""

    @property
    def person(self) -> str:
        """As `[people]` names them: Slack counts people within a workspace, Discord everywhere."""
        where = (self.channel.space,) if self.channel.platform == "slack" else ()
        return ":".join((self.channel.platform, *where, self.user))


@dataclass(frozen=True, slots=True)
class Subscription:
    """What one channel asked for: a query of `core.query`, in its printed form."""

    channel: Channel
    query: str
    created_by: str
    created: datetime
    id: int = 0
    mutes: tuple[str, ...] = ()
    """Words this channel muted; they silence every subscription of the channel."""
    name: str = ""
    """What the channel calls it; "" where it is called by its query."""
    every: str = "now"
    """When it speaks, in the printed form of `core.timing`: "now", "hourly", "daily 09:00", "weekly mon 09:00"."""
    stages_only: bool = False
    """Only stories that move an instrument from one stage to the next."""
    mention: str = ""
    """The id of the Discord role or Slack user group that is mentioned, and nobody else; "" for none."""
    mention_from: str = "low"
    """The least importance ("low", "medium", "high") of a story for which it is mentioned."""


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made subscription."""

    name: str
    query: str
    summary: str
    """One line."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """What one person of a channel said of a story."""

    story: int
    channel: Channel
    person: str
    opinion: Opinion
    at: datetime


@dataclass(frozen=True, slots=True)
class Asking:
    """All that a channel asks for after its subscriptions or mutes changed."""

    number: int
    """Counts every change of every channel."""
    channel: Channel
    subscriptions: tuple[Subscription, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """This story, to this channel, because of these words."""

    channel: Channel
    because: tuple[str, ...]
    kind: Kind = "alert"
    subscriptions: tuple[int, ...] = ()
    """The ids of all subscriptions of the channel that ask for the story."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """An alert on its way through the outbox."""

    id: str
    """At most 25 characters: it is the Discord nonce and the Slack metadata's delivery id."""
    story: int
    channel: Channel
    kind: Kind
    because: tuple[str, ...]
    state: State
    attempts: int
    due: datetime
    created: datetime
    attempted: datetime | None = None
    message: str = ""
    """The platform's id of the posted message, once sent."""
    follows: str = ""
    """The id of the message in the same channel that told the newest earlier event; "" for none."""
    reason: str = ""
    mention: str = ""
    """The id of the one role or group it may mention; "" for nobody."""
    timing: str = ""
    """Why it waits, or that it broke through quiet hours; of a digest, what it is called."""
    digest: str = ""
    """The id of the delivery that carries it, beside others."""
    thread: str = ""
    """The id of the message in whose thread it is to stand; "" for the channel itself."""
    waited: bool = False
    """Whether it was kept back on purpose, for a digest's hour or the end of quiet hours."""
    carries: tuple[Brief, ...] = ()
    """What a digest tells, the most important first."""
    resent: bool = False
    """Whether policy sent it once more after a doubt."""
    edit_tries: int = 0
    """How often an edit that it still wants met weather."""
    wanted: bool = True
    """False of one in doubt that would not be sent any more if it is not there."""


@dataclass(frozen=True, slots=True)
class Sent:
    message: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: a rate limit or an outage. `after` is what the platform asked for, None for our own back-off."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Not as things are: this message cannot be posted, or the place is closed to us. `remedy` says what a person can do."""

    reason: str
    remedy: str
    closed: Closed = ""
    """What waits, until it answers again, because of it; "" where it is this message alone that is never posted."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """The platform may or may not have posted it; `resolve` finds out before anything is sent again."""

    reason: str
    knowable: bool = True
    """False when asking again will not tell either."""
    after: timedelta | None = None
    """When it can be asked at the earliest, None for our own back-off: what arrived late is not to be looked for at once."""


Outcome = Sent | Later | Refused | Doubt


@dataclass(frozen=True, slots=True)
class Traceable:
    """Where it is known that a posted message can be found again."""

    spaces: frozenset[str]
    but: frozenset[str] = frozenset()
    """Channels of these in which it cannot."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a platform lets us speak."""

    per_second: float
    """Messages and edits per second, sustained: over the whole platform, or in each space where it counts `by_space`."""
    channel_gap: timedelta
    """The least time between two messages to one channel."""
    edits_per_second: float = 1_000
    """Of these, edits."""
    by_space: bool = False
    """Whether each space (a Slack workspace) has its limits for itself, and is asked to wait for itself alone."""
    threads: bool = False
    """Whether the stories of a digest are posted in its thread, too."""
