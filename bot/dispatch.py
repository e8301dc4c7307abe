"""The outbox: claim what is due, send it, settle what happened. Only here is anything sent or sent again."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, assert_never

import structlog
from aiolimiter import AsyncLimiter

from bot.core import cards, schedule
from bot.core.vocabulary import Vocabulary
from bot.model import Brief, Delivery, Doubt, Later, Outcome, Refused, Sent
from bot.ports import Platform, Store

log = structlog.get_logger()

LEASE = timedelta(minutes=3)
"""Longer than the slowest send: a limiter's wait and one request's deadline."""

BATCH = 50


@dataclass(frozen=True, slots=True)
class Outbox:
    """What a flush works with. `platforms` are those that may be spoken to now, by name."""

    store: Store
    platforms: Mapping[str, Platform]
    vocabulary: Vocabulary
    now: Callable[[], datetime]
    doubt: Literal["resend", "hold"]
    """What to do with a delivery that may or may not have been posted, when the platform cannot tell."""
    limiters: dict[str, AsyncLimiter] = field(default_factory=dict)

    @property
    def up(self) -> tuple[str, ...]:
        return tuple(name for name, platform in self.platforms.items() if not platform.down)

    @property
    def gaps(self) -> Mapping[str, timedelta]:
        return {name: platform.pace.channel_gap for name, platform in self.platforms.items()}

    def limiter(self, platform: str) -> AsyncLimiter:
        rate = self.platforms[platform].pace.per_second
        return self.limiters.setdefault(platform, AsyncLimiter(max_rate=max(1.0, rate), time_period=max(1.0, 1 / rate)))


async def flush(outbox: Outbox, *, patience: timedelta = timedelta(0)) -> tuple[tuple[Delivery, Brief], ...]:
    """Send all that is due, and all that comes due within `patience`; answers what was sent."""
    sent: list[tuple[Delivery, Brief]] = []
    deadline = outbox.now() + patience
    while True:
        claimed = await outbox.store.claim(outbox.now(), outbox.up, lease=LEASE, gaps=outbox.gaps, limit=BATCH)
        if claimed:
            outcomes = await _deliver_all(outbox, claimed)
            sent += [pair for pair, outcome in zip(claimed, outcomes, strict=True) if isinstance(outcome, Sent)]
            continue
        due = await outbox.store.next_due(outbox.up, outbox.gaps)
        if due is None or due > deadline:
            return tuple(sent)
        await asyncio.sleep(max(0.0, (due - outbox.now()).total_seconds()))


async def _deliver_all(outbox: Outbox, claimed: tuple[tuple[Delivery, Brief], ...]) -> list[Outcome]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_deliver(outbox, delivery, brief)) for delivery, brief in claimed]
    return [task.result() for task in tasks]


async def _deliver(outbox: Outbox, delivery: Delivery, brief: Brief) -> Outcome:
    outcome = await _attempt(outbox, delivery, brief)
    retry = schedule.outbox_retry(delivery.attempts)
    if delivery.state == "doubt" and isinstance(outcome, Doubt):
        return await _unknowable(outbox, delivery, outcome)
    await outbox.store.settle(delivery.id, outcome, outbox.now(), retry)
    _tell(delivery, outcome)
    return outcome


async def _attempt(outbox: Outbox, delivery: Delivery, brief: Brief) -> Outcome:
    platform = outbox.platforms[delivery.channel.platform]
    mark = "Preview" if delivery.kind == "preview" else ""
    card = cards.alert(brief, outbox.vocabulary, because=delivery.because, mark=mark)
    async with outbox.limiter(platform.name):
        try:
            if delivery.state == "doubt":
                return await platform.resolve(delivery, card)
            return await platform.send(delivery, card)
        except Exception as error:  # a bug in one message must not stop the others; it may have been posted
            log.exception("delivery crashed", delivery=delivery.id, channel=str(delivery.channel))
            return Doubt(f"RegPulse itself failed while sending ({type(error).__name__}); the log has the details")


async def _unknowable(outbox: Outbox, delivery: Delivery, outcome: Doubt) -> Outcome:
    """Nobody can say whether it was posted: the operator's policy decides, and the operator is told."""
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if outbox.doubt == "resend" and delivery.attempts < 2:  # twice in doubt is a fault that sending cannot mend
        log.warning("doubt resolved by policy: sending again", **fields, reason=outcome.reason)
        again = Later(outcome.reason, timedelta(0))
        await outbox.store.settle(delivery.id, again, outbox.now(), timedelta(0))
        return again
    log.warning("doubt held by policy: look at the channel", **fields, reason=outcome.reason)
    await outbox.store.hold(delivery.id, outcome.reason, outbox.now())
    return outcome


def _tell(delivery: Delivery, outcome: Outcome) -> None:
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    match outcome:
        case Sent(message):
            log.info("sent", **fields, message=message)
        case Later(reason, _):
            log.warning("sending later", **fields, reason=reason)
        case Refused(reason, remedy):
            log.error("refused", **fields, reason=reason, remedy=remedy)
        case Doubt(reason):
            log.warning("in doubt", **fields, reason=reason)
        case _:
            assert_never(outcome)
