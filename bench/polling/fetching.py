"""The requests of the plain loop and of the bare fetch: aiohttp as anybody would use it, sixteen at a time."""

import asyncio
from collections.abc import Callable

import aiohttp


async def fetch(address: str, feeds: int, etags: dict[int, str], keep: Callable[[int, str, bytes], None]) -> None:
    places = asyncio.Semaphore(16)

    async def one(session: aiohttp.ClientSession, n: int) -> None:
        headers = {"If-None-Match": etags[n]} if n in etags else {}
        async with places, session.get(f"{address}/{n}.xml", headers=headers) as response:
            keep(n, response.headers["ETag"], await response.read())

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(one(session, n) for n in range(feeds)))
