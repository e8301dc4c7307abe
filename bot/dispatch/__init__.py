"""The outbox: claim what is due, send it, settle what happened. Only here is anything sent, sent again or edited."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import assert_never

import structlog

from bot.core import blindness, places, schedule, undecided
from bot.dispatch import saying
from bot.dispatch.editing import retell
from bot.dispatch.outbox import LEASE, SENDING, Outbox
from bot.errors import StoreDown, Unshown
from bot.model import Brief, Card, Channel, Delivery, Doubt, Later, Notice, Outcome, Refused, Sent
from bot.ports import Platform

__all__ = ["Outbox", "cry", "flush", "inform", "retell"]

log = structlog.get_logger()

PLACES, SHARE = 100, 25
"""Sends under way at once on a platform, and of these in one space: those that wait for their turn among them."""

PLACES_BY_SPACE, SHARE_BY_SPACE = 1_000, 10
"""The same where each space has a pace of its own: enough for a hundred at full pace, each answering within a second."""

NOTICES_KEPT = timedelta(days=3)
"""After which a message for operators is no news, such as when their channel is named only then."""

NOTICE_LATE = timedelta(hours=1)
"""After which it says of when it is."""

NOTICE_TRIES = 6
"""Times a message for operators is sent of which nobody can tell; after that it is held."""

WRITES = 60
WRITE_AGAIN = 1.0
"""Tries of a receipt, and seconds between them, while the database cannot be written: within a lease, all of them."""

LOOK_EVERY, MUCH, LOOK_AT_LEAST_EVERY = 0.2, 50, 0.5
"""Seconds between two looks at the outbox while something is under way, and while as much as that is: one look finds room
for all that ended since, and goes through all that waits."""

LONGEST_PAUSE = 1.0
"""Seconds after which it is looked at again while something comes due soon."""

_OURS = "This is a fault of RegPulse; see its log."

Posted = tuple[Delivery, Brief]
Running = dict[asyncio.Task[tuple[Posted, ...]], tuple[str, str, int]]
"""What is under way, each with its platform, delivery and attempt."""


async def _nobody(sent: tuple[Posted, ...]) -> None: ...


async def flush(
    outbox: Outbox,
    *,
    patience: timedelta = timedelta(0),
    tell: Callable[[tuple[Posted, ...]], Awaitable[None]] = _nobody,
) -> tuple[Posted, ...]:
    """Send all that is due, and all that comes due within `patience`; answers what was sent, and tells of it at once.

    A slow channel holds up no other, nor a slow space: what ends makes room for what is due, and of those that are due
    the spaces with the fewest under way come first. What fails meanwhile ends none that is under way.
    """
    sent: list[Posted] = []
    running: Running = {}
    deadline = outbox.now() + patience
    async with asyncio.TaskGroup() as group:
        try:
            while True:
                await _begin(outbox, group, running)
                if running:
                    await asyncio.wait(running, timeout=LOOK_EVERY if len(running) < MUCH else LOOK_AT_LEAST_EVERY)
                    told = tuple(posted for task in running if task.done() for posted in task.result())
                    running = {task: what for task, what in running.items() if not task.done()}
                    sent += told
                    with suppress(StoreDown):
                        await tell(told)
                elif (pause := await _pause(outbox, deadline)) is None:
                    return tuple(sent)
                else:
                    await asyncio.sleep(pause)
        except Exception:  # a bug, too, must not cancel what is under way
            if running:
                await asyncio.wait(running)
            raise


async def _begin(outbox: Outbox, group: asyncio.TaskGroup, running: Running) -> None:
    for platform, delivery, brief in await _claim(outbox, Counter(name for name, _, _ in running.values())):
        # A clock put on ends leases before their time; a further attempt follows one that is settled and about to end.
        one = platform.name, delivery.id, delivery.attempts
        if one not in running.values():
            running[group.create_task(_deliver(outbox, platform, delivery, brief))] = one


async def inform(outbox: Outbox) -> int:
    """Tell operators what became of their sources, oldest first, each once; answers how many messages were sent."""
    sent = 0
    while outbox.ops and (platform := outbox.up.get(outbox.ops.platform)) and not outbox.stopping.is_set():
        now = outbox.now()
        notice = await outbox.store.claim_notice(now, since=now - NOTICES_KEPT, lease=LEASE)
        if notice is None:
            break
        outcome = await _inform(outbox, platform, outbox.ops, notice)
        if isinstance(outcome, Doubt) and not outcome.knowable and notice.attempts < NOTICE_TRIES:
            outcome = Later(outcome.reason, timedelta(0))  # operators are rather told twice than not at all
        await outbox.store.settle_notice(notice.id, outcome, outbox.now(), schedule.outbox_retry(notice.attempts))
        if not isinstance(outcome, Sent):
            log.warning("operators not told", notice=notice.id, channel=str(outbox.ops), reason=outcome.reason)
            break
        sent += 1
    return sent


async def cry(outbox: Outbox, text: tuple[str, ...]) -> bool:
    """Tell operators straight what the store cannot keep: the best that can be done, and nothing of it is remembered.

    Answers whether they were told, or may have been.
    """
    platform = outbox.up.get(outbox.ops.platform) if outbox.ops else None
    if platform is None or outbox.ops is None:
        return False
    now = outbox.now()
    notice = Notice(0, text, now, now, 1, doubt=False)
    outcome = await _inform(outbox, platform, outbox.ops, notice)
    if not isinstance(outcome, Sent):
        log.warning("operators not told", what=text[0], channel=str(outbox.ops), reason=outcome.reason)
    return isinstance(outcome, Sent | Doubt)


async def _inform(outbox: Outbox, platform: Platform, channel: Channel, notice: Notice) -> Outcome:
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
    late = notice.at if outbox.now() - notice.at > NOTICE_LATE else None
    return await _given(outbox, platform, delivery, blindness.card(notice.text, notice.id, late))


async def _claim(outbox: Outbox, under_way: Mapping[str, int]) -> tuple[tuple[Platform, Delivery, Brief], ...]:
    """Of each platform what there is room for: one that is slow keeps no place from another."""
    found: list[tuple[Platform, Delivery, Brief]] = []
    for name, platform in outbox.up.items() if not outbox.stopping.is_set() else ():
        places, share = (PLACES_BY_SPACE, SHARE_BY_SPACE) if platform.pace.by_space else (PLACES, SHARE)
        if room := places - under_way.get(name, 0):
            try:
                claimed = await outbox.store.claim(
                    outbox.now(),
                    (name,),
                    lease=LEASE,
                    gaps=outbox.gaps,
                    limit=room,
                    share=share,
                    traceable=platform.traceable,
                )
            except StoreDown:
                if found or under_way:  # that ends first, each with its receipt; what lasts is raised then
                    break
                raise
            found += ((platform, delivery, brief) for delivery, brief in claimed)
    return tuple(found)


async def _pause(outbox: Outbox, deadline: datetime) -> float | None:
    """Seconds until the outbox is worth another look; None when nothing comes due before the deadline."""
    if outbox.stopping.is_set():
        return None
    due = await outbox.store.next_due(tuple(outbox.up), outbox.gaps)
    if due is None or due > deadline:
        return None
    return min(LONGEST_PAUSE, max(0.02, (due - outbox.now()).total_seconds()))


async def _deliver(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> tuple[Posted, ...]:
    """What was told by it: all that a digest carries, but where each follows in its thread.

    Never raises: beside it are others.
    """
    try:
        outcome = await _outcome(outbox, platform, delivery, brief)
        await _settle(outbox, platform, delivery, brief, outcome)
    except StoreDown as error:  # for as long as its receipt is tried: it is looked for when the lease ends
        log.error("not settled", delivery=delivery.id, channel=str(delivery.channel), reason=str(error))
        return ()
    except Exception:  # so it is after a bug
        log.exception("settling crashed", delivery=delivery.id, channel=str(delivery.channel))
        return ()
    if not isinstance(outcome, Sent):
        return ()
    if delivery.kind == "digest":
        return () if platform.pace.threads else tuple((delivery, one) for one in delivery.carries)
    return ((delivery, brief),)


async def _outcome(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> Outcome:
    if wrong := places.fault(delivery.channel):
        return Refused(wrong, "Unsubscribe it there, and subscribe the channel by its id")
    try:
        card = await saying.card(outbox, delivery, brief)
    except StoreDown as error:
        return _not_begun(delivery, str(error), None)
    except Exception as error:  # tried again it would fail again
        log.exception("card crashed", delivery=delivery.id, channel=str(delivery.channel))
        reason = f"RegPulse itself failed to make the message of story {delivery.story} ({type(error).__name__})"
        return Refused(reason, _OURS)
    return await _given(outbox, platform, delivery, card)


async def _settle(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief, outcome: Outcome) -> None:
    if delivery.state == "doubt" and isinstance(outcome, Doubt) and not outcome.knowable:
        await _unknowable(outbox, delivery, brief, outcome)
        return
    threads, retry = platform.pace.threads, schedule.outbox_retry(delivery.attempts)
    await _written(lambda: outbox.store.settle(delivery.id, outcome, outbox.now(), retry, threads=threads))
    _tell(delivery, outcome)
    if isinstance(outcome, Later) and outcome.after and platform.pace.by_space:
        await _rest(outbox, delivery.channel, outcome.after)


async def _rest(outbox: Outbox, channel: Channel, asked: timedelta) -> None:
    """The space alone, and all that waits for it; the others go on."""
    known = outbox.waits_for(channel.platform, channel.space, SENDING)
    if known is None or asked - known > timedelta(seconds=1):
        outbox.is_to_wait(channel.platform, channel.space, SENDING, asked)
        log.warning("asked to wait", platform=channel.platform, space=channel.space, seconds=asked.total_seconds())
        with suppress(StoreDown):  # what is claimed meanwhile is kept back one by one
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
        return _not_begun(delivery, "RegPulse was stopped before", timedelta(0))
    try:
        if delivery.state == "doubt":
            return await saying.shown(outbox, platform.resolve, delivery, card)
        if wait := outbox.waits_for(platform.name, delivery.channel.space, SENDING):
            return Later(f"{platform.name} asked us to wait", wait)
        return await saying.shown(outbox, platform.send, delivery, card)
    except StoreDown as error:  # it is asked before anything is posted
        return _not_begun(delivery, str(error), None)
    except Unshown as error:  # tried again it would fail again
        log.exception("layout crashed", delivery=delivery.id, channel=str(delivery.channel))
        reason = f"RegPulse itself failed to lay out the message of story {delivery.story} ({error})"
        if delivery.state == "doubt":
            return Doubt(reason, knowable=False)
        return Refused(reason, _OURS)
    except Exception as error:  # a bug in one message must not stop the others; it may have been posted
        log.exception("delivery crashed", delivery=delivery.id, channel=str(delivery.channel))
        return Doubt(f"RegPulse itself failed while sending ({type(error).__name__}); the log has the details")


def _not_begun(delivery: Delivery, reason: str, after: timedelta | None) -> Outcome:
    """What was in doubt stays so."""
    return Doubt(reason) if delivery.state == "doubt" else Later(reason, after)


async def _unknowable(outbox: Outbox, delivery: Delivery, brief: Brief, outcome: Doubt) -> None:
    """Nobody can say whether it was posted: the operator's policy decides, and the operator is told."""
    # Twice in doubt is a fault that sending cannot mend.
    again = outbox.doubt == "resend" and not delivery.resent and delivery.wanted
    notice = undecided.notice(delivery, brief.headline, outcome.reason, again=again)
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if again:
        log.warning("doubt resolved by policy: sending again", **fields, reason=outcome.reason)
        await _written(lambda: outbox.store.resend(delivery.id, outcome.reason, outbox.now(), notice=notice))
    else:
        log.warning("doubt held by policy: look at the channel", **fields, reason=outcome.reason)
        await _written(lambda: outbox.store.hold(delivery.id, outcome.reason, outbox.now(), notice=notice))


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
