"""What the walks need from a database: one method, one transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.core.audience import Index
from bot.core.exchange import Change, Item
from bot.model import (
    Added,
    Alert,
    Article,
    Asking,
    Brief,
    Census,
    Channel,
    ChannelHealth,
    Correction,
    Decision,
    Delivery,
    Entry,
    Feedback,
    Filing,
    Heard,
    Installation,
    Judged,
    Measures,
    Memory,
    Notice,
    Outcome,
    PlatformHealth,
    Push,
    Recall,
    Story,
    Subscription,
    Trouble,
    Unread,
    Verdict,
)
from bot.ports.troubled import Troubled


class Ledger(Protocol):
    """What the writer with a language model remembers: what it cost, what it was told, how it is."""

    async def reserve(
        self,
        month: str,
        tokens: int,
        micro_usd: int,
        *,
        most_tokens: int,
        most_micro_usd: int,
        story: int,
        now: datetime,
    ) -> int | None:
        """Charge the month with the most a call can cost, millionths of a dollar; answers the charge's number.

        None, and nothing charged, when the month would hold more than `most_tokens` or `most_micro_usd`.
        """
        ...

    async def settle_spend(self, number: int, tokens: int, micro_usd: int) -> None:
        """Put a charge right. One that never is stays as reserved."""
        ...

    async def spent(self, month: str) -> tuple[int, int]:
        """Tokens and millionths of a dollar charged to the month ("2026-11")."""
        ...

    async def model_answer(self, key: str) -> str:
        """The answer kept under this key; "" for none."""
        ...

    async def keep_model_answer(self, key: str, text: str, now: datetime) -> None: ...

    async def note_platform(self, platform: str, *, ok: bool, reason: str, now: datetime) -> None: ...


class Vault(Protocol):
    """What a platform that many workspaces install remembers of them."""

    async def installations(self) -> tuple[Installation, ...]:
        """The first to install first."""
        ...

    async def installation(self, team: str) -> Installation | None: ...

    async def install(self, installation: Installation) -> None:
        """In place of an earlier one of the same workspace."""
        ...

    async def reseal(self, team: str, was: bytes, sealed: bytes, expires: datetime | None) -> bool:
        """Keep what it is sealed in now; False, and nothing changed, when that is no longer what it `was`."""
        ...

    async def uninstall(self, team: str, text: tuple[str, ...], now: datetime) -> bool:
        """Forget it and tell operators so, in one transaction; False, and nobody told, when it was not installed."""
        ...

    async def issue(self, state: str, *, until: datetime, now: datetime) -> None:
        """Remember an installation under way. Forgets those that are past."""
        ...

    async def redeem(self, state: str, now: datetime) -> bool:
        """Whether it is under way still; it is not any more after this."""
        ...


class Hubs(Protocol):
    """Our subscriptions at feeds' hubs, and what these sent."""

    async def pushes(self) -> Mapping[str, Push]:
        """By feed id."""
        ...

    async def push_at(self, path: str) -> Push | None: ...

    async def trusted_hubs(self, now: datetime) -> frozenset[str]:
        """The feeds whose hub is bound to tell us, has told us of something, and since missed nothing that a poll found."""
        ...

    async def put_push(self, push: Push) -> None:
        """In place of what there was for its feed."""
        ...

    async def change_push(self, before: Push, after: Push, now: datetime) -> bool:
        """Write what was agreed, unless it is another than `before` by now. A feed whose hub fell silent is polled soon."""
        ...

    async def drop_pushes(self, feeds: Sequence[str]) -> None: ...

    async def record_push(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        """What a hub sent, in one transaction; answers how many entries were unseen. Of the memory only `heard` is kept."""
        ...

    async def miss_pushes(self, feeds: Sequence[str], now: datetime) -> None:
        """A poll found something in these feeds that their hub, bound to tell us, had not sent."""
        ...


class Store(Ledger, Vault, Hubs, Troubled, Protocol):
    """One method, one transaction. Every method runs whole on the store's own thread."""

    # Listening
    async def memories(self, due: datetime | None = None) -> Mapping[str, Memory]:
        """By feed id, of all feeds or of those to be polled by then; a feed never polled is absent."""
        ...

    async def polled(self) -> frozenset[str]:
        """The ids of all feeds of which something is remembered."""
        ...

    async def memory(self, feed: str) -> Memory | None: ...

    async def next_poll(self, after: datetime) -> datetime | None:
        """When the first feed comes due after that moment; None when none is to."""
        ...

    async def recall(self, feed: str, entries: tuple[Entry, ...]) -> Recall:
        """Which of these entries' keys, links and folded titles the feed has shown before."""
        ...

    async def record(self, memory: Memory, judged: tuple[Judged, ...], now: datetime) -> int:
        """Entries, their trail and the feed's memory in one transaction; answers how many entries were unseen.

        An entry already stored under (feed, key) is left as it is. A "held" entry is stored and waits for `release`.
        """
        ...

    async def record_all(self, heard: Sequence[Heard], now: datetime) -> tuple[int, ...]:
        """The same for many feeds, all in one transaction."""
        ...

    async def unjudged(self, limit: int) -> tuple[Entry, ...]:
        """Entries stored with `UNJUDGED`, the newest first."""
        ...

    async def judge(self, verdicts: Sequence[tuple[int, Verdict]]) -> None:
        """Give entries the verdict they wait for; one that has its verdict keeps it."""
        ...

    async def release(self, feed: str, now: datetime) -> int:
        """Let the entries the flood breaker held be told as new; answers how many. Clears the feed's reason."""
        ...

    async def added_feeds(self) -> tuple[Added, ...]:
        """Those that people added; listened to beside the configured ones (`core.catalogue`)."""
        ...

    async def add_feed(self, added: Added) -> bool:
        """False when one with this id is there. What was remembered under the id is forgotten."""
        ...

    async def remove_feed(self, feed: str) -> Added | None:
        """The one that was removed; None when none that people added has this id."""
        ...

    # Filing
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
        to be told stays so; one that was not becomes so with the first report that is `told`. `text` is
        what search finds this entry by, `tags` what it finds the story by from now on (both `core.audience.indexed`).
        A story that was only adjacent and is no more is owed to the channels anew.
        """
        ...

    async def split(self, story: int, entries: tuple[int, ...], *, index: Index, now: datetime) -> Story | None:
        """Take these reports out into a story of their own; answers it, None when they are not some but not all of it.

        Reports that were merged in together come back under the number they had, with what was posted of them. A story
        that was never told is to be told where the one it leaves was still to be, and else stays quiet until `tell` or
        its next report. Both are `pinned` from then on.
        """
        ...

    async def merge(self, into: int, gone: int, *, why: str, index: Index, now: datetime) -> Story | None:
        """File all reports of `gone` under `into`; answers it, None when either is no story any more.

        A channel keeps the message it has; it gets none that it would get twice. What was posted of `gone` is to be
        edited, and its number leads to `into` from now on.
        """
        ...

    async def tell(self, story: int, now: datetime) -> bool:
        """Let a quiet story be told to those who ask for it; False when it is or was told anyway."""
        ...

    # Briefing
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

    # Corrections
    async def told(self, feed: str, keys: tuple[str, ...], since: datetime) -> tuple[tuple[Entry, Brief], ...]:
        """Those of the feed's entries whose story was told by a brief written since then, with that brief; beside the
        brief of the story an entry is in, that of the one it was merged out of."""
        ...

    async def known_version(self, entry: int, digest: str) -> bool:
        """Whether this later version of the entry was looked at before."""
        ...

    async def see_version(self, entry: int, digest: str, now: datetime) -> None: ...

    async def correct(self, correction: Correction, brief: Brief, digest: str, now: datetime) -> None:
        """The brief as corrected, and the version seen; every posted message is to be edited and gets a note under it."""
        ...

    async def corrections(self, limit: int) -> tuple[tuple[int, Correction], ...]:
        """The newest first, each with its story."""
        ...

    # The outbox
    async def claim(
        self,
        now: datetime,
        platforms: tuple[str, ...],
        *,
        lease: timedelta,
        gaps: Mapping[str, timedelta],
        limit: int,
        share: int | None = None,
        alone: Collection[str] = (),
    ) -> tuple[tuple[Delivery, Brief], ...]:
        """Lease what is due, oldest first, at most one per channel and none where one is in flight.

        At most `share` of one space are under way at once (None: as many as `limit`), and where not all that is due
        has room, the space with the fewest under way comes first. Of a space that is to be `alone`, one at a time.

        What was gathered and is due by now is released first: three or more of a channel as one digest, which
        `carries` them. Where a channel has quiet hours now, what waits is put off until they end.

        Pending rows come back as `sending`. A row whose lease ran out while sending comes back as `doubt`, leased
        anew: the caller resolves it. `gaps` gives each platform's least time between two messages to one channel.
        """
        ...

    async def settle(
        self, delivery: str, outcome: Outcome, now: datetime, retry: timedelta, *, threads: bool = False
    ) -> None:
        """Write what happened: sent, refused, doubt, or pending again after `retry`.

        What a digest carries is told with it; where the platform has `threads`, one by one in its thread from now on.
        """
        ...

    async def put_off(self, platform: str, space: str, until: datetime) -> None:
        """Nothing that waits for this space goes before then; what is under way, or in doubt, is left as it is."""
        ...

    async def reclaim(self, now: datetime) -> int:
        """At start, when no other process can hold a lease: rows left in `sending` are in doubt now, and due.

        A clock that was put back since the last turn is noticed as by `note_turn`.
        Messages for operators likewise; answers how many deliveries there were.
        """
        ...

    async def hold(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...] = ()) -> None:
        """A doubt that policy says not to resend: kept, shown, never sent by itself; operators read the notice."""
        ...

    async def resend(self, delivery: str, reason: str, now: datetime, *, notice: tuple[str, ...]) -> None:
        """A doubt that policy says to send once more, at once; operators read the notice."""
        ...

    async def next_due(self, platforms: tuple[str, ...], gaps: Mapping[str, timedelta]) -> datetime | None:
        """When the next claim could find something; None when the outbox holds nothing to send."""
        ...

    async def to_revise(self, now: datetime, platforms: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        """Each platform and space with posted messages that are to be edited."""
        ...

    async def claim_revisions(
        self, now: datetime, platform: str, space: str, *, until: datetime, limit: int
    ) -> tuple[tuple[Delivery, Brief], ...]:
        """Lease messages posted there that are to be edited, oldest first; one whose lease ran out is edited again."""
        ...

    async def settle_revision(
        self, delivery: str, *, until: datetime, again: datetime | None, failed: bool = False
    ) -> None:
        """Edited, or given up (`again` is None), or to be tried again then; `failed` counts among its `edit_tries`.

        Only while the lease `until` then stands: a story that grew meanwhile has its message edited once more.
        """
        ...

    # Subscriptions
    async def subscriptions(self, channel: Channel | None = None) -> tuple[Subscription, ...]: ...

    async def subscriptions_changed(self, since: int, limit: int) -> tuple[Asking, ...]:
        """The channels whose subscriptions or mutes changed after that change, with what they are now, oldest first."""
        ...

    async def subscribe(self, subscription: Subscription) -> Subscription:
        """Stored with its id; where the channel has the same query already, that one, with what else is asked of it now."""
        ...

    async def change(self, subscription: Subscription) -> bool:
        """What the channel asked for under this number, as it is now; False where there is none of that number."""
        ...

    async def unsubscribe(self, channel: Channel, subscription: int, now: datetime) -> bool:
        """What was gathered only for it is told no more. (Whatever changes subscriptions or settings has what is
        gathered in that channel planned anew by the next `claim`.)
        """
        ...

    async def resume(self, channel: Channel, subscription: int, now: datetime) -> tuple[Subscription, int] | None:
        """One that was stopped, as it was and under its number, and how many alerts come that waited for it.

        None where there is none, or where the channel asks for the same words anew by now.
        """
        ...

    async def subscribed_by(self, platform: str, space: str, person: str) -> tuple[Channel, ...]:
        """The channels of a space for which this person saved a subscription that is still there."""
        ...

    async def give_feedback(self, feedback: Feedback) -> None:
        """What a person says of a story in a channel, in place of what they said before."""
        ...

    async def feedback(
        self, channel: Channel, *, story: int | None = None, since: datetime | None = None
    ) -> tuple[Feedback, ...]:
        """What people of the channel said, of this story and of those merged into it or of all, oldest first."""
        ...

    async def setting(self, channel: Channel, name: str) -> str:
        """A channel's own choice; "" where it made none."""
        ...

    async def set(self, channel: Channel, name: str, value: str) -> None: ...

    async def mute(self, channel: Channel, word: str, now: datetime) -> None: ...

    async def unmute(self, channel: Channel, word: str) -> bool: ...

    async def mutes(self, channel: Channel) -> tuple[str, ...]: ...

    async def chosen(self) -> tuple[Item, ...]:
        """All that people chose: subscriptions, mutes, settings and feeds, of every channel."""
        ...

    async def choose(self, wanted: tuple[Item, ...], *, prune: bool, now: datetime) -> tuple[Change, ...]:
        """Make it so, whole or not at all; answers what changed. `prune` takes away what is not wanted."""
        ...

    # Looking up
    async def latest(self, limit: int, offset: int = 0, *, adjacent: bool = False) -> tuple[Story, ...]:
        """Newest event first, whether told or not; with those only near AI regulation where `adjacent` says so."""
        ...

    async def search(self, fts: str, limit: int, offset: int = 0) -> tuple[Story, ...]:
        """By an FTS5 expression from `core.query.to_fts`, best first, newer before older at equal rank."""
        ...

    async def story(self, story: int) -> Story | None:
        """The story of this number; the one it is part of, where people merged it."""
        ...

    async def about(self, instruments: tuple[str, ...], before: datetime, limit: int) -> tuple[Story, ...]:
        """Stories about one of these instruments whose first report is older than that, newest first.

        Their entries carry only the start of their texts.
        """
        ...

    async def find(self, link: str) -> tuple[tuple[Judged, int | None], ...]:
        """Entries with this address (canonical form), with their story's id."""
        ...

    async def trail(self, entry: int) -> tuple[Decision, ...]:
        """Everything decided about an entry, oldest first."""
        ...

    async def deliveries(self, story: int) -> tuple[Delivery, ...]:
        """Of the story and of those merged into it; the digests that carry them are not."""
        ...

    async def told_in(self, channel: Channel, since: datetime) -> frozenset[int]:
        """The stories that the channel was sent since then, by the numbers they have now."""
        ...

    async def keep_line(self, line: str, now: datetime) -> str:
        """A line too long for a button, under a key of its own: the same line has the same key."""
        ...

    async def kept_line(self, line: str) -> str:
        """What was kept under this key; the line itself when it is none. Raises UserError for a key that is kept no more."""
        ...

    # Care
    async def forget_untold(self, before: datetime, limit: int) -> int:
        """Of what was last heard of before then and never told keep no more than that it is known; answers how many."""
        ...

    # Health
    async def platforms(self) -> tuple[PlatformHealth, ...]: ...

    async def troubled_channels(self) -> tuple[ChannelHealth, ...]: ...

    async def troubles(self) -> Mapping[str, Trouble]:
        """What operators were told of sources and is not over, by feed id."""
        ...

    async def watch(self, changed: Mapping[str, Trouble | None], text: tuple[str, ...], now: datetime) -> None:
        """What became of these sources, and the message that says so, in one transaction."""
        ...

    async def claim_notice(self, now: datetime, *, since: datetime, lease: timedelta) -> Notice | None:
        """Lease the oldest message for operators that is not older than `since`; None when none is due.

        One that an earlier claim left unsettled comes back in doubt.
        """
        ...

    async def settle_notice(self, notice: int, outcome: Outcome, now: datetime, retry: timedelta) -> None:
        """Write what happened: sent, refused, in doubt, pending again after `retry`, or held when nobody can tell."""
        ...

    async def note_turn(self, now: datetime) -> timedelta:
        """Answers how far the clock was put back since the last one, nothing where it was not.

        Then nothing waits for the old time: what was planned keeps its distance from now, digests are planned anew.
        """
        ...

    async def measures(self, month: str) -> Measures:
        """What the metrics count that only the database knows; `month` is the one whose spending is meant."""
        ...

    async def waiting(self) -> datetime | None:
        """Since when the oldest delivery that should have gone has waited; None when none waits."""
        ...

    async def first_seen(self, stories: tuple[int, ...]) -> Mapping[int, datetime]:
        """When the first report of each was first seen."""
        ...

    async def census(self) -> Census: ...

    async def close(self) -> None: ...
