"""The outbox: claim what is due, send it, settle what happened. Only here is anything sent, sent again or edited."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

import structlog
from aiolimiter import AsyncLimiter

from bot.core import blindness, cards, catalogue, digest, schedule
from bot.core.vocabulary import Vocabulary
from bot.errors import StoreDown
from bot.model import Brief, Card, Channel, Delivery, Doubt, Feed, Later, Notice, Outcome, Refused, Sent
from bot.ports import Platform, Store

log = structlog.get_logger()

LEASE = timedelta(minutes=3)
"""Longer than the slowest send: a limiter's wait and one request's deadline."""

BATCH = 50
"""Sends under way at once."""

EDITS = 10
"""Messages leased at once to be edited: as many as surely take less than a lease, one after another."""

EDIT_AGAIN = timedelta(minutes=1)
"""After which an edit that met weather is tried again."""

NOTICES_KEPT = timedelta(days=3)
"""After which a message for operators is no news, such as when their channel is named only then."""

WRITES = 60
WRITE_AGAIN = 1.0
"""Tries of a receipt, and seconds between them, while the database cannot be written: within a lease, all of them."""

LOOK_EVERY = 1.0
"""Seconds after which the outbox is looked at again while something is under way."""


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a flush works with. `platforms` are those that may be spoken to now, by name."""

    store: Store
    platforms: Mapping[str, Platform]
    vocabulary: Vocabulary
    now: Callable[[], datetime]
    doubt: Literal["resend", "hold"]
    """What to do with a delivery that may or may not have been posted, when the platform cannot tell."""
    ops: Channel | None = None
    """Where operators are told of their sources; None for the log alone."""
    feeds: tuple[Feed, ...] = ()
    """Of whose health a digest tells."""
    limiters: dict[str, AsyncLimiter] = field(default_factory=dict)
    stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Begin nothing new: what is under way ends, so that nothing is left in doubt."""
        self.stopping.set()

    @property
    def up(self) -> tuple[str, ...]:
        return tuple(name for name, platform in self.platforms.items() if not platform.down)

    @property
    def gaps(self) -> Mapping[str, timedelta]:
        return {name: platform.pace.channel_gap for name, platform in self.platforms.items()}

    def limiter(self, platform: str) -> AsyncLimiter:
        return self._paced(platform, self.platforms[platform].pace.per_second)

    def edit_limiter(self, platform: str) -> AsyncLimiter:
        return self._paced(f"{platform} edits", self.platforms[platform].pace.edits_per_second)

    def _paced(self, what: str, rate: float) -> AsyncLimiter:
        return self.limiters.setdefault(what, AsyncLimiter(max_rate=max(1.0, rate), time_period=max(1.0, 1 / rate)))


Posted = tuple[Delivery, Brief]


async def flush(outbox: Outbox, *, patience: timedelta = timedelta(0)) -> tuple[Posted, ...]:
    """Send all that is due, and all that comes due within `patience`; answers what was sent.

    A slow channel holds up no other: whenever one send ends, the next due delivery takes its place.
    """
    sent: list[Posted] = []
    running: set[asyncio.Task[tuple[Posted, ...]]] = set()
    deadline = outbox.now() + patience
    async with asyncio.TaskGroup() as group:
        while True:
            claimed = await _claim(outbox, BATCH - len(running))
            running |= {group.create_task(_deliver(outbox, delivery, brief)) for delivery, brief in claimed}
            if claimed:
                continue
            pause = await _pause(outbox, deadline)
            if running:
                done, running = await asyncio.wait(
                    running, timeout=pause or LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED
                )
                sent += [posted for task in done for posted in task.result()]
            elif pause is None:
                return tuple(sent)
            else:
                await asyncio.sleep(pause)


async def inform(outbox: Outbox) -> int:
    """Tell operators what became of their sources, oldest first, each once; answers how many messages were sent."""
    sent = 0
    while outbox.ops and outbox.ops.platform in outbox.up and not outbox.stopping.is_set():
        now = outbox.now()
        notice = await outbox.store.claim_notice(now, since=now - NOTICES_KEPT, lease=LEASE)
        if notice is None:
            break
        outcome = await _inform(outbox, outbox.ops, notice)
        await outbox.store.settle_notice(notice.id, outcome, outbox.now(), schedule.outbox_retry(notice.attempts))
        if not isinstance(outcome, Sent):
            log.warning("operators not told", notice=notice.id, channel=str(outbox.ops), reason=outcome.reason)
            break
        sent += 1
    return sent


async def _inform(outbox: Outbox, channel: Channel, notice: Notice) -> Outcome:
    delivery = Delivery(
        id=f"ops-{notice.id}-{notice.at:%y%m%d%H%M}",
        story=notice.id,
        channel=channel,
        kind="ops",
        because=(),
        state="doubt" if notice.doubt else "sending",
        attempts=notice.attempts,
        due=notice.at,
        created=notice.at,
        attempted=notice.attempted,
    )
    return await _given(outbox, delivery, blindness.card(notice.text, notice.id))


async def retell(outbox: Outbox) -> int:
    """Edit the posted messages whose story has changed since; answers how many were edited."""
    edits = await asyncio.gather(*(_retell_on(outbox, platform) for platform in outbox.up))
    return sum(edits)


async def _retell_on(outbox: Outbox, platform: str) -> int:
    """One after another until there is weather: edits are small news, and an alert must not wait for them."""
    edited = 0
    while True:
        until = outbox.now() + LEASE
        claimed = list(await outbox.store.claim_revisions(outbox.now(), (platform,), until=until, limit=EDITS))
        if not claimed:
            return edited
        while claimed:
            delivery, brief = claimed.pop(0)
            outcome = await _edit(outbox, delivery, brief)
            edited += isinstance(outcome, Sent)
            weather = isinstance(outcome, Later | Doubt)
            asked = outcome.after if isinstance(outcome, Later) else None
            again = outbox.now() + (EDIT_AGAIN if asked is None else asked) if weather else None
            await outbox.store.settle_revision(delivery.id, until=until, again=again)
            if weather:
                await _put_off(outbox, claimed, until, asked or timedelta(0))
                return edited


async def _put_off(outbox: Outbox, claimed: list[Posted], until: datetime, wait: timedelta) -> None:
    """Back as they were, so that one message Slack or Discord cannot edit holds up no other for ever."""
    for delivery, _ in claimed:
        await outbox.store.settle_revision(delivery.id, until=until, again=outbox.now() + wait)


async def _edit(outbox: Outbox, delivery: Delivery, brief: Brief) -> Outcome:
    platform = outbox.platforms[delivery.channel.platform]
    async with outbox.edit_limiter(platform.name):
        try:
            outcome = await platform.edit(delivery, await _card(outbox, delivery, brief))
        except Exception as error:  # a bug in one message must not stop the others
            log.exception("edit crashed", delivery=delivery.id, channel=str(delivery.channel))
            outcome = Refused(f"RegPulse itself failed ({type(error).__name__})", "")
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if isinstance(outcome, Sent):
        log.info("edited", **fields)
    else:
        log.warning("not edited", **fields, reason=outcome.reason)
    return outcome


async def _claim(outbox: Outbox, places: int) -> tuple[Posted, ...]:
    if not places or outbox.stopping.is_set():
        return ()
    return await outbox.store.claim(outbox.now(), outbox.up, lease=LEASE, gaps=outbox.gaps, limit=places)


async def _pause(outbox: Outbox, deadline: datetime) -> float | None:
    """Seconds until the outbox is worth another look; None when nothing comes due before the deadline."""
    if outbox.stopping.is_set():
        return None
    due = await outbox.store.next_due(outbox.up, outbox.gaps)
    if due is None or due > deadline:
        return None
    return min(LOOK_EVERY, max(0.02, (due - outbox.now()).total_seconds()))


async def _deliver(outbox: Outbox, delivery: Delivery, brief: Brief) -> tuple[Posted, ...]:
    """What was told by it: all that a digest carries, but where each follows in its thread."""
    outcome = await _attempt(outbox, delivery, brief)
    if delivery.state == "doubt" and isinstance(outcome, Doubt) and not outcome.knowable:
        await _unknowable(outbox, delivery, outcome)
        return ()
    threads, retry = outbox.platforms[delivery.channel.platform].pace.threads, schedule.outbox_retry(delivery.attempts)
    await _written(lambda: outbox.store.settle(delivery.id, outcome, outbox.now(), retry, threads=threads))
    _tell(delivery, outcome)
    if not isinstance(outcome, Sent):
        return ()
    if delivery.kind == "digest":
        return () if threads else tuple((delivery, one) for one in delivery.carries)
    return ((delivery, brief),)


async def _written(receipt: Callable[[], Awaitable[None]]) -> None:
    """What the platform said is worth more tries than one: without it a message that was posted would be in doubt."""
    for _ in range(WRITES - 1):
        try:
            return await receipt()
        except StoreDown:
            await asyncio.sleep(WRITE_AGAIN)
    return await receipt()


async def _attempt(outbox: Outbox, delivery: Delivery, brief: Brief) -> Outcome:
    return await _given(outbox, delivery, await _card(outbox, delivery, brief))


async def _given(outbox: Outbox, delivery: Delivery, card: Card) -> Outcome:
    platform = outbox.platforms[delivery.channel.platform]
    async with outbox.limiter(platform.name):
        if outbox.stopping.is_set():
            said = "RegPulse was stopped before it could"
            return Doubt(f"{said} look for it") if delivery.state == "doubt" else Later(f"{said} send it", timedelta(0))
        try:
            if delivery.state == "doubt":
                return await platform.resolve(delivery, card)
            return await platform.send(delivery, card)
        except Exception as error:  # a bug in one message must not stop the others; it may have been posted
            log.exception("delivery crashed", delivery=delivery.id, channel=str(delivery.channel))
            return Doubt(f"RegPulse itself failed while sending ({type(error).__name__}); the log has the details")


async def _card(outbox: Outbox, delivery: Delivery, brief: Brief) -> Card:
    match delivery.kind:
        case "correction":
            return cards.correction(brief)
        case "digest":
            feeds = catalogue.together(outbox.feeds, await outbox.store.added_feeds())
            coverage = blindness.coverage(feeds, await outbox.store.memories())
            told = delivery.carries or (brief,)
            made = digest.card(delivery.timing, told, coverage, because=delivery.because)
        case _:
            mark = "Preview" if delivery.kind == "preview" else ""
            made = cards.alert(brief, outbox.vocabulary, because=delivery.because, mark=mark)
    # In a digest's thread nobody is mentioned: the digest itself did.
    return replace(made, mention="" if delivery.thread else delivery.mention)


async def _unknowable(outbox: Outbox, delivery: Delivery, outcome: Doubt) -> None:
    """Nobody can say whether it was posted: the operator's policy decides, and the operator is told."""
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if outbox.doubt == "resend" and delivery.attempts < 2:  # twice in doubt is a fault that sending cannot mend
        log.warning("doubt resolved by policy: sending again", **fields, reason=outcome.reason)
        await outbox.store.settle(delivery.id, Later(outcome.reason, timedelta(0)), outbox.now(), timedelta(0))
        return
    log.warning("doubt held by policy: look at the channel", **fields, reason=outcome.reason)
    await outbox.store.hold(delivery.id, outcome.reason, outbox.now())


def _tell(delivery: Delivery, outcome: Outcome) -> None:
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    match outcome:
        case Sent(message):
            log.info("sent", **fields, message=message)
        case Later(reason, _):
            log.warning("sending later", **fields, reason=reason)
        case Refused(reason, remedy):
            log.error("refused", **fields, reason=reason, remedy=remedy)
        case Doubt(reason, _):
            log.warning("in doubt", **fields, reason=reason)
        case _:
            assert_never(outcome)
