"""What strangers send to our doors: read within a time, and large ones a few at once, so that halves fill no memory."""

import asyncio
import logging

from aiohttp import web
from aiohttp.http import HttpProcessingError

SMALL = 64_000
"""Bytes that cost hardly more than the connection that brings them: read beside the large ones, however many these are."""


_BROKEN = (ConnectionError, web.PayloadAccessError, web.RequestPayloadError)

LOG = logging.getLogger("aiohttp.server.doors")
"""For the servers of doors: what strangers send broken is no fault of ours, and would be a trace for each."""

LOG.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], (*_BROKEN, HttpProcessingError))))


class Bodies:
    """Reads the body of a request; raises the answer to one that it does not read."""

    def __init__(self, *, within: float, large_at_once: int) -> None:
        self._within = within
        self._places = asyncio.Semaphore(large_at_once)

    async def read(self, request: web.Request) -> bytes:
        try:
            async with asyncio.timeout(self._within):
                if request.content_length is not None and request.content_length <= SMALL:
                    return await request.read()
                async with self._places:
                    return await request.read()
        except TimeoutError:
            raise web.HTTPRequestTimeout(text=f"This took more than {self._within:g} seconds.") from None
        except _BROKEN:
            raise web.HTTPBadRequest(text="This request is not whole.") from None
