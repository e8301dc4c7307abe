"""The local pages: alerts as cards, look-ups, and health. Read-only, on this machine only."""

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import jinja2
from aiohttp import web

from bot.errors import UserError
from bot.model import Caller, Card, Channel, Reply
from bot.ports import Desk

_FOLDER = Path(__file__).parent / "templates"
_READER = Caller(Channel("web", "", "page"), "reader", may_manage=False)
_PAGE = 20
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Pages:
    """The server. `briefs` gives full cards, newest first; `health` the reason why the process is not well, or ""."""

    def __init__(
        self,
        desk: Desk,
        *,
        listen: str,
        briefs: Callable[[int, int], Awaitable[tuple[Card, ...]]],
        health: Callable[[], Awaitable[str]],
        listening_to: int,
    ) -> None:
        self._desk = desk
        self._host, _, port = listen.rpartition(":")
        self._host = self._host.strip("[]")
        self._port = int(port)
        self._briefs = briefs
        self._health = health
        self._listening_to = listening_to
        self._templates = jinja2.Environment(loader=jinja2.FileSystemLoader(_FOLDER), autoescape=True)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Raises UserError when the address cannot be used."""
        if not _is_loopback(self._host):
            raise UserError(
                f"[web] listen: {self._host} is reachable from outside, and the pages ask for no password. Use 127.0.0.1."
            )
        application = web.Application(middlewares=[self._guard], client_max_size=1024)
        application.add_routes(
            [
                web.get("/", self._front),
                web.get("/story/{number:\\d{1,9}}", self._story),
                web.get("/evidence/{number:\\d{1,9}}", self._evidence),
                web.get("/search", self._search),
                web.get("/{verb:sources|status|help}", self._told),
                web.get("/style.css", self._style),
                web.get("/healthz", self._healthz),
            ]
        )
        self._runner = web.AppRunner(application, shutdown_timeout=1, access_log=None)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            await self._runner.cleanup()
            raise UserError(
                f"[web] listen: port {self._port} cannot be used ({error.strerror or error}). "
                f"Name another: REGPULSE_WEB_LISTEN=127.0.0.1:{self._port + 1}"
            ) from error

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Only by a name of this machine: a page elsewhere must not read ours under a name it controls (DNS rebinding)."""
        if not _is_loopback(request.host.rpartition(":")[0].strip("[]") or request.host):
            raise web.HTTPMisdirectedRequest(text="Open this page as http://127.0.0.1.")
        response = await handler(request)
        response.headers.update(_HEADERS)
        return response

    def _page(self, template: str, values: Mapping[str, object]) -> web.Response:
        html = self._templates.get_template(template).render(values)
        return web.Response(text=html, content_type="text/html")

    async def _front(self, request: web.Request) -> web.Response:
        skip = _number(request.query.get("skip", ""))
        cards = await self._briefs(_PAGE + 1, skip)
        older = skip + _PAGE if len(cards) > _PAGE else 0
        values = {"cards": cards[:_PAGE], "older": older, "refresh": not skip, "sources": self._listening_to}
        return self._page("front.html", values)

    async def _story(self, request: web.Request) -> web.Response:
        return await self._ask(f"story {request.match_info['number']}")

    async def _evidence(self, request: web.Request) -> web.Response:
        return await self._ask(f"evidence {request.match_info['number']}")

    async def _search(self, request: web.Request) -> web.Response:
        words = request.query.get("q", "")[:500]
        return await self._ask(f"search {words}", words)

    async def _told(self, request: web.Request) -> web.Response:
        return await self._ask(request.match_info["verb"])

    async def _ask(self, line: str, words: str = "") -> web.Response:
        reply: Reply = await self._desk.answer(line, _READER)
        return self._page("reply.html", {"reply": reply, "words": words})

    async def _style(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(_FOLDER / "style.css")

    async def _healthz(self, request: web.Request) -> web.Response:
        reason = await self._health()
        return web.Response(text=reason or "ok", status=503 if reason else 200)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 7 else 0
