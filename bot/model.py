"""The nouns of RegPulse: frozen values that travel one way, from feed to channel.

Times are aware datetimes in UTC. Text is plain text as a person reads it: never HTML, never escaped for a platform.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

Tier = Literal["primary", "press", "analysis", "newsletter", "industry", "aggregator"]
Label = Literal["positive", "adjacent", "negative"]
Certainty = Literal["confirmed", "reported", "rumoured"]
Standing = Literal["new", "baseline", "stale", "held"]
State = Literal["pending", "sending", "sent", "refused", "doubt", "held"]
Kind = Literal["alert", "preview", "correction", "ops"]
Cause = Literal["unreachable", "blocked", "not there", "not a feed", "silent", "frozen", "moved"]
"""Why nothing new may reach us from a feed."""


# Listening


@dataclass(frozen=True, slots=True)
class Feed:
    """A place we listen, as `config/feeds.toml` describes it."""

    id: str
    url: str
    name: str
    kind: Literal["rss", "atom", "rdf", "json"] = "rss"
    tier: Tier = "press"
    jurisdiction: str = ""
    language: str = "en"
    on_topic: Literal["all", "filter"] = "filter"
    filter: str = ""
    pack: str = "core"
    poll_minutes: int = 60


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
    """Why the last poll failed or held entries back, one line for a person; "" when all is well."""
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
    """The address it calls its own, in the form of `core.formats.canonical`."""
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

    @property
    def when(self) -> datetime:
        return self.published or self.seen

    @property
    def source(self) -> str:
        """The stored text that briefs quote and evidence points into."""
        return self.page or self.text


# Judging


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is it AI regulation, how sure are we, and why."""

    label: Label
    score: float
    """0 to 1; at or above the configured threshold the label is positive."""
    reasons: tuple[str, ...]
    """Short phrases for a person: what raised or lowered the score."""
    jurisdictions: tuple[str, ...] = ()
    """Codes of topics.toml; the first is the body that acted."""
    instruments: tuple[str, ...] = ()
    """Ids of instruments.toml."""
    type: str = ""
    stage: str = ""
    topics: tuple[str, ...] = ()
    certainty: Certainty = "reported"
    """Confirmed by who acted, reported by others, or no more than planned, leaked or considered."""
    tagged: tuple[str, ...] = ()
    """What each tag stands on, a line each: "Signed: “signs”"."""
    beside: str = ""
    """What it is about instead of AI regulation, though near it: "politics around AI"; "" when nothing says so."""

    @property
    def relevant(self) -> bool:
        return self.label == "positive"

    @property
    def kept(self) -> bool:
        """Filed as a story: adjacent ones too, for the subscriptions that ask for them."""
        return self.label != "negative"


@dataclass(frozen=True, slots=True)
class Recall:
    """What the store already knows of a feed document's items."""

    keys: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    """Of the keys, those stored with the very same title and text."""
    links: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Judged:
    """An unseen entry with its verdict and its standing: may it be told as new, and if not why not."""

    entry: Entry
    verdict: Verdict
    standing: Standing
    why: str


@dataclass(frozen=True, slots=True)
class Story:
    """One event in the world, told by one or more entries; the primary report comes first."""

    entries: tuple[Entry, ...]
    verdict: Verdict
    created: datetime
    id: int = 0
    told: bool = True
    """False for a baseline or stale story: looked up, never alerted."""
    pinned: bool = False
    """An editor took reports out of it: what belongs to it is settled, and no resemblance joins it with another."""

    @property
    def headline(self) -> str:
        return self.entries[0].title


@dataclass(frozen=True, slots=True)
class Filing:
    """Where an entry goes: the open story it joins, or None for a story of its own; and why."""

    entry: Entry
    story: Story | None
    why: str


# Briefing


@dataclass(frozen=True, slots=True)
class Evidence:
    """A span of one entry's stored source text: `entry.source[start:end] == quote`."""

    entry: int
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence we publish, with the spans it stands on."""

    text: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """One report of a story, as the brief lists it."""

    outlet: str
    tier: Tier
    title: str
    link: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One move of the long brief. A sentence without evidence is commentary, and shown as such."""

    move: str
    """A key of `core.moves.MOVES`."""
    sentences: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """Which model helped to write a brief, asked how, and shown what."""

    model: str
    prompt: str
    """`core.prompt.VERSION` of the rules it was given."""
    input: str
    """SHA-256 of the reports it was shown."""


@dataclass(frozen=True, slots=True)
class Review:
    """Who read an AI-assisted brief against its evidence and stands for it, and when."""

    reviewer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """Two reports of the event that do not say the same of one thing; each claim is one report's own sentence."""

    what: str
    """ "date", "number" or "stage"."""
    one: Claim
    other: Claim
    outlets: tuple[str, str]
    """Who says the one, who the other."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier event about the same instrument: a story of its own."""

    story: int
    headline: str
    when: datetime
    about: str
    """The instrument, by the name people call it."""
    change: str = ""
    """Of its stage since then, "delayed → signed"; "" when nothing is known to have changed."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A publisher took back or changed what a brief was told by."""

    entry: int
    outlet: str
    retracted: bool
    was: str
    """Its words when the brief was written; "" where it only says that it corrected something."""
    now: str
    at: datetime
    """When we saw it."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What we say about a story. See `core.brief.check` for what it may not say."""

    story: int
    category: str
    """One or two words, "Executive order"; first line of the alert."""
    jurisdictions: tuple[str, ...]
    headline: str
    link: str
    dek: tuple[Claim, ...]
    """One claim, or none when the source carries nothing but its title."""
    takeaways: tuple[Claim, ...]
    watch: tuple[Claim, ...]
    sources: tuple[Source, ...]
    disclosure: str
    minutes: int
    """Reading time of the long brief, or of the source where there is none, at 220 words a minute, at least 1."""
    writer: str
    written: datetime
    published: datetime | None
    note: str = ""
    """Said in the alert when the source carries fewer than three points."""
    long: tuple[Paragraph, ...] = ()
    """The long brief: the moves its sources carry, in the order of `core.moves.MOVES`."""
    differences: tuple[Difference, ...] = ()
    context: tuple[str, ...] = ()
    """Where the story's instruments stood, from our register: dated, sourced, and said to be ours."""
    origin: Origin | None = None
    """None where no model had a part in it."""
    review: Review | None = None
    corrections: tuple[Correction, ...] = ()
    """Since it was published, oldest first."""
    plain: "Brief | None" = None
    """The same story in its sources' own words, for channels that want no model; None where this is it."""
    earlier: tuple[Earlier, ...] = ()
    """The newest first."""
    part_of: int = 0
    """The story into which a person merged this one after it was told; 0 for none."""


# Telling


@dataclass(frozen=True, slots=True)
class Channel:
    """Where we speak. `space` is the Slack team or Discord guild; "" where there is none."""

    platform: str
    space: str
    id: str

    def __str__(self) -> str:
        return ":".join((self.platform, self.space, self.id))


@dataclass(frozen=True, slots=True)
class Caller:
    """Who types a line, from where, and what they may do there."""

    channel: Channel
    user: str
    may_manage: bool
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


@dataclass(frozen=True, slots=True)
class Alert:
    """This story, to this channel, because of these words."""

    channel: Channel
    because: tuple[str, ...]
    kind: Kind = "alert"


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
    """Never: the channel is gone or closed to us. `remedy` says what a person can do."""

    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """The platform may or may not have posted it; `resolve` finds out before anything is sent again."""

    reason: str
    knowable: bool = True
    """False when asking again will not tell either."""


Outcome = Sent | Later | Refused | Doubt


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform lets us speak."""

    per_second: float
    """Messages per second over the whole platform, sustained."""
    channel_gap: timedelta
    """The least time between two messages to one channel."""
    edits_per_second: float = 1_000
    """Edits over the whole platform, where they are counted apart from messages."""


# Saying


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


# Knowing


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
