"""Edits posted messages whose story has changed: beside the sends, space by space, each tried again while there is weather."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.dispatch import saying
from bot.dispatch.outbox import EDITING, LEASE, Outbox
from bot.errors import StoreDown
from bot.model import Brief, Delivery, Doubt, Later, Outcome, Refused, Sent
from bot.ports import Platform

log = structlog.get_logger()

LOOK_EVERY = 1.0
"""Seconds between two looks at which spaces have something to be edited, while another is at it."""

EDITS = 5
"""Messages of a space leased at once to be edited: as many as surely take less than a lease, one after another."""

EDIT_AGAIN = timedelta(minutes=1)
EDIT_AGAIN_AT_MOST, CLOSED_AGAIN_AT_MOST = timedelta(hours=1), timedelta(days=1)
"""After which an edit that met weather, or a closed channel, is tried again: the first time; then each pause is twice as long."""

EDIT_TRIES = 30
"""After which it is given up: a day of weather, by these pauses, or three weeks of a channel of which nothing else is known."""

WEATHER_LASTS = timedelta(seconds=10)
"""In which no other edit is tried in a space where one met weather."""


async def retell(outbox: Outbox) -> int:
    """Edit the posted messages whose story has changed since; answers how many were edited.

    Space by space, beside each other: none waits for one that is slow or in trouble. What fails meanwhile, a bug too,
    is raised when all others have ended.
    """
    edited, running, failed = 0, dict[asyncio.Task[int], tuple[str, str]](), list[Exception]()
    async with asyncio.TaskGroup() as group:
        while True:
            up = outbox.up
            for name, space in await _to_revise(outbox, up, failed):
                if (name, space) not in running.values() and not outbox.waits_for(name, space, EDITING):
                    running[group.create_task(_alone(outbox, up[name], space, failed))] = (name, space)
            if running:
                await asyncio.wait(running, timeout=LOOK_EVERY)
                edited += sum(task.result() for task in running if task.done())
                running = {task: where for task, where in running.items() if not task.done()}
            elif failed:
                break
            else:
                return edited
    raise failed[0]


async def _to_revise(
    outbox: Outbox, up: Mapping[str, Platform], failed: list[Exception]
) -> tuple[tuple[str, str], ...]:
    try:
        return await outbox.store.to_revise(outbox.now(), tuple(up)) if not failed else ()
    except Exception as error:  # it must not cancel what is under way
        failed.append(error)
        return ()


async def _alone(outbox: Outbox, platform: Platform, space: str, failed: list[Exception]) -> int:
    try:
        return await _retell_in(outbox, platform, space)
    except Exception as error:  # it must not cancel those of other spaces
        outbox.is_to_wait(platform.name, space, EDITING, WEATHER_LASTS)
        failed.append(error)
        return 0


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
            closed = outcome.closed if isinstance(outcome, Refused) else ""
            failed = bool(closed) or isinstance(outcome, Later | Doubt)
            again = _edit_again(outbox, delivery, outcome) if failed else None
            await outbox.store.settle_revision(
                delivery.id, until=until, again=again, failed=failed, closed=bool(closed), reason=_lost(outcome, again)
            )
            if failed and closed != "channel":  # the others of the space may be open
                asked = outcome.after if isinstance(outcome, Later) and outcome.after else timedelta(0)
                outbox.is_to_wait(platform.name, space, EDITING, max(asked, WEATHER_LASTS))
                await _put_off(outbox, claimed, until, asked)
                return edited


def _lost(outcome: Outcome, again: datetime | None) -> str:
    """What `why` says of it: nothing while there is only weather."""
    if isinstance(outcome, Sent) or (again and not isinstance(outcome, Refused)):
        return ""
    return f"what changed since is not shown there{' yet' if again else ''}: {outcome.reason}"


def _edit_again(outbox: Outbox, delivery: Delivery, outcome: Outcome) -> datetime | None:
    """When; None for one that has met weather, or a closed channel, so often that it is given up."""
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
    at_most = CLOSED_AGAIN_AT_MOST if isinstance(outcome, Refused) else EDIT_AGAIN_AT_MOST
    backed_off = min(at_most, EDIT_AGAIN * 2 ** min(delivery.edit_tries, 12))
    return outbox.now() + (backed_off if asked is None else asked)


async def _put_off(outbox: Outbox, claimed: list[tuple[Delivery, Brief]], until: datetime, wait: timedelta) -> None:
    """Back as they were, so that one message Slack or Discord cannot edit holds up no other for ever."""
    for delivery, _ in claimed:
        await outbox.store.settle_revision(delivery.id, until=until, again=outbox.now() + wait)


async def _edit(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> Outcome:
    await outbox.edit_turn(platform, delivery.channel.space)
    try:
        outcome = await saying.shown(outbox, platform.edit, delivery, await saying.card(outbox, delivery, brief))
    except StoreDown as error:
        outcome = Later(str(error))
    except Exception as error:  # a bug in one message must not stop the others
        log.exception("edit crashed", delivery=delivery.id, channel=str(delivery.channel))
        outcome = Refused(f"RegPulse itself failed ({type(error).__name__})", "")
    fields = {"delivery": delivery.id, "story": delivery.story, "channel": str(delivery.channel)}
    if isinstance(outcome, Sent):
        log.info("edited", **fields)
    else:
        log.warning("not edited", **fields, reason=outcome.reason)
    return outcome
