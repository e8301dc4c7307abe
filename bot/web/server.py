"""The local pages: alerts as cards, look-ups, and health. Read-only, on this machine only."""

import ipaddress
import os
import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.errors import UserError
from bot.model import Caller, Card, Channel, Reply
from bot.ports import Answers
from bot.web.pages import FOLDER, Templates

_READER = Caller(Channel("web", "", "page"), "reader", rank="member")
_PAGE = 20
_LONGEST = 500
"""Characters of a search."""

_FILES = "style.css", "icon.svg"
_NOWHERE = Reply("There is no such page. The newest stories are on the front page.")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
}

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Pages:
    """The server. `briefs` gives full cards, newest first; `health` the reason why the process is not well, or ""."""

    def __init__(
        self,
        desk: Answers,
        *,
        listen: str,
        briefs: Callable[[int, int], Awaitable[tuple[Card, ...]]],
        health: Callable[[], Awaitable[str]],
        listening_to: int,
    ) -> None:
        self._desk = desk
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._briefs = briefs
        self._health = health
        self._listening_to = listening_to
        self._templates = Templates()
        self._runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where it listens once started: the port the system chose, where the configured one is 0."""
        port = self._runner.addresses[0][1] if self._runner else self._port
        return f"http://[{self._host}]:{port}" if ":" in self._host else f"http://{self._host}:{port}"

    async def start(self) -> None:
        """Raises UserError when the address cannot be used."""
        if not _is_loopback(self._host):
            raise UserError(
                f"[web] listen: {self._host} is reachable from outside, and the pages ask for no password. Use 127.0.0.1."
            )
        runner = web.AppRunner(self._application(), shutdown_timeout=1, access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, self._host, self._port).start()
        except OSError as error:
            await runner.cleanup()
            other = self._port + 1 if 1024 <= self._port < 65535 else 8080
            raise UserError(
                f"[web] listen: port {self._port} cannot be used ({_reason(error)}). "
                f"Name another: REGPULSE_WEB_LISTEN=127.0.0.1:{other}"
            ) from error
        self._runner = runner

    async def close(self) -> None:
        if self._runner:
            await self._runner.cleanup()

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._guard], client_max_size=1024)
        application.add_routes(
            [
                web.get("/", self._front),
                web.get("/{verb:story|evidence}/{number:[0-9]{1,9}}", self._numbered),
                web.get("/search", self._search),
                web.get("/{verb:sources|status|help}", self._told),
                web.get(f"/{{name:{'|'.join(map(re.escape, _FILES))}}}", self._file),
                web.get("/healthz", self._healthz),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Only by a name of this machine: a page elsewhere must not read ours under a name it controls (DNS rebinding)."""
        if _is_loopback(_host(request)):
            response = await self._answered(request, handler)
        else:
            response = web.Response(status=421, text="Open this page as http://127.0.0.1, with the port.")
        response.headers.update(_HEADERS)
        return response

    async def _answered(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            return self._replied(_NOWHERE, "Not found", status=404)
        except web.HTTPMethodNotAllowed as error:
            return web.Response(
                status=405, text="These pages can only be read.", headers={"Allow": error.headers["Allow"]}
            )

    async def _front(self, request: web.Request) -> web.Response:
        skip = _number(request.query.get("skip", ""))
        cards = await self._briefs(_PAGE + 1, skip)
        return self._page(
            "front.html",
            title="Earlier stories" if skip else "",
            cards=cards[:_PAGE],
            older=skip + _PAGE if len(cards) > _PAGE else 0,
            refresh=not skip,
            trouble=await self._health(),
            sources=self._listening_to,
        )

    async def _numbered(self, request: web.Request) -> web.Response:
        verb, number = request.match_info["verb"], request.match_info["number"]
        reply = await self._desk.answer(f"{verb} {number}", _READER)
        if not reply.cards:
            return self._replied(reply, "Not found", status=404)
        return self._replied(reply, reply.cards[0].title)

    async def _search(self, request: web.Request) -> web.Response:
        line = request.query.get("q", "")[:_LONGEST]
        words = re.sub(r"\s*\bpage:\d+$", "", line)
        return self._replied(await self._desk.answer(f"search {line}", _READER), words or "Search", words=words)

    async def _told(self, request: web.Request) -> web.Response:
        verb = request.match_info["verb"]
        return self._replied(await self._desk.answer(verb, _READER), verb.capitalize())

    def _replied(self, reply: Reply, title: str, *, words: str = "", status: int = 200) -> web.Response:
        return self._page("reply.html", status=status, title=title, reply=reply, words=words)

    def _page(self, template: str, *, title: str, status: int = 200, words: str = "", **values: object) -> web.Response:
        html = self._templates.page(template, {"title": title, "words": words, **values})
        return web.Response(text=html, status=status, content_type="text/html")

    async def _file(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(FOLDER / request.match_info["name"])

    async def _healthz(self, request: web.Request) -> web.Response:
        reason = await self._health()
        return web.Response(text=reason or "ok", status=503 if reason else 200)


def _host(request: web.Request) -> str:
    """The name the browser asked for, without its port."""
    return re.sub(r":\d*$", "", request.host).strip("[]")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _reason(error: OSError) -> str:
    """asyncio puts its own sentence into `strerror`, address and all; the system's is the short one."""
    return os.strerror(error.errno) if error.errno else str(error)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
