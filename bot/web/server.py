"""The local pages: alerts as cards, look-ups, health and metrics. Read-only; beyond this machine only with a token."""

import base64
import hmac
import ipaddress
import os
import re
from collections.abc import Awaitable, Callable
from typing import Protocol

from aiohttp import web

from bot.bodies import LOG
from bot.errors import StoreDown, UserError
from bot.model import Caller, Card, Channel, Reply
from bot.ports import Answers
from bot.web.pages import FOLDER, Templates

_READER = Caller(Channel("web", "", "page"), "reader", rank="member")
_PAGE = 20
_LONGEST = 500
"""Characters of a search."""

PARTING = 0.5
"""Seconds in which pages that are being answered may end when it closes."""

SHORTEST_TOKEN = 16
"""Characters: less can be guessed."""

_OPEN = "/healthz", "/readyz"
"""What a supervisor asks without a token; it learns that something is wrong, and with the token what."""

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


class Signs(Protocol):
    """How the process says that it is alive and well."""

    async def troubles(self) -> tuple[str, ...]:
        """Why its work does not get done; () when it does."""
        ...

    async def not_ready(self) -> tuple[str, ...]:
        """The same, and that it has only begun."""
        ...

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        """As Prometheus reads them, and their content type."""
        ...


class Pages:
    """The server. `briefs` gives full cards, newest first. Whoever has the `token` may read; "" asks for none."""

    def __init__(
        self,
        desk: Answers,
        *,
        listen: str,
        briefs: Callable[[int, int], Awaitable[tuple[Card, ...]]],
        signs: Signs,
        listening_to: int,
        token: str = "",
    ) -> None:
        self._desk = desk
        self._token = token
        host, _, port = listen.rpartition(":")
        self._host = host.strip("[]")
        self._port = int(port)
        self._briefs = briefs
        self._signs = signs
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
        if not _is_loopback(self._host) and len(self._token) < SHORTEST_TOKEN:
            raise UserError(
                f"[web] listen: {self._host} is reachable from outside. Use 127.0.0.1, or set REGPULSE_WEB_TOKEN to "
                f"{SHORTEST_TOKEN} characters or more that whoever reads the pages must know."
            )
        runner = web.AppRunner(self._application(), shutdown_timeout=PARTING, access_log=None, logger=LOG)
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
                web.get("/readyz", self._readyz),
                web.get("/metrics", self._metrics),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Without a token only by a name of this machine: a page elsewhere must not read ours under a name it controls
        (DNS rebinding). With one, only for whoever has it.
        """
        if self._token and not self._knows(request) and request.path not in _OPEN:
            response: web.StreamResponse = web.Response(
                status=401,
                text="Give the token of REGPULSE_WEB_TOKEN as the password, or as a bearer token.",
                headers={"WWW-Authenticate": 'Basic realm="RegPulse", charset="UTF-8"'},
            )
        elif not self._token and not _is_loopback(_host(request)):
            response = web.Response(status=421, text="Open this page as http://127.0.0.1, with the port.")
        else:
            response = await self._answered(request, handler)
        response.headers.update(_HEADERS)
        return response

    def _knows(self, request: web.Request) -> bool:
        """Browsers send the token as the password of any user, scrapers as a bearer token."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                given = base64.b64decode(given, validate=True).decode("utf-8").partition(":")[2]
            except ValueError:
                return False
        elif scheme.lower() != "bearer":
            return False
        # As aiohttp read the header's bytes, which need not be text.
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._token.encode())

    async def _answered(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except StoreDown as error:
            return web.Response(status=503, text=str(error))
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
            trouble="; ".join(await self._signs.troubles()),
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
        """That this is answered is the answer: the loop turns."""
        return web.Response(text="ok")

    async def _readyz(self, request: web.Request) -> web.Response:
        reasons = await self._signs.not_ready()
        if not reasons:
            return web.Response(text="ready")
        told = not self._token or self._knows(request)
        return web.Response(text="\n".join(reasons) if told else "not ready", status=503)

    async def _metrics(self, request: web.Request) -> web.Response:
        body, content_type = await self._signs.metrics(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type})


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
