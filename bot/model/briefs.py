"""What we say about a story: claims with their evidence, and who corrected or reviewed them."""

from dataclasses import dataclass
from datetime import datetime

from bot.model.listening import Amended, Tier


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
    """Its words when the brief was written; "" where it only says that it corrected something, or where all stands again."""
    now: str
    at: datetime
    """When we saw it."""
    instead_of: str = ""
    """The outlet that told it before this one; "" for a publisher's own change."""

    @property
    def stands(self) -> bool:
        """Whether it tells who reports what another outlet retracted."""
        return bool(self.instead_of) and not self.was

    @property
    def undone(self) -> bool:
        """Whether it says again what it `was`, so that nothing is changed by it any more."""
        return self.was == self.now and not self.retracted and not self.instead_of

    @property
    def restored(self) -> bool:
        """Whether it is a whole report that stands again, after its publisher had retracted it."""
        return self.undone and not self.was


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
    whole: "Brief | None" = None
    """Its claims before any of them was taken back, some of which may hold again; None where none was."""
    plain: "Brief | None" = None
    """The same story in its sources' own words, for channels that want no model; None where this is it."""
    earlier: tuple[Earlier, ...] = ()
    """The newest first."""
    part_of: int = 0
    """The story into which a person merged this one after it was told; 0 for none."""
    lead: int = 0
    """The entry by whose headline it is told; 0 in one that was written before that was kept."""

    @property
    def retracted(self) -> bool:
        """Whether the report by whose headline it is told was; another's retraction says nothing of that."""
        return any(one.retracted and self.lead in (0, one.entry) for one in self.corrections)

    def amended(self, entry: int) -> Amended:
        """What the publisher of one of its reports did with that."""
        changes = [one for one in self.corrections if one.entry == entry and not (one.undone or one.instead_of)]
        return "retracted" if any(one.retracted for one in changes) else "corrected" if changes else ""
