"""What making stories and briefs of entries needs of a database."""

from datetime import datetime
from typing import Protocol

from bot.core.audience import Index
from bot.model import (
    Alert,
    Article,
    Brief,
    Correction,
    Entry,
    Filing,
    Judged,
    Story,
    Unread,
    Verdict,
)


class Stories(Protocol):
    """Entries become stories, stories become briefs, and briefs are corrected."""

    async def unfiled(self, limit: int) -> tuple[Judged, ...]:
        """Entries to keep that are in no story yet, oldest first; held ones are left out."""
        ...

    async def open_stories(self, since: datetime) -> tuple[Story, ...]:
        """Stories with a report since then: what an entry may join."""
        ...

    async def regroupings(self) -> int:
        """Changes when stories are split or merged; another number than last time: read the open ones anew."""
        ...

    async def file(
        self, filing: Filing, verdict: Verdict, *, told: bool, text: str, tags: str = "", now: datetime
    ) -> Story:
        """Put the entry into its story, made when `filing.story` is None; answers the story as it now is.

        `verdict` is the story's from now on; its primary report is chosen again by tier, then time. A story once
        to be told stays so; one that was not becomes so with the first report that is `told`, unless one of standing
        "silent" came before: then it may have been told before a backup was put back. `text` is what search finds this
        entry by, `tags` what it finds the story by from now on (both `core.audience.indexed`).
        A story that was only adjacent and is no more is owed to the channels anew.
        """
        ...

    async def split(self, story: int, entries: tuple[int, ...], *, index: Index, now: datetime) -> Story | None:
        """Take these reports out into a story of their own; answers it, None when they are not some but not all of it.

        Reports that were merged in together come back under the number they had, with what was posted of them, and what
        waited of either story goes to whom it waited for. A story that was never told is to be told where the one it
        leaves was still to be, and else stays quiet until `tell` or its next report. Both are `pinned` from then on.
        """
        ...

    async def came_with(self, story: int) -> tuple[int, ...]:
        """Of the story this one was merged into, the reports that came with it and are still there."""
        ...

    async def merge(self, into: int, gone: int, *, why: str, index: Index, now: datetime) -> Story | None:
        """File all reports of `gone` under `into`; answers it, None when either is no story any more.

        A channel keeps the message it has; it gets none that it would get twice. What was posted of `gone` is to be
        edited, and its number leads to `into` from now on.
        """
        ...

    async def tell(self, story: int, now: datetime) -> bool:
        """Let a story that is quiet or went to nobody be told to those who ask for it; False when it is or was told."""
        ...

    async def unbriefed(self, limit: int) -> tuple[Story, ...]:
        """Stories to be told whose brief was not yet published to all who subscribe, oldest first."""
        ...

    async def keep_page(self, entry: int, article: Article | Unread, *, words: str, now: datetime) -> None:
        """The linked article of an entry, or why it was not read; `words` is what search finds its story by besides."""
        ...

    async def forget_pages(self, before: datetime, limit: int) -> int:
        """Of articles read before then keep what published briefs quote, each quote at its place; answers how many."""
        ...

    async def publish(
        self, brief: Brief, alerts: tuple[Alert, ...], now: datetime, *, asked: bool = False, importance: int = 0
    ) -> int:
        """The brief and its outbox rows in one transaction; answers how many rows are new.

        Each goes when `core.timing.plan` says, by the cadences of the subscriptions that ask for it, the channel's
        settings and the story's importance (its points); what is `asked` goes at once.

        (story, channel, kind) is unique: an alert already in the outbox is left as it is. A brief already there is
        kept, unless nothing of it was delivered yet. `asked` says that one channel asked for the story (a backfill,
        a preview): a story to be told is still owed to the others, and stays `unbriefed`.

        Nothing is written when people meanwhile merged the story into another, or took away what its brief stands on.
        A channel that was told a story merged into this one is not told again.
        """
        ...

    async def pass_over(self, story: int, why: str, now: datetime) -> None:
        """Tell it to nobody, without a brief: it is `unbriefed` no more."""
        ...

    async def brief(self, story: int) -> Brief | None: ...

    async def grown(self, limit: int) -> tuple[tuple[Story, Brief], ...]:
        """Stories that got another report since their brief was published, oldest first.

        A story once for its own brief, and once for that of each story merged into it: both have messages that say who
        tells it.
        """
        ...

    async def revise(self, brief: Brief, now: datetime, *, repost: bool, why: str, growth: bool = False) -> None:
        """The brief in its new form; the story is no longer `grown`. `repost`: its posted messages are to be edited.

        `growth`: only because more reports came, so not where a channel wants no updates.
        """
        ...

    async def told(self, feed: str, keys: tuple[str, ...], since: datetime) -> tuple[tuple[Entry, Brief | None], ...]:
        """Those of the feed's news whose story has a brief written since then, with that brief, told or not; beside the
        brief of the story an entry is in, that of the one it was merged out of. None where it has none yet."""
        ...

    async def is_told(self, story: int) -> bool:
        """Whether a channel has, or may have, a message of it."""
        ...

    async def known_version(self, entry: int, digest: str) -> bool:
        """Whether this later version of the entry was looked at before."""
        ...

    async def last_version(self, entry: int) -> str:
        """Which was looked at last; "" for the one that is stored."""
        ...

    async def see_version(self, entry: int, digest: str, now: datetime) -> None:
        """It is the last from now on; with "", the one that is stored, the later ones are as if never seen."""
        ...

    async def correct(
        self, correction: Correction, brief: Brief, digest: str, now: datetime, *, also: tuple[Correction, ...] = ()
    ) -> None:
        """The brief as corrected, and the version seen; every posted message is to be edited and gets a note under it.

        `also`: what else was changed with the same version, of which the first is the gravest.
        There is no note where the correction was seen with the silent look after a backup was put back: it may stand there.
        Where the report it is told by was retracted, who waits for it is told by the reports that stand, and else not.
        Nothing is done where it is to be told by another report that was retracted meanwhile.
        """
        ...

    async def amend(self, story: int | None, correction: Correction, digest: str, now: datetime) -> None:
        """A report of the story by which its brief is not told was corrected or retracted, and the version seen: the
        story counts as `grown`. None for a report of which nothing was written yet."""
        ...

    async def corrections(self, limit: int) -> tuple[tuple[int, Correction], ...]:
        """The newest first, each with its story."""
        ...
