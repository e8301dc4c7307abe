"""What is said: the card of a delivery, and how it is shown where RegPulse itself fails to lay it out."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import replace

import structlog

from bot.core import blindness, cards, catalogue, digest
from bot.dispatch.outbox import Outbox
from bot.errors import StoreDown, Unshown
from bot.model import Brief, Card, Delivery, Outcome

log = structlog.get_logger()

_FAULT = "It is a fault of the program; the log says which and why, please report it. You are told of no other until a restart."


async def card(outbox: Outbox, delivery: Delivery, brief: Brief) -> Card:
    match delivery.kind:
        case "correction":
            return cards.correction(brief, delivery.created)
        case "digest":
            feeds = catalogue.together(outbox.feeds, await outbox.store.added_feeds())
            coverage = blindness.coverage(feeds, await outbox.store.memories())
            made = await _digest(outbox, delivery, delivery.carries or (brief,), coverage)
        case _:
            mark = "Preview" if delivery.kind == "preview" else ""
            made = cards.alert(brief, outbox.vocabulary, because=delivery.because, mark=mark)
    # In a digest's thread nobody is mentioned: the digest itself did.
    return replace(made, mention="" if delivery.thread else delivery.mention)


async def _digest(outbox: Outbox, delivery: Delivery, told: tuple[Brief, ...], coverage: str) -> Card:
    """Without the stories in which a bug is met."""
    title, because = delivery.timing, delivery.because
    try:
        return digest.card(title, told, coverage, because=because)
    except Exception as error:
        whole = tuple(brief for brief in told if _can_be_told(brief))
        left_out = tuple(brief.story for brief in told if brief not in whole)
        if not whole or not left_out:
            raise
        log.exception("stories left out of a digest", delivery=delivery.id, stories=left_out)
        named = ", ".join(map(str, left_out))
        await _tell(outbox, "digest", f"Left out of a digest ({type(error).__name__}): story {named}.")
        return digest.card(title, whole, coverage, because=because, left_out=left_out)


def _can_be_told(brief: Brief) -> bool:
    try:
        digest.card("", (brief,), "")
    except Exception:  # it was logged as the whole digest met it
        return False
    return True


async def shown(
    outbox: Outbox, say: Callable[[Delivery, Card], Awaitable[Outcome]], delivery: Delivery, made: Card
) -> Outcome:
    """What came of it, in plain form where the other meets a bug. Raises Unshown where both do."""
    try:
        return await say(delivery, made)
    except Unshown as error:
        log.exception("layout crashed; sending plain text", delivery=delivery.id, channel=str(delivery.channel))
        platform = delivery.channel.platform
        await _tell(
            outbox, platform, f"A message on {platform} ({error}), story {delivery.story}: it is sent in plain text."
        )
    return await say(delivery, replace(made, plainly=True))


async def _tell(outbox: Outbox, what: str, line: str) -> None:
    if what not in outbox.unshown:
        outbox.unshown.add(what)
        with suppress(StoreDown):  # the log has it
            await outbox.store.watch({}, ("RegPulse fails to lay out a message", line, _FAULT), outbox.now())
