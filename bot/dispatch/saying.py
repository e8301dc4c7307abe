"""What is said: the card of a delivery."""

from dataclasses import replace

from bot.core import blindness, cards, catalogue, digest
from bot.dispatch.outbox import Outbox
from bot.model import Brief, Card, Delivery


async def card(outbox: Outbox, delivery: Delivery, brief: Brief) -> Card:
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
