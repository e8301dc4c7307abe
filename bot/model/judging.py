"""What we make of an entry: its verdict, its standing, the story it tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from bot.model.listening import Entry, Memory

Standing = Literal["new", "baseline", "silent", "stale", "held", "forgotten"]
Certainty = Literal["confirmed", "reported", "rumoured"]
Label = Literal["positive", "adjacent", "negative"]


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


UNJUDGED = Verdict("negative", 0.0, ("not judged yet: it was in the feed when RegPulse first read it",))
"""Of an entry that waits for an idle moment: what a baseline holds is told to nobody, so it need not be known at once."""


@dataclass(frozen=True, slots=True)
class Twin:
    """A stored item under the title of another."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Copies:
    """Stored items of one outlet, title and text: how many, and when the latest of them was seen."""

    number: int
    seen: datetime


@dataclass(frozen=True, slots=True)
class Recall:
    """What the store already knows of a feed document's items."""

    keys: frozenset[str] = frozenset()
    same: frozenset[str] = frozenset()
    """Of the keys, those stored with the very same title and text, but for news that read otherwise meanwhile."""
    links: frozenset[str] = frozenset()
    alone: Mapping[str, str] = field(default_factory=dict)
    """Of the links, those that one stored item has, each with that item's key."""
    titles: frozenset[str] = frozenset()
    twins: Mapping[tuple[str, str], tuple[Twin, ...]] = field(default_factory=dict)
    """By link and folded title: the stored items that have both."""

    copies: Mapping[str, Copies] = field(default_factory=dict)
    """By key of an unknown item: the stored ones of some weeks that say the very same, where that is more than a few words."""

    @property
    def beside(self) -> Iterator[str]:
        """Keys of stored items of which it matters whether they are still there."""
        yield from self.alone.values()
        yield from (twin.key for twins in self.twins.values() for twin in twins)


@dataclass(frozen=True, slots=True)
class Judged:
    """An unseen entry with its verdict and its standing: may it be told as new, and if not why not."""

    entry: Entry
    verdict: Verdict
    standing: Standing
    why: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What one poll brought, to be stored together: what is remembered of the feed from now on, and its unseen entries."""

    before: Memory
    after: Memory
    judged: tuple[Judged, ...] = ()
    light: bool = False
    """Nothing changed but when it was asked, and how it answered."""
    early: int = 0
    """Entries stored before, because others had to be looked into first."""


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

    @property
    def standing(self) -> tuple[Entry, ...]:
        """The reports that their publishers did not retract."""
        return tuple(entry for entry in self.entries if entry.amended != "retracted")


@dataclass(frozen=True, slots=True)
class Filing:
    """Where an entry goes: the open story it joins, or None for a story of its own; and why."""

    entry: Entry
    story: Story | None
    why: str
