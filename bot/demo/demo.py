"""Serves the demo's news as real feeds and pages on this machine."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.demo.news import NEW, OLD, Piece
from bot.model import Feed, Tier

_FEEDS: tuple[tuple[str, str, Tier, str], ...] = (
    ("regulator", "Demo Authority", "primary", "en"),
    ("parliament", "Parliament of Demoland", "primary", "en"),
    ("press", "The Demo Courier", "press", "en"),
    ("journal", "Diário Demo", "press", "pt"),
)


class DemoFeeds:
    """`async with DemoFeeds() as demo`: at first only old items; `publish()` adds the new ones."""

    def __init__(self) -> None:
        self._pieces: tuple[Piece, ...] = OLD
        self._started = datetime.now(UTC)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes([web.get("/{feed}.xml", self._document), web.get("/{feed}/{slug}", self._page)])
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        host, port = self._runner.addresses[0][:2]
        self.address = f"{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._runner.cleanup()

    @property
    def feeds(self) -> tuple[Feed, ...]:
        return tuple(
            Feed(
                id=f"demo-{name}",
                url=f"http://{self.address}/{name}.xml",
                name=outlet,
                tier=tier,
                language=language,
                poll_minutes=0,
            )
            for name, outlet, tier, language in _FEEDS
        )

    def publish(self) -> None:
        self._pieces = NEW + OLD

    async def _document(self, request: web.Request) -> web.Response:
        name = request.match_info["feed"]
        pieces = [piece for piece in self._pieces if piece.feed == name]
        return web.Response(text=self._rss(name, pieces), content_type="application/rss+xml")

    def _rss(self, name: str, pieces: Iterable[Piece]) -> str:
        items = "".join(self._item(piece) for piece in pieces)
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{escape(name)}</title>'
            f"<link>http://{self.address}/</link><description>Demo</description>{items}</channel></rss>"
        )

    def _item(self, piece: Piece) -> str:
        when = format_datetime(self._started - timedelta(minutes=piece.minutes_ago))
        link = f"http://{self.address}/{piece.feed}/{piece.slug}"
        return (
            f"<item><title>{escape(piece.title)}</title><link>{link}</link><guid>{link}</guid><pubDate>{when}</pubDate>"
            f"<description>{escape(piece.summary)}</description></item>"
        )

    async def _page(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        piece = next((piece for piece in self._pieces if piece.slug == slug), None)
        if piece is None:
            raise web.HTTPNotFound
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in (piece.article or piece.summary).splitlines())
        html = (
            f"<!doctype html><html lang=en><head><meta charset=utf-8><title>{escape(piece.title)}</title></head><body>"
            f"<nav>Home · News · Contact</nav><article><h1>{escape(piece.title)}</h1>{paragraphs}</article>"
            "<footer>Demo: every outlet, act and person on this page is invented.</footer></body></html>"
        )
        return web.Response(text=html, content_type="text/html")
