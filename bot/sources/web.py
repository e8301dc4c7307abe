"""Reads other people's servers: politely, within bounds, and only at addresses that were checked."""

import asyncio
import errno
import hashlib
import re
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Set
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median_low

import aiohttp
from aiohttp.abc import AbstractResolver
from aiohttp.http_exceptions import ContentEncodingError
from multidict import CIMultiDictProxy
from yarl import URL

from bot.core import clocks
from bot.model import Article, Cause, Failed, Feed, Fresh, Memory, Page, Polled, Unchanged, Unread
from bot.sources.addresses import CheckedResolver, PrivateAddress, refusal
from bot.sources.reading import Reader

_MOVED = {301, 308}
_REDIRECTS = {301, 302, 303, 307, 308}
_REPOSTED = {307, 308}
_FEED_TYPES = "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, */*;q=0.5"
_PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, application/pdf;q=0.8, */*;q=0.1"
_GOOD = frozenset((200, 203, 304))
_TAKEN = frozenset((200, 201, 202, 204))
"""What hubs say to a subscription; 202 by the book."""

_PAGES = _GOOD | {401, 402, 403, 404, 406, 410, 429, 451, 503}
"""Also refusals: what their page says tells a wall from a missing document."""

_PACKED = frozenset(("", "identity", "gzip", "x-gzip", "deflate"))
"""What we can unpack while we count; a pack within a pack is none of them."""

_CAUSES: Mapping[int, Cause] = {
    401: "blocked",
    402: "blocked",
    403: "blocked",
    404: "not there",
    410: "not there",
    429: "blocked",
    451: "blocked",
}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: CIMultiDictProxy[str]
    body: bytes
    url: str
    moved_to: str
    """The last address reached by permanent redirects only; "" when there were none."""


class _Weather(Exception):
    """An expected failure; the text is one line for a person."""

    def __init__(self, reason: str, retry_after: timedelta | None = None, cause: Cause = "unreachable") -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.cause = cause


HOSTS, MOST_HOSTS = 5, 50
"""So many hosts at least say what time it is, and so many are remembered."""


def _machine() -> datetime:
    return datetime.now(UTC)


class Http:
    """One reader for the whole process; implements `ports.Web`.

    `allow_private` names private addresses, "host:port", that may be read all the same. They are the operator's own
    machines, so they are not spared: no pause between requests. Sizes count unpacked bytes.
    """

    def __init__(
        self,
        user_agent: str,
        *,
        allow_private: tuple[str, ...] = (),
        timeout_seconds: float = 20.0,
        max_bytes: int = 10_000_000,
        max_redirects: int = 5,
        host_gap_seconds: float = 1.0,
        concurrency: int = 16,
        resolver: AbstractResolver | None = None,
        now: Callable[[], datetime] = _machine,
    ) -> None:
        self._allowed = frozenset(allow_private)
        self._timeout = timeout_seconds
        self._max_bytes = max_bytes
        self._max_redirects = max_redirects
        self._turnstile = _Turnstile(host_gap_seconds)
        self._places = asyncio.Semaphore(concurrency)
        self._now = now
        self._ahead: dict[str, timedelta] = {}
        self._reader = Reader()
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(resolver=resolver or CheckedResolver(self._allowed), limit=concurrency),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(),  # one deadline over redirects and body: in `_get`
        )

    @property
    def ahead(self) -> timedelta | None:
        return median_low(self._ahead.values()) if len(self._ahead) >= HOSTS else None

    def _hears(self, host: str, date: str) -> None:
        """Of the hosts that answered last; one of them may be wrong itself, or give out what it stored long ago."""
        if at := clocks.dated(date):
            self._ahead.pop(host, None)
            self._ahead[host] = self._now() - at
            if len(self._ahead) > MOST_HOSTS:
                del self._ahead[next(iter(self._ahead))]

    async def close(self) -> None:
        await self._session.close()

    async def poll(self, feed: Feed, memory: Memory) -> Polled:
        """The feed's document, asked for on the condition that it changed (RFC 9110 §13)."""
        headers = {"Accept": _FEED_TYPES}
        if memory.etag:
            headers["If-None-Match"] = memory.etag
        if memory.last_modified:
            headers["If-Modified-Since"] = memory.last_modified
        try:
            answer = await self._get(memory.url or feed.url, headers)
        except _Weather as weather:
            return Failed(str(weather), weather.retry_after, weather.cause)
        etag, modified = answer.headers.get("ETag", ""), answer.headers.get("Last-Modified", "")
        if answer.status == 304:  # a 304 need not repeat the validators (RFC 9110 §15.4.5)
            return Unchanged(etag or memory.etag, modified or memory.last_modified, answer.moved_to, answer.url)
        body_hash = hashlib.sha256(answer.body).hexdigest()
        if body_hash == memory.body_hash:
            return Unchanged(etag, modified, answer.moved_to, answer.url)
        content_type = answer.headers.get("Content-Type", "")
        links = ", ".join(answer.headers.getall("Link", ()))
        max_age = _max_age(answer.headers.get("Cache-Control", ""))
        return Fresh(answer.body, content_type, body_hash, answer.url, etag, modified, answer.moved_to, links, max_age)

    async def ask_hub(self, hub: str, form: Mapping[str, str]) -> Failed | None:
        """Post the form there; a hub may send us on to where it is now (WebSub §5.2)."""
        try:
            await self._get(hub, {}, _TAKEN, form)
        except _Weather as weather:
            return Failed(str(weather), weather.retry_after, weather.cause)
        return None

    async def article(self, url: str) -> Article | Unread:
        page = await self.page(url)
        if isinstance(page, Failed):
            return Unread("unreachable", page.reason)
        return await self._reader.read(page, datetime.now(UTC))

    async def page(self, url: str) -> Page | Failed:
        """The document at this address, refusals that say why among them."""
        try:
            answer = await self._get(url, {"Accept": _PAGE_TYPES}, _PAGES)
        except _Weather as weather:
            return Failed(str(weather), weather.retry_after)
        return Page(answer.body, answer.headers.get("Content-Type", ""), answer.url, url, answer.status)

    async def _get(
        self,
        address: str,
        headers: Mapping[str, str],
        wanted: Set[int] = _GOOD,
        form: Mapping[str, str] | None = None,
    ) -> _Answer:
        try:
            url = URL(address)
        except ValueError as error:
            raise _Weather(f"{address[:200]} is not an address") from error
        async with self._turn(url):
            try:
                async with asyncio.timeout(self._timeout):
                    return await self._follow(url, headers, wanted, form)
            except TimeoutError as error:
                raise _Weather(f"timed out after {self._timeout:g} s") from error
            except (aiohttp.ClientError, OSError, ValueError) as error:
                raise _Weather(_reason(error)) from error

    @asynccontextmanager
    async def _turn(self, url: URL) -> AsyncIterator[None]:
        """A place among the requests under way; for other people's hosts, one at a time and with a pause."""
        if f"{url.host}:{url.port}" in self._allowed:
            async with self._places:
                yield
        else:
            async with self._turnstile.turn(url.host or ""), self._places:
                yield

    async def _follow(
        self, url: URL, headers: Mapping[str, str], wanted: Set[int], form: Mapping[str, str] | None
    ) -> _Answer:
        moved_to, only_moved = "", True
        method, redirects = ("GET", _REDIRECTS) if form is None else ("POST", _REPOSTED)
        for hop in range(self._max_redirects + 1):
            if reason := refusal(url, self._allowed):
                raise _Weather(f"redirects: {reason}" if hop else reason)
            async with self._session.request(
                method, url, headers=headers, data=form, allow_redirects=False
            ) as response:
                self._hears(url.host or "", response.headers.get("Date", ""))
                location = response.headers.get("Location", "")
                if response.status not in redirects or not location:
                    return await self._read(response, moved_to, wanted)
                target = url.join(URL(location))
                if url.scheme == "https" and target.scheme == "http":
                    raise _Weather(f"redirects from https to {str(target)[:200]}, unencrypted: refused")
                only_moved = only_moved and response.status in _MOVED
                url, moved_to = target, str(target) if only_moved else moved_to
        raise _Weather(f"redirects more than {self._max_redirects} times")

    async def _read(self, response: aiohttp.ClientResponse, moved_to: str, wanted: Set[int]) -> _Answer:
        if response.status not in wanted:
            wait = _retry_after(response.headers.get("Retry-After", ""))
            raise _Weather(_status(response.status), wait, _CAUSES.get(response.status, "unreachable"))
        if response.status == 304:
            return _Answer(304, response.headers, b"", str(response.url), moved_to)
        packed = response.headers.get("Content-Encoding", "").strip().lower()
        if packed not in _PACKED:
            raise _Weather(f"sent its answer packed in a way we did not ask for ({packed[:50]})")
        chunks: list[bytes] = []
        size = 0
        while chunk := await response.content.readany():
            chunks.append(chunk)
            size += len(chunk)
            if size > self._max_bytes:
                raise _Weather(f"larger than {self._max_bytes / 1_000_000:g} MB: stopped reading")
        return _Answer(response.status, response.headers, b"".join(chunks), str(response.url), moved_to)


class _Turnstile:
    """One request at a time per host, and a pause after each."""

    def __init__(self, gap_seconds: float) -> None:
        self._gap = gap_seconds
        self._hosts: dict[str, tuple[asyncio.Lock, float]] = {}

    @asynccontextmanager
    async def turn(self, host: str) -> AsyncIterator[None]:
        clock = asyncio.get_running_loop().time
        lock, _ = self._hosts.setdefault(host, (asyncio.Lock(), 0.0))
        async with lock:
            await asyncio.sleep(max(0.0, self._hosts[host][1] - clock()))
            try:
                yield
            finally:
                self._hosts[host] = (lock, clock() + self._gap)
                self._forget(clock())

    def _forget(self, now: float) -> None:
        if len(self._hosts) > 1_000:
            self._hosts = {host: (lock, at) for host, (lock, at) in self._hosts.items() if lock.locked() or at > now}


def _status(status: int) -> str:
    meaning = {
        401: "it wants a password",
        403: "it refuses us; is a contact set in [http]?",
        404: "it is not there",
        410: "it is gone for good",
        429: "we ask too often",
    }.get(status, "its server is in trouble" if status >= 500 else "")
    return f"answered {status}" + (f" ({meaning})" if meaning else "")


def _retry_after(text: str) -> timedelta | None:
    """Seconds or a date (RFC 9110 §10.2.3), at most a day."""
    if (seconds := text.strip()).isdecimal():
        return timedelta(seconds=min(int(seconds.lstrip("0")[:9] or 0), 86_400))
    at = clocks.dated(text)
    return min(max(at - datetime.now(UTC), timedelta(0)), timedelta(days=1)) if at else None


def _max_age(text: str) -> int:
    """Seconds (RFC 9111 §5.2.2.1); 0 where none are given."""
    found = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,9})", text, re.I)
    return int(found[1]) if found else 0


_CERTIFICATES: Mapping[int, str] = {
    9: "is not valid yet, or this machine's clock is wrong",
    10: "has expired, or this machine's clock is wrong",
    18: "is signed by itself alone",
    19: "is signed by itself alone",
    20: "comes from nobody this machine trusts",
    21: "comes from nobody this machine trusts",
    62: "is for another host",
    64: "is for another host",
}
"""By OpenSSL's number (x509_vfy.h)."""


def _reason(error: Exception) -> str:
    """One line for a person."""
    inner = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else error
    match inner:
        case PrivateAddress():
            return str(inner)
        case ssl.SSLCertVerificationError():
            return f"its certificate {_CERTIFICATES.get(inner.verify_code, f'is not valid ({inner.verify_message})')}"
        case ssl.SSLError():
            return f"does not speak TLS as it should ({_words(inner.reason or 'no reason given')})"
        case OSError(errno=errno.EMFILE | errno.ENFILE):
            return "RegPulse may open no more files: raise its limit (ulimit -n)"
    match error:
        case aiohttp.ClientConnectorDNSError():
            return f"the name {error.host} does not resolve"
        case aiohttp.ClientConnectorError():
            return f"{error.host} does not accept connections"
        case aiohttp.ServerDisconnectedError():
            return "closed the connection without an answer"
        case aiohttp.ClientPayloadError(__cause__=ContentEncodingError()):
            return "sent its answer packed so that it cannot be unpacked"
        case aiohttp.ClientPayloadError() | aiohttp.ClientOSError():
            return "broke off in the middle of its answer"
        case aiohttp.ClientResponseError():  # what aiohttp makes of an answer that it cannot read
            return f"answered in broken HTTP ({_words(error.message.partition(':')[0])})"
        case _:
            return f"cannot be read ({type(error).__name__})"


def _words(text: str) -> str:
    """The library's own, in one short line."""
    return " ".join(text.replace("_", " ").lower().split())[:100]
