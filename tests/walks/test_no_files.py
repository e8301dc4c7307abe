"""A process that may open no more files: whatever needs one is done when there are some again, and done once."""

import asyncio
import gc
import os
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from bot import app, pipeline
from bot.web.server import Pages
from tests.walks.weather import PLATFORMS, weather
from tests.walks.world import NEWS

FIRST = NEWS[0][0]


@asynccontextmanager
async def none_left() -> AsyncIterator[None]:
    """All that this process may have open is open; connections that only wait to be used again are closed."""
    for connector in (one for one in gc.get_objects() if isinstance(one, aiohttp.TCPConnector)):
        for idle in connector._conns.values():
            for protocol, _ in idle:
                protocol.close()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    spare: list[int] = []
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest + 64, hard))
    try:
        for _ in range(20):  # what is closed is closed by the loop, at both ends
            spare += taken()
            await asyncio.sleep(0.01)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for number in spare:
            os.close(number)


def taken() -> list[int]:
    """All there are."""
    found: list[int] = []
    while True:
        try:
            found.append(os.dup(0))
        except OSError:
            return found


@PLATFORMS
async def test_a_message_that_no_file_is_left_for_is_sent_once_when_there_is_one(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        await here.hears(0)
        async with none_left():
            await asyncio.gather(here.sends(), return_exceptions=True)
            assert here.posted() == []
        for _ in range(3):
            await here.sends(minutes=10)
        assert here.posted() == [FIRST]


async def test_a_feed_that_no_file_is_left_for_is_heard_when_there_is_one(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.made.publishes("one", NEWS[0])
        async with none_left():
            await pipeline.turn(here.app.room, everything=True)
        assert "RegPulse may open no more files" in await here.says("sources")
        await pipeline.turn(here.app.room, everything=True)
        await here.sends()
        assert here.posted() == [FIRST]


async def test_a_page_that_no_file_is_left_for_is_served_when_there_is_one(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        running, loop = here.app, asyncio.get_running_loop()
        pages = Pages(
            running.desk,
            listen="127.0.0.1:0",
            briefs=lambda most, skip: app.latest_cards(running, most, skip),
            signs=running.signs,
            listening_to=1,
        )
        await pages.start()
        refused = asyncio.Event()
        loop.set_exception_handler(lambda loop, context: refused.set())
        with socket.socket() as browser:
            browser.setblocking(False)
            async with none_left():
                await loop.sock_connect(browser, ("127.0.0.1", int(pages.address.rpartition(":")[2])))
                await asyncio.wait_for(refused.wait(), 60)
            await loop.sock_sendall(browser, b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
            assert (await asyncio.wait_for(loop.sock_recv(browser, 100), 60)).startswith(b"HTTP/1.1 200")
        loop.set_exception_handler(None)
        await pages.close()
