"""A publisher's server: serves documents with validators, and misbehaves when told to."""

import asyncio
import gzip
import hashlib
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from types import TracebackType

from aiohttp import web

from tests.standins.local import LocalServer

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a feed; `published` None leaves it undated."""

    title: str
    link: str = ""
    summary: str = ""
    published: datetime | None = None
    guid: str = ""


def rss(title: str, items: Iterable[Item]) -> str:
    """An RSS 2.0 document."""
    rows = []
    for item in items:
        date = f"<pubDate>{format_datetime(item.published)}</pubDate>" if item.published else ""
        guid = f'<guid isPermaLink="false">{escape(item.guid)}</guid>' if item.guid else ""
        rows.append(
            f"<item><title>{escape(item.title)}</title><link>{escape(item.link)}</link>{guid}{date}"
            f"<description>{escape(item.summary)}</description></item>"
        )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{escape(title)}</title>'
        f"<link>https://news.invalid/</link><description>{escape(title)}</description>{''.join(rows)}</channel></rss>"
    )


def huge(megabytes: int) -> bytes:
    """A document of that size that packs well."""
    piece = b"<item><title>" + b"x" * 65_000 + b"</title></item>"
    return b'<?xml version="1.0"?><rss version="2.0"><channel>' + piece * (megabytes * 1_000_000 // len(piece))


class FeedServer(LocalServer):
    """`async with FeedServer() as server`: bound to a free port of 127.0.0.1. `asked` counts requests by path."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self._handlers: dict[str, Handler] = {}
        self._stop = asyncio.Event()
        self.asked: Counter[str] = Counter()
        self.headers: dict[str, Mapping[str, str]] = {}

    def routes(self) -> list[web.RouteDef]:
        return [web.get("/{path:.*}", self._answer)]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stop.set()
        await super().__aexit__(kind, error, at)

    def url(self, path: str) -> str:
        return f"{'https' if self.tls else 'http'}://{self.address}{path}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked[request.path] += 1
        self.headers[request.path] = request.headers
        handler = self._handlers.get(request.path)
        return await handler(request) if handler else web.Response(status=404)

    def publishes(self, path: str, document: str | bytes, content_type: str = "application/rss+xml") -> None:
        """A good document with ETag, 304 and gzip."""
        body = document.encode() if isinstance(document, str) else document
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'

        async def answer(request: web.Request) -> web.Response:
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers={"ETag": etag})
            headers = {"ETag": etag, "Content-Type": content_type}
            if "gzip" in request.headers.get("Accept-Encoding", "") and len(body) > 1000:
                return web.Response(body=gzip.compress(body), headers=headers | {"Content-Encoding": "gzip"})
            return web.Response(body=body, headers=headers)

        self._handlers[path] = answer

    def answers(self, path: str, handler: Handler) -> None:
        self._handlers[path] = handler

    def speaks(self, path: str, pieces: Callable[[], AsyncIterator[bytes]]) -> None:
        """These bytes as they are, HTTP or not, for as long as the other side takes them; then the connection ends."""

        async def answer(request: web.Request) -> web.Response:
            transport = request.transport
            assert isinstance(transport, asyncio.Transport)
            async for piece in pieces():
                while transport.get_write_buffer_size() > 1_000_000 and not transport.is_closing():  # noqa: ASYNC110
                    await asyncio.sleep(0.01)  # the transport is the server's, and says nothing itself
                if transport.is_closing() or self._stop.is_set():
                    break
                transport.write(piece)
            transport.close()
            return web.Response()

        self._handlers[path] = answer

    def answers_html(self, path: str) -> None:
        page = "<!doctype html><html><head><title>Home</title></head><body><p>Welcome.</p></body></html>"
        self.publishes(path, page, "text/html")

    def is_broken(self, path: str, status: int, headers: Mapping[str, str] | None = None) -> None:
        async def answer(request: web.Request) -> web.Response:
            return web.Response(status=status, headers=headers)

        self._handlers[path] = answer

    def redirects(self, path: str, to: str, status: int = 302) -> None:
        self.is_broken(path, status, {"Location": to})

    def hangs(self, path: str) -> None:
        """Accepts the request and says nothing."""

        async def answer(request: web.Request) -> web.Response:
            await self._stop.wait()
            return web.Response()

        self._handlers[path] = answer

    def never_ends(self, path: str) -> None:
        """A feed that goes on and on, a little at a time."""

        async def answer(request: web.Request) -> web.StreamResponse:
            response = web.StreamResponse(headers={"Content-Type": "application/rss+xml"})
            await response.prepare(request)
            await response.write(b'<?xml version="1.0"?><rss version="2.0"><channel>')
            while not self._stop.is_set():
                await response.write(b"<item><title>more</title></item>")
                await asyncio.sleep(0.01)
            return response

        self._handlers[path] = answer

    def is_huge(self, path: str, megabytes: int, *, zipped: bool = False) -> None:
        """A document of that size once unpacked."""
        body = huge(megabytes)

        async def answer(request: web.Request) -> web.Response:
            if zipped:
                return web.Response(body=gzip.compress(body, 1), headers={"Content-Encoding": "gzip"})
            return web.Response(body=body, content_type="application/rss+xml")

        self._handlers[path] = answer
