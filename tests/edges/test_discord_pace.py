"""Discord's global limit: kept by all that is asked of it together, not only by the messages."""

import asyncio

import aiohttp
import discord.utils

from bot.model import Card, Channel, Delivery, Sent
from bot.platforms.discord.adapter import Discord
from tests.standins.clock import still
from tests.standins.discord.limited import A_SECOND, LimitedDiscord

MANY = 120


async def test_messages_to_many_places_that_must_be_looked_up_first_are_not_refused() -> None:
    loop = still()
    async with LimitedDiscord(loop.time) as server:
        bot = Discord("test.token", api_url=server.api_url, gateway_url=server.gateway_url)
        await bot.connect()
        begun, now = loop.time(), discord.utils.utcnow()
        told = (
            Delivery(f"d{n}", 1, Channel("discord", "1", str(5_000 + n)), "alert", (), "sending", 1, now, now)
            for n in range(MANY)
        )
        outcomes = await asyncio.gather(*(bot.send(one, Card("A title")) for one in told))
        took = loop.time() - begun
        await bot.close()
    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(server.lookups) == MANY
    assert server.refused == 0
    assert server.busiest <= A_SECOND
    assert 2 * MANY / A_SECOND <= took < 2 * MANY / A_SECOND + 1.5


async def test_what_is_above_the_limit_is_refused_for_as_long_as_discord_says() -> None:
    async with LimitedDiscord(still().time) as server, aiohttp.ClientSession() as session:

        async def look(number: int) -> tuple[int, str]:
            async with session.get(f"{server.api_url}/channels/{number}") as answer:
                return answer.status, answer.headers.get("X-RateLimit-Global", "")

        *within, above = [await look(number) for number in range(A_SECOND + 1)]
        await asyncio.sleep(1)
        later = await look(1)
    assert set(within) == {(200, "")}
    assert (above, later) == ((429, "true"), (200, ""))
