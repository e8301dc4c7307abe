"""The one gate that every request to Discord passes: messages, edits, look-ups, and what the library tries again by itself."""

from types import SimpleNamespace

import aiohttp

from bot.pacing import Pacer

EXEMPT = ("/interactions/", "/webhooks/")
"""Answers to people, which the global limit does not count (rate-limits.mdx)."""


def gate(per_second: float) -> aiohttp.TraceConfig:
    """For the library's HTTP session, which awaits it before each request."""
    pacer, config = Pacer(per_second), aiohttp.TraceConfig()

    async def wait(
        session: aiohttp.ClientSession, context: SimpleNamespace, asked: aiohttp.TraceRequestStartParams
    ) -> None:
        if not any(part in asked.url.path for part in EXEMPT):
            await pacer.turn()

    config.on_request_start.append(wait)
    return config
