"""The outbox: claim what is due, send it, settle what happened. Only here is anything sent, sent again or edited."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, assert_never

import structlog

from bot.core import blindness, cards, catalogue, digest, schedule, undecided
from bot.core.vocabulary import Vocabulary
from bot.errors import StoreDown
from bot.model import Brief, Card, Channel, Delivery, Doubt, Feed, Later, Notice, Outcome, Refused, Sent
from bot.pacing import Pacer
from bot.ports import Platform, Store

log = structlog.get_logger()

LEASE = timedelta(minutes=3)
"""Longer than the slowest send: its turn in the pace and one request's deadline."""

SENDING, EDITING = "sending", "editing"

PLACES, SHARE = 100, 25
"""Sends under way at once on a platform, and of these in one space: those that wait for their turn among them."""

PLACES_BY_SPACE, SHARE_BY_SPACE = 1_000, 10
"""The same where each space has a pace of its own: enough for a hundred at full pace, each answering within a second."""

EDITS = 5
"""Messages of a space leased at once to be edited: as many as surely take less than a lease, one after another."""

EDIT_AGAIN = timedelta(minutes=1)
EDIT_AGAIN_AT_MOST = timedelta(hours=1)
"""After which an edit that met weather is tried again: the first time, and twice as long each time after that."""

EDIT_TRIES = 30
"""After which it is given up: a day, by these pauses."""

WEATHER_LASTS = timedelta(seconds=10)
"""In which no other edit is tried in a space where one met weather."""

NOTICES_KEPT = timedelta(days=3)
"""After which a message for operators is no news, such as when their channel is named only then."""

NOTICE_TRIES = 6
"""After which a message for operators of which nobody can tell is held: each time it is looked for and each it is sent."""

WRITES = 60
WRITE_AGAIN = 1.0
"""Tries of a receipt, and seconds between them, while the database cannot be written: within a lease, all of them."""

LOOK_EVERY, MUCH, LOOK_AT_LEAST_EVERY = 0.2, 50, 0.5
"""Seconds between two looks at the outbox while something is under way, and while as much as that is: one look finds room
for all that ended since, and goes through all that waits."""

LONGEST_PAUSE = 1.0
"""Seconds after which it is looked at again while something comes due soon."""


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
    pacers: dict[tuple[str, str, str], Pacer] = field(default_factory=dict)
    """By platform, space where that has a pace of its own, and what is paced."""
    untraceable: set[str] = field(default_factory=set)
    """Spaces in which a message in doubt could not be looked for: there one is sent at a time, so that a crash leaves
    one at most of which nobody can tell."""
    waits: dict[tuple[str, str, str], tuple[datetime, timedelta]] = field(default_factory=dict)
    """Until when we are asked not to do this in that space of the platform, and how long that was when it was asked."""
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

    async def turn(self, platform: Platform, space: str) -> None:
        await self._pacer(platform, space, SENDING, platform.pace.per_second).turn()

    async def edit_turn(self, platform: Platform, space: str) -> None:
        await self._pacer(platform, space, EDITING, platform.pace.edits_per_second).turn()
        await self.turn(platform, space)

    def _pacer(self, platform: Platform, space: str, what: str, per_second: float) -> Pacer:
        key = (platform.name, space if platform.pace.by_space else "", what)
        if key not in self.pacers:
            self.pacers[key] = Pacer(per_second)
        return self.pacers[key]

    def is_to_wait(self, platform: str, space: str, what: str, wait: timedelta) -> None:
        self.waits[platform, space, what] = self.now() + wait, wait

    def waits_for(self, platform: str, space: str, what: str) -> timedelta | None:
        """How long this is not to be done there yet; None when it may."""
        until, asked = self.waits.get((platform, space, what), (self.now(), timedelta(0)))
        left = until - self.now()
        return left if timedelta(0) < left <= asked else None  # more is left only when the clock was put back


Posted = tuple[Delivery, Brief]


async def _nobody(sent: tuple[Posted, ...]) -> None: ...


async def flush(
    outbox: Outbox,
    *,
    patience: timedelta = timedelta(0),
    tell: Callable[[tuple[Posted, ...]], Awaitable[None]] = _nobody,
) -> tuple[Posted, ...]:
    """Send all that is due, and all that comes due within `patience`; answers what was sent, and tells of it at once.

    A slow channel holds up no other, nor a slow space: what ends makes room for what is due, and of those that are due
    the spaces with the fewest under way come first.
    """
    sent: list[Posted] = []
    running: dict[asyncio.Task[tuple[Posted, ...]], tuple[str, str]] = {}
    deadline = outbox.now() + patience
    async with asyncio.TaskGroup() as group:
        while True:
            for platform, delivery, brief in await _claim(outbox, Counter(name for name, _ in running.values())):
                if (platform.name, delivery.id) not in running.values():  # a clock put on ends leases before their time
                    running[group.create_task(_deliver(outbox, platform, delivery, brief))] = platform.name, delivery.id
            if running:
                await asyncio.wait(running, timeout=LOOK_EVERY if len(running) < MUCH else LOOK_AT_LEAST_EVERY)
                told = tuple(posted for task in running if task.done() for posted in task.result())
                running = {task: what for task, what in running.items() if not task.done()}
                sent += told
                await tell(told)
            elif (pause := await _pause(outbox, deadline)) is None:
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
        if isinstance(outcome, Doubt) and not outcome.knowable and notice.attempts < NOTICE_TRIES:
            outcome = Later(outcome.reason, timedelta(0))  # operators are rather told twice than not at all
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
    platform = outbox.platforms[channel.platform]
    return await _given(outbox, platform, delivery, blindness.card(notice.text, notice.id))


async def retell(outbox: Outbox) -> int:
    """Edit the posted messages whose story has changed since; answers how many were edited.

    Space by space, beside each other: none waits for one that is slow or in trouble.
    """
    edited, running = 0, dict[asyncio.Task[int], tuple[str, str]]()
    async with asyncio.TaskGroup() as group:
        while True:
            for name, space in await outbox.store.to_revise(outbox.now(), outbox.up):
                if (name, space) not in running.values() and not outbox.waits_for(name, space, EDITING):
                    platform = outbox.platforms[name]
                    running[group.create_task(_retell_in(outbox, platform, space))] = (name, space)
            if not running:
                return edited
            await asyncio.wait(running, timeout=LONGEST_PAUSE)
            edited += sum(task.result() for task in running if task.done())
            running = {task: where for task, where in running.items() if not task.done()}


async def _retell_in(outbox: Outbox, platform: Platform, space: str) -> int:
    """One after another until there is weather: edits are small news, and an alert must not wait for them."""
    edited = 0
    while True:
        until = outbox.now() + LEASE
        claimed = list(await outbox.store.claim_revisions(outbox.now(), platform.name, space, until=until, limit=EDITS))
        if not claimed:
            return edited
        while claimed:
            delivery, brief = claimed.pop(0)
            outcome = await _edit(outbox, platform, delivery, brief)
            edited += isinstance(outcome, Sent)
            weather = isinstance(outcome, Later | Doubt)
            again = _edit_again(outbox, delivery, outcome) if weather else None
            await outbox.store.settle_revision(delivery.id, until=until, again=again, failed=weather)
            if weather:
                asked = outcome.after if isinstance(outcome, Later) and outcome.after else timedelta(0)
                outbox.is_to_wait(platform.name, space, EDITING, max(asked, WEATHER_LASTS))
                await _put_off(outbox, claimed, until, asked)
                return edited


def _edit_again(outbox: Outbox, delivery: Delivery, outcome: Outcome) -> datetime | None:
    """When; None for one that has met weather so often that it is given up."""
    if delivery.edit_tries + 1 >= EDIT_TRIES:
        log.error(
            "edit given up: the posted message stays as it is",
            delivery=delivery.id,
            story=delivery.story,
            channel=str(delivery.channel),
            tries=EDIT_TRIES,
        )
        return None
    asked = outcome.after if isinstance(outcome, Later) else None
    backed_off = min(EDIT_AGAIN_AT_MOST, EDIT_AGAIN * 2 ** min(delivery.edit_tries, 12))
    return outbox.now() + (backed_off if asked is None else asked)


async def _put_off(outbox: Outbox, claimed: list[Posted], until: datetime, wait: timedelta) -> None:
    """Back as they were, so that one message Slack or Discord cannot edit holds up no other for ever."""
    for delivery, _ in claimed:
        await outbox.store.settle_revision(delivery.id, until=until, again=outbox.now() + wait)


async def _edit(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> Outcome:
    await outbox.edit_turn(platform, delivery.channel.space)
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


async def _claim(outbox: Outbox, under_way: Mapping[str, int]) -> tuple[tuple[Platform, Delivery, Brief], ...]:
    """Of each platform what there is room for: one that is slow keeps no place from another."""
    found: list[tuple[Platform, Delivery, Brief]] = []
    for name in outbox.up if not outbox.stopping.is_set() else ():
        platform = outbox.platforms[name]
        places, share = (PLACES_BY_SPACE, SHARE_BY_SPACE) if platform.pace.by_space else (PLACES, SHARE)
        if room := places - under_way.get(name, 0):
            claimed = await outbox.store.claim(
                outbox.now(),
                (name,),
                lease=LEASE,
                gaps=outbox.gaps,
                limit=room,
                share=share,
                alone=platform.untraceable | outbox.untraceable,
            )
            found += ((platform, delivery, brief) for delivery, brief in claimed)
    return tuple(found)


async def _pause(outbox: Outbox, deadline: datetime) -> float | None:
    """Seconds until the outbox is worth another look; None when nothing comes due before the deadline."""
    if outbox.stopping.is_set():
        return None
    due = await outbox.store.next_due(outbox.up, outbox.gaps)
    if due is None or due > deadline:
        return None
    return min(LONGEST_PAUSE, max(0.02, (due - outbox.now()).total_seconds()))


async def _deliver(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> tuple[Posted, ...]:
    """What was told by it: all that a digest carries, but where each follows in its thread."""
    outcome = await _given(outbox, platform, delivery, await _card(outbox, delivery, brief))
    if delivery.state == "doubt" and isinstance(outcome, Doubt) and not outcome.knowable:
        await _unknowable(outbox, delivery, brief, outcome)
        return ()
    threads, retry = platform.pace.threads, schedule.outbox_retry(delivery.attempts)
    await _written(lambda: outbox.store.settle(delivery.id, outcome, outbox.now(), retry, threads=threads))
    _tell(delivery, outcome)
    if isinstance(outcome, Later) and outcome.after and platform.pace.by_space:
        await _rest(outbox, delivery.channel, outcome.after)
    if not isinstance(outcome, Sent):
        return ()
    if delivery.kind == "digest":
        return () if threads else tuple((delivery, one) for one in delivery.carries)
    return ((delivery, brief),)


async def _rest(outbox: Outbox, channel: Channel, asked: timedelta) -> None:
    """The space alone, and all that waits for it; the others go on."""
    known = outbox.waits_for(channel.platform, channel.space, SENDING)
    if known is None or asked - known > timedelta(seconds=1):
        outbox.is_to_wait(channel.platform, channel.space, SENDING, asked)
        log.warning("asked to wait", platform=channel.platform, space=channel.space, seconds=asked.total_seconds())
        await outbox.store.put_off(channel.platform, channel.space, outbox.now() + asked)


async def _written(receipt: Callable[[], Awaitable[None]]) -> None:
    """What the platform said is worth more tries than one: without it a message that was posted would be in doubt."""
    for _ in range(WRITES - 1):
        try:
            return await receipt()
        except StoreDown:
            await asyncio.sleep(WRITE_AGAIN)
    return await receipt()


async def _given(outbox: Outbox, platform: Platform, delivery: Delivery, card: Card) -> Outcome:
    await outbox.turn(platform, delivery.channel.space)
    if outbox.stopping.is_set():
        said = "RegPulse was stopped before it could"
        return Doubt(f"{said} look for it") if delivery.state == "doubt" else Later(f"{said} send it", timedelta(0))
    try:
        if delivery.state == "doubt":
            return await platform.resolve(delivery, card)
        if wait := outbox.waits_for(platform.name, delivery.channel.space, SENDING):
            return Later(f"{platform.name} asked us to wait", wait)
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


async def _unknowable(outbox: Outbox, delivery: Delivery, brief: Brief, outcome: Doubt) -> None:
    """Nobody can say whether it was posted: the operator's policy decides, and the operator is told."""
    outbox.untraceable.add(delivery.channel.space)
    again = outbox.doubt == "resend" and delivery.attempts < 2  # twice in doubt is a fault that sending cannot mend
    notice = undecided.notice(delivery, brief.headline, outcome.reason, again=again)
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if again:
        log.warning("doubt resolved by policy: sending again", **fields, reason=outcome.reason)
        await outbox.store.resend(delivery.id, outcome.reason, outbox.now(), notice=notice)
    else:
        log.warning("doubt held by policy: look at the channel", **fields, reason=outcome.reason)
        await outbox.store.hold(delivery.id, outcome.reason, outbox.now(), notice=notice)


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
