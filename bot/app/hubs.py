"""Lets hubs tell us of news at once, where the operator gave us an address that they can call."""

from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager

import structlog

from bot.app.signs import Signs
from bot.app.steady import steady
from bot.config import Config
from bot.pipeline.newsroom import Newsroom
from bot.pipeline.pushing import Hubs
from bot.platforms.slack.sealing import Seal, Secrets, Unopened
from bot.web.callback import Callback

log = structlog.get_logger()

RENEW_EVERY = 15.0
"""Seconds between two looks at which hubs are to be asked."""


SEALED = "sealed:"
"""Before what is sealed, so that it is told from a secret in the clear, kept before there was a key."""


class Sealed:
    """Implements `ports.Sealing` with the operator's keys; without any, secrets are kept in the clear."""

    def __init__(self, keys: str) -> None:
        """Raises ConfigError for keys that are none."""
        self._seal = Seal(keys) if keys.strip() else None

    def closed(self, whose: str, secret: str) -> str:
        return SEALED + self._seal.seal(f"hub {whose}", Secrets(secret)).decode() if self._seal else secret

    def opened(self, whose: str, kept: str) -> str | None:
        if not kept.startswith(SEALED):
            return kept
        try:
            return self._seal.open(f"hub {whose}", _inside(kept)).token if self._seal else None
        except Unopened:
            return None

    def is_stale(self, kept: str) -> bool:
        return self._seal is not None and (not kept.startswith(SEALED) or self._seal.is_stale(_inside(kept)))


def _inside(kept: str) -> bytes:
    return kept.removeprefix(SEALED).encode()


@asynccontextmanager
async def listening(
    room: Newsroom, config: Config, signs: Signs
) -> AsyncIterator[tuple[Coroutine[None, None, None], ...]]:
    """The loops to run while the door is open; none without an address. Raises UserError when it cannot be opened."""
    if not config.websub.url:
        yield ()
        return
    hubs = Hubs(
        room,
        config.websub.url,
        int(config.http.max_megabytes * 1_000_000),
        signs.heard,
        Sealed(config.tokens.encryption),
    )
    await hubs.settle()
    door = Callback(hubs, config.websub.listen)
    await door.start()
    log.info("hubs reach us", address=f"http://{door.address}", public=config.websub.url)
    try:
        yield (steady("hubs", hubs.renew, signs, pause=RENEW_EVERY),)
    finally:
        await door.close()
