"""This machine's clock beside those of the servers that answer us: operators are told once that it is wrong."""

from collections.abc import Mapping
from datetime import timedelta

import structlog

from bot.core import clocks
from bot.dispatch import Outbox
from bot.ports import Platform, Web

log = structlog.get_logger()

LOOK_EVERY = 60.0
"""Seconds."""

_WRONG = "clock"


def ahead(speaking: Mapping[str, Platform], web: Web) -> dict[str, timedelta]:
    """By how much, of each that said what its clock shows."""
    found = {f"{name.capitalize()}'s": platform.ahead for name, platform in speaking.items()}
    return {whose: by for whose, by in {**found, "the feeds'": web.ahead}.items() if by is not None}


async def look(outbox: Outbox, web: Web) -> None:
    found = ahead(outbox.platforms, web)
    if wrong := clocks.wrong(found):
        if await outbox.store.alarm(_WRONG, clocks.notice(wrong), outbox.now()):
            log.error("the clock is wrong", reason=wrong)
    elif found:
        await outbox.store.all_clear(_WRONG, clocks.RIGHT, outbox.now())
