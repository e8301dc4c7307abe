"""Lets hubs tell us of news at once, where the operator gave us an address that they can call."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import structlog

from bot.config import Config
from bot.newsroom import Newsroom
from bot.pushing import Hubs
from bot.signs import Signs
from bot.steady import steady
from bot.web.callback import Callback

log = structlog.get_logger()

RENEW_EVERY = 15.0
"""Seconds between two looks at which hubs are to be asked."""


@asynccontextmanager
async def listening(
    room: Newsroom, config: Config, signs: Signs
) -> AsyncIterator[tuple[Coroutine[None, None, None], ...]]:
    """The loops to run while the door is open; none without an address. Raises UserError when it cannot be opened."""
    if not config.websub.url:
        yield ()
        return
    hubs = Hubs(room, config.websub.url, int(config.http.max_megabytes * 1_000_000), signs.heard)
    door = Callback(hubs, config.websub.listen)
    await door.start()
    log.info("hubs reach us", address=f"http://{door.address}", public=config.websub.url)
    try:
        yield (steady("hubs", hubs.renew, signs, pause=RENEW_EVERY),)
    finally:
        await door.close()
