"""The loops of a running bot: turns that overlap, news told as it arrives, baselines judged in between, the outbox emptied."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial

import structlog

from bot import dispatch, pipeline
from bot.app import clock
from bot.app.outcry import Outcry
from bot.app.signs import Signs
from bot.app.steady import finishing, overlapping, steady
from bot.dispatch import Outbox
from bot.model import Alert
from bot.pipeline.newsroom import Newsroom, Tally

log = structlog.get_logger()

LOOK_EVERY, LOOK_LEAST = 15.0, 0.5
"""Seconds between two looks at which feeds are due, at most and at least: the next look is when the next is due."""

GATHER = 0.5
"""Seconds between what arrived and telling it, so that what other feeds report of the same event is told with it."""

FLUSH_EVERY = 1.0
"""Seconds between two looks at the outbox for what comes due by itself: an indexed query that usually finds nothing."""

STUDIED = 300
"""Entries of baselines judged after a turn: a second's work."""

PREVIEWS = 5


def loops(
    room: Newsroom, outbox: Outbox, signs: Signs, *, preview: Alert | None
) -> tuple[Coroutine[None, None, None], ...]:
    """To run beside each other. `preview`: what a newcomer is shown of the baseline, with its channel."""
    return (
        overlapping("turn", lambda: _until_due(room), lambda: turn(room, signs), signs, pause=LOOK_EVERY),
        overlapping("news", lambda: _until_news(room), lambda: _tell(room, signs), signs, pause=0),
        steady("study", lambda: _study(room, preview), signs, pause=0),
        steady("flush", lambda: _flush_when_due(room, outbox, signs), signs, pause=0),
        # Beside the deliveries: a hundred messages to edit must not delay an alert.
        steady("edits", lambda: _retell(outbox), signs, pause=FLUSH_EVERY),
        steady("notices", lambda: _inform(outbox), signs, pause=FLUSH_EVERY),
        steady("clock", partial(clock.look, outbox, room.web), signs, pause=clock.LOOK_EVERY),
        steady("outcry", Outcry(outbox, signs.pulse).look, signs, pause=FLUSH_EVERY),
    )


# Turns


async def _until_due(room: Newsroom) -> float:
    """What is due now is asked now; answers the seconds until the next is due."""
    now = room.now()
    due = await room.store.next_poll(now)
    return min(LOOK_EVERY, max(LOOK_LEAST, (due - now).total_seconds())) if due else LOOK_EVERY


async def turn(room: Newsroom, signs: Signs) -> None:
    """A feed that is slow makes its own turn long, and no other."""
    with signs.timed() as took:
        tally = await pipeline.turn(room)
    if tally.under_way and not tally.polled + tally.failed:
        signs.heard(tally)  # it left all that was due to an earlier turn, which may hang
    else:
        signs.turned(tally, took())
    if tally.polled + tally.failed:
        _say("turn", tally)


async def _study(room: Newsroom, preview: Alert | None) -> None:
    await room.kept.turned.wait()
    room.kept.turned.clear()
    if preview:
        await _preview(room, preview)
    await pipeline.study(room, STUDIED)


async def _preview(room: Newsroom, alert: Alert) -> None:
    """What the baseline held, so that a newcomer reads briefs within the first minute; once per database."""
    if room.kept.previewed or (await room.store.census()).briefs:
        room.kept.previewed = True
        return
    while len(stories := await room.store.latest(PREVIEWS)) < PREVIEWS and await pipeline.study(room, STUDIED):
        pass
    for brief in await asyncio.gather(*(pipeline.briefed(room, story) for story in stories if story.standing)):
        await room.store.publish(brief, (alert,), room.now(), asked=True)


# News


async def _until_news(room: Newsroom) -> None:
    await room.kept.arrived.wait()
    await asyncio.sleep(GATHER)
    room.kept.arrived.clear()


async def _tell(room: Newsroom, signs: Signs) -> None:
    tally = await pipeline.tell(room)
    signs.heard(tally)
    if tally.stories + tally.briefs:
        _say("told", tally)


def _say(what: str, tally: Tally) -> None:
    log.info(what, **{name: getattr(tally, name) for name in Tally.__dataclass_fields__})


# The outbox


async def _flush_when_due(room: Newsroom, outbox: Outbox, signs: Signs) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(FLUSH_EVERY):
            await room.kept.published.wait()
    room.kept.published.clear()
    await flush(outbox, signs)


async def flush(outbox: Outbox, signs: Signs) -> None:
    await finishing(dispatch.flush(outbox, tell=signs.posted), outbox.stop)


async def _retell(outbox: Outbox) -> None:
    await dispatch.retell(outbox)


async def _inform(outbox: Outbox) -> None:
    await finishing(dispatch.inform(outbox), outbox.stop)
