"""What we hear: feeds and what we remember of them, articles, entries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

Cause = Literal["unreachable", "blocked", "not there", "not a feed", "silent", "frozen", "moved"]
"""Why nothing new may reach us from a feed."""
Tier = Literal["primary", "press", "analysis", "newsletter", "industry", "aggregator"]


@dataclass(frozen=True, slots=True)
class Feed:
    """A place we listen, as `config/feeds.toml` describes it."""

    id: str
    url: str
    name: str
    kind: Literal["rss", "atom", "rdf", "json", "sitemap"] = "rss"
    tier: Tier = "press"
    jurisdiction: str = ""
    language: str = "en"
    on_topic: Literal["all", "filter"] = "filter"
    filter: str = ""
    pack: str = "core"
    poll_minutes: int = 60


@dataclass(frozen=True, slots=True)
class Added:
    """A feed that a person added while RegPulse ran, by chat or from a list; kept in the store."""

    feed: Feed
    by: str
    """As `[people]` names them, or "operator"."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Held:
    """What of a feed waits for a person to look at it and let it through."""

    entries: int
    since: datetime
    why: str
    """One line for a person."""


@dataclass(frozen=True, slots=True)
class Released:
    """What became of a feed's held entries when a person let them through."""

    new: int = 0
    old: int = 0
    """Dated, or undated and first seen, longer ago than what is told as new."""


@dataclass(frozen=True, slots=True)
class Memory:
    """What we remember of a feed between polls. Stored in the transaction that stores its entries, never before."""

    feed: str
    configured: str = ""
    """The address in the configuration when the rest was learnt."""
    url: str = ""
    """Where to ask now, when a permanent redirect moved the feed; "" means the configured address."""
    etag: str = ""
    last_modified: str = ""
    body_hash: str = ""
    baseline_at: datetime | None = None
    polled_at: datetime | None = None
    ok_at: datetime | None = None
    next_poll: datetime | None = None
    failures: int = 0
    reason: str = ""
    """Why the last poll failed, one line for a person; "" when it did not."""
    cause: Cause | Literal[""] = ""
    """Of the failures; "" when the last answer was good."""
    failing_since: datetime | None = None
    """The first failure in the present row."""
    changed_at: datetime | None = None
    """When it last served other bytes than before."""
    heard: tuple[datetime, ...] = ()
    """The newest items of the days on which there were any, oldest first: `core.cadence.learnt`."""
    elsewhere: str = ""
    """The site that answered last, where it is another than the configured one's; "" where it is not."""
    elsewhere_since: datetime | None = None
    items: bytes = b""
    """The items of the last document that need not be read again, as `core.items` packs them."""
    hub: str = ""
    """Where the feed says that we can be told of news at once; "" where it names no hub."""
    topic: str = ""
    """The address by which that hub knows the feed."""
    hint: int = 0
    """Seconds between two questions that the publisher asks for; 0 where none are given."""
    held: Held | None = None
    """Counted from the entries when the memory is read, and kept nowhere else: no poll ends it, only a person does."""


@dataclass(frozen=True, slots=True)
class Fresh:
    """The feed answered with a document we have not seen."""

    body: bytes
    content_type: str
    body_hash: str
    url: str
    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    link: str = ""
    """Its Link headers (RFC 8288), joined."""
    max_age: int = 0
    """Seconds for which it may be kept, as Cache-Control says."""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """304, or the same bytes as last time."""

    etag: str = ""
    last_modified: str = ""
    moved_to: str = ""
    url: str = ""
    """Who answered in the end; "" for the address that was asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The feed or page gave us nothing usable; `reason` is one line for a person."""

    reason: str
    retry_after: timedelta | None = None
    cause: Cause = "unreachable"


@dataclass(frozen=True, slots=True)
class Trouble:
    """A source from which nothing new may reach us."""

    cause: Cause
    since: datetime
    reason: str
    """One line for a person."""

    @property
    def blind(self) -> bool:
        """A source that moved is still heard."""
        return self.cause != "moved"


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for the operators, on its way to their channel."""

    id: int
    text: tuple[str, ...]
    """Its title, its lines, and what is left to hear."""
    at: datetime
    attempted: datetime
    attempts: int
    doubt: bool
    """Whether an earlier attempt may have posted it."""


Polled = Fresh | Unchanged | Failed


@dataclass(frozen=True, slots=True)
class Page:
    """A web page as fetched: the bytes, undecoded."""

    body: bytes
    content_type: str
    url: str
    """Where it was found in the end."""
    asked: str = ""
    """The address that was asked for."""
    status: int = 200


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a linked page says of itself; "" and None where it does not say."""

    link: str = ""
    """The address it calls its own, in the form of `core.addresses.canonical`."""
    outlet: str = ""
    author: str = ""
    published: datetime | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A linked page or document as it was read."""

    text: str
    imprint: Imprint = Imprint()
    remark: str = ""
    """What the reader should know of the text, such as that it is only the beginning; "" for nothing."""


Obstacle = Literal[
    "unreachable", "no page", "bot wall", "paywall", "consent wall", "login page", "script shell", "not there", "empty page",
    "no article", "unreadable PDF",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Unread:
    """The linked page gave no article; `reason` is one line for a person."""

    obstacle: Obstacle
    reason: str


Amended = Literal["", "corrected", "retracted"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its publisher wrote it, keyed (feed, key) and kept for ever."""

    feed: str
    key: str
    title: str
    link: str
    """The address without tracking parameters; "" when the publisher gave none."""
    text: str
    """The fuller of the item's summary and content, as text. Evidence offsets count its characters (code points)."""
    outlet: str
    tier: Tier
    jurisdiction: str
    language: str
    published: datetime | None
    """As the publisher says, clamped to `seen` when it lies in the future; None when undated."""
    seen: datetime
    author: str = ""
    id: int = 0
    """The store's number for it; 0 before it is stored."""
    page: str = ""
    """The linked article's text, once it was fetched because the feed gave little. After `[articles] keep_days` only
    what published briefs quote is left of it, each quote at its place; the rest is line ends."""
    imprint: Imprint = Imprint()
    """What that page said of itself."""
    amended: Amended = ""
    """What its publisher did with it since it was stored; its words here are those of before."""

    @property
    def when(self) -> datetime:
        return self.published or self.seen

    @property
    def source(self) -> str:
        """The stored text that briefs quote and evidence points into."""
        return self.page or self.text
