"""Serves the demo's news on this machine as real feeds, of the three kinds there are, and real pages."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from types import TracebackType
from typing import Literal, Self

from aiohttp import web

from bot.demo.news import NEW, OLD, Piece
from bot.model import Feed, Tier


@dataclass(frozen=True, slots=True)
class _Outlet:
    id: str
    name: str
    kind: Literal["rss", "atom", "json"]
    tier: Tier
    language: str = "en"


_OUTLETS = (
    _Outlet("regulator", "Demo Authority", "rss", "primary"),
    _Outlet("parliament", "Parliament of Demoland", "atom", "primary"),
    _Outlet("press", "The Demo Courier", "rss", "press"),
    _Outlet("journal", "Diário Demo", "json", "press", "pt"),
)


@dataclass(frozen=True, slots=True)
class _Item:
    """A piece with its address and the moment it was published."""

    piece: Piece
    link: str
    published: datetime


class DemoFeeds:
    """`async with DemoFeeds() as demo`: at first only old items; `publish()` adds the new ones, `quiet()` takes them away."""

    def __init__(self) -> None:
        self._pieces = OLD
        self._started = datetime.now(UTC)

    async def __aenter__(self) -> Self:
        application = web.Application()
        application.add_routes([web.get("/{outlet}/feed", self._feed), web.get("/{outlet}/{slug}", self._page)])
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
        """As `config/feeds.toml` would describe them, asked again every turn."""
        return tuple(
            Feed(
                id=f"demo-{outlet.id}",
                url=f"http://{self.address}/{outlet.id}/feed",
                name=outlet.name,
                kind=outlet.kind,
                tier=outlet.tier,
                language=outlet.language,
                poll_minutes=0,
            )
            for outlet in _OUTLETS
        )

    def quiet(self) -> None:
        """As the feeds were before the news."""
        self._pieces = OLD

    def publish(self) -> None:
        """The news appears."""
        self._pieces = NEW + OLD

    async def _feed(self, request: web.Request) -> web.Response:
        outlet = next((outlet for outlet in _OUTLETS if outlet.id == request.match_info["outlet"]), None)
        if outlet is None:
            raise web.HTTPNotFound
        items = [self._item(piece) for piece in self._pieces if piece.feed == outlet.id]
        content_type, write = _KINDS[outlet.kind]
        return web.Response(text=write(outlet, items), content_type=content_type)

    def _item(self, piece: Piece) -> _Item:
        return _Item(
            piece.dated(self._started),
            f"http://{self.address}/{piece.feed}/{piece.slug}",
            self._started - timedelta(minutes=piece.minutes_ago),
        )

    async def _page(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        piece = next((piece.dated(self._started) for piece in self._pieces if piece.slug == slug), None)
        if piece is None:
            raise web.HTTPNotFound
        paragraphs = "".join(f"<p>{escape(line)}</p>" for line in (piece.article or piece.summary).splitlines())
        html = (
            f"<!doctype html><html><head><meta charset=utf-8><title>{escape(piece.title)}</title></head><body>"
            f"<nav>Home · News · Contact</nav><article><h1>{escape(piece.title)}</h1>{paragraphs}</article>"
            "<footer>Demo: every outlet, act and person on this page is invented.</footer></body></html>"
        )
        return web.Response(text=html, content_type="text/html")


def _rss(outlet: _Outlet, items: list[_Item]) -> str:
    told = "".join(
        f"<item><title>{escape(item.piece.title)}</title><link>{item.link}</link><guid>{item.link}</guid>"
        f"<pubDate>{format_datetime(item.published)}</pubDate>"
        f"<description>{escape(item.piece.summary)}</description></item>"
        for item in items
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>{escape(outlet.name)}</title>'
        f"<link>http://demo.invalid/</link><description>Demo</description>{told}</channel></rss>"
    )


def _atom(outlet: _Outlet, items: list[_Item]) -> str:
    told = "".join(
        f'<entry><title>{escape(item.piece.title)}</title><link href="{item.link}"/><id>{item.link}</id>'
        f"<updated>{item.published.isoformat()}</updated><published>{item.published.isoformat()}</published>"
        f"<summary>{escape(item.piece.summary)}</summary></entry>"
        for item in items
    )
    updated = max(item.published for item in items).isoformat()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>{escape(outlet.name)}'
        f"</title><id>urn:demo:{outlet.id}</id><updated>{updated}</updated>{told}</feed>"
    )


def _json(outlet: _Outlet, items: list[_Item]) -> str:
    told = [
        {
            "id": item.link,
            "url": item.link,
            "title": item.piece.title,
            "summary": item.piece.summary,
            "date_published": item.published.isoformat(),
            "language": outlet.language,
        }
        for item in items
    ]
    return json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": outlet.name, "items": told})


_KINDS: Mapping[str, tuple[str, Callable[[_Outlet, list[_Item]], str]]] = {
    "rss": ("application/rss+xml", _rss),
    "atom": ("application/atom+xml", _atom),
    "json": ("application/feed+json", _json),
}
