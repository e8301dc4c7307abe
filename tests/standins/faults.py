"""What publishers' servers do wrong, by name: how the stand-in does it, and the line in which an operator reads it."""
# ruff: noqa: E501

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from aiohttp import web

from tests.standins.feeds import FeedServer, Item, huge, rss

GOOD = rss("good", [Item(f"Item {n}", f"https://a.example/{n}", published=datetime.now(UTC)) for n in range(12)])
BOMB = 100
"""Megabytes."""

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"


@dataclass(frozen=True, slots=True)
class Fault:
    """`told` is the reason an operator reads, a regular expression; "" where the feed is heard all the same."""

    arrange: Callable[[FeedServer, str], None]
    told: str = ""


def _raw(*pieces: bytes, ends: bool = True) -> Callable[[FeedServer, str], None]:
    """These bytes, and then the connection ends, or not."""

    async def said() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece
        while not ends:
            await asyncio.sleep(0.05)
            yield b""

    return lambda server, path: server.speaks(path, said)


def _dripping(before: bytes, piece: bytes, every: float = 1.0) -> Callable[[FeedServer, str], None]:
    """A piece now and then, for ever."""

    async def said() -> AsyncIterator[bytes]:
        yield before
        while True:
            yield piece
            await asyncio.sleep(every)

    return lambda server, path: server.speaks(path, said)


def _served(
    body: bytes | Callable[[], bytes],
    headers: Mapping[str, str] = {},
) -> Callable[[FeedServer, str], None]:
    async def answer(request: web.Request) -> web.Response:
        found = body if isinstance(body, bytes) else body()
        return web.Response(body=found, headers={"Content-Type": "application/rss+xml", **headers})

    return lambda server, path: server.answers(path, answer)


def _broken(status: int, headers: Mapping[str, str] = {}) -> Callable[[FeedServer, str], None]:
    return lambda server, path: server.is_broken(path, status, headers)


def _leads(*to: str, status: int = 302) -> Callable[[FeedServer, str], None]:
    """From one to the next; a path is one of this server's own."""

    def arrange(server: FeedServer, path: str) -> None:
        steps = [path, *(f"{path}-{n}" for n in range(1, len(to)))]
        for step, target in zip(steps, to, strict=True):
            server.redirects(step, target.replace("SELF", path), status)

    return arrange


def _chunked(*pieces: bytes) -> bytes:
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(pieces)


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(body), body)


def _bomb(doctype: str, title: str) -> bytes:
    start, end = GOOD.split("<item>", 1)
    root = start.index("<rss")
    return (
        f"{start[:root]}<!DOCTYPE rss [{doctype}]>{start[root:]}<item><title>{title}</title></item><item>{end}"
    ).encode()


def _laughs(levels: int = 9) -> str:
    first = '<!ENTITY l0 "lol">'
    return first + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, levels + 1))


@cache
def _zipped(times: int) -> bytes:
    return gzip.compress(huge(BOMB), 9) if times == 1 else gzip.compress(_zipped(times - 1), 9)


@cache
def _deflated() -> bytes:
    return zlib.compress(huge(BOMB), 9)


def _attributes(number: int) -> bytes:
    return b" ".join(b'a%d=""' % n for n in range(number))


_DOCUMENT = GOOD.encode()
_PACKED = gzip.compress(_DOCUMENT)
_LARGE = r"larger than [\d.]+ MB: stopped reading"
_SLOW = r"timed out after [\d.]+ s"

SERVED: Mapping[str, Fault] = {
    # Slow, and without end
    "says nothing": Fault(lambda server, path: server.hangs(path), _SLOW),
    "a byte a second": Fault(_dripping(HEAD + b"Content-Length: 5000\r\n\r\n", b"<"), _SLOW),
    "a chunk a second": Fault(_dripping(_chunked(), _chunk(b" ")), _SLOW),
    "headers a byte a second": Fault(_dripping(HEAD, b"X"), _SLOW),
    "headers without end": Fault(_dripping(HEAD, b"X-More: and more\r\n" * 100, every=0.001), r"broken HTTP \((too many headers|got more)"),
    "a header without end": Fault(_dripping(HEAD + b"X-More: ", b"and more " * 1_000, every=0.001), r"broken HTTP \((too many headers|got more)"),
    "wait a little, for ever": Fault(_dripping(b"", b"HTTP/1.1 102 Processing\r\n\r\n", every=0.01), _SLOW),
    "a body without end": Fault(_dripping(HEAD + b"\r\n", b"<item>more</item>" * 5_000, every=0.0), _LARGE),
    "a chunked body without end": Fault(_dripping(_chunked(), _chunk(b"<item>more</item>" * 5_000), every=0.0), _LARGE),
    # Bombs
    "a gzip bomb": Fault(_served(lambda: _zipped(1), {"Content-Encoding": "gzip"}), _LARGE),
    "a deflate bomb": Fault(_served(_deflated, {"Content-Encoding": "deflate"}), _LARGE),
    "a gzip bomb within gzip": Fault(
        _served(lambda: _zipped(2), {"Content-Encoding": "gzip, gzip"}),
        r"packed in a way we did not ask for",
    ),
    "a gzip bomb that is a file": Fault(
        _served(lambda: _zipped(1), {"Content-Type": "application/gzip"}), r"a packed file instead of a feed"
    ),
    "brotli that nobody asked for": Fault(
        _served(b"\x0b\x02\x80" * 100, {"Content-Encoding": "br"}), r"content-encoding|did not ask for"
    ),
    "gzip that is none": Fault(_served(_DOCUMENT, {"Content-Encoding": "gzip"}), r"packed .* cannot be unpacked"),
    "gzip that breaks off": Fault(_served(_PACKED[:-100], {"Content-Encoding": "gzip"}), r"breaks off before its end"),
    "a billion laughs": Fault(_served(_bomb(_laughs(), "&l9;"))),
    "a quadratic blow-up": Fault(_served(_bomb(f'<!ENTITY a "{"a" * 100_000}">', "&a;" * 30_000)), r"so broken that it cannot be read"),
    "an external entity": Fault(_served(_bomb('<!ENTITY x SYSTEM "file:///etc/passwd">', "x &x; y"))),
    "nested two hundred thousand deep": Fault(
        _served(b'<?xml version="1.0"?><rss version="2.0"><channel><item>' + b"<a>" * 200_000 + b"</rss>"),
        r"more than [\d,]+ elements",
    ),
    "an element of a hundred thousand attributes": Fault(
        _served(_bomb('<!ENTITY odd "odd">', "x").replace(b"<item>", b"<item %s>" % _attributes(100_000), 1)),
        r"more than 500 attributes",
    ),
    # Away
    "a redirect to itself": Fault(_leads("SELF"), r"redirects more than 5 times"),
    "a redirect in a circle": Fault(_leads("SELF-1", "SELF-2", "SELF"), r"redirects more than 5 times"),
    "a hop to the cloud's metadata": Fault(
        _leads("SELF-1", "http://169.254.169.254/latest/meta-data/"), r"redirects: 169.254.169.254 is a private address: refused"
    ),
    "a hop to this machine": Fault(_leads("http://localhost:9/"), r"localhost leads to .*, a private address: refused"),
    "a hop to a file": Fault(_leads("file:///etc/passwd"), r"redirects: file:///etc/passwd is not an http address"),
    # Wrong lengths
    "a length too long": Fault(_raw(HEAD + b"Content-Length: 999999\r\n\r\n" + _DOCUMENT), r"broke off"),
    "a length too short": Fault(_raw(HEAD + b"Content-Length: 700\r\n\r\n" + _DOCUMENT), r"broken HTTP|breaks off"),
    "a length below nothing": Fault(_raw(HEAD + b"Content-Length: -5\r\n\r\n" + _DOCUMENT), r"broken HTTP"),
    "a length that is no number": Fault(_raw(HEAD + b"Content-Length: all\r\n\r\n" + _DOCUMENT), r"broken HTTP"),
    "two lengths": Fault(
        _raw(HEAD + b"Content-Length: 5\r\nContent-Length: 500\r\n\r\n" + _DOCUMENT), r"broken HTTP"
    ),
    "a chunk that is none": Fault(_raw(_chunked(b"lots\r\n", _DOCUMENT)), r"broken HTTP|broke off"),
    "a chunk too long": Fault(_raw(_chunked(b"fffff\r\n", _DOCUMENT, b"\r\n0\r\n\r\n")), r"broke off"),
    "a chunk without an end": Fault(_raw(_chunked(_chunk(_DOCUMENT))), r"broke off"),
    "no HTTP at all": Fault(_raw(b"\x00\x01\x02" * 50), r"broken HTTP"),
    "closed before a word": Fault(_raw(), r"closed the connection without an answer"),
    "nothing in it": Fault(_served(b""), r"empty document"),
    "a document without its end": Fault(_served(_DOCUMENT[:-300]), r"breaks off before its end"),
    # Something else
    "a web page": Fault(lambda server, path: server.answers_html(path), r"a web page \(HTML\) instead of a feed"),
    "a wall": Fault(
        _served(b"<!doctype html><html><title>Just a moment...</title>", {"Content-Type": "text/html"}), r"challenge page"
    ),
    "broken JSON": Fault(_served(b'{"items": [', {"Content-Type": "application/json"}), r"broken JSON"),
    "gone": Fault(_broken(410), r"answered 410 \(it is gone for good\)"),
    "in trouble": Fault(_broken(503, {"Retry-After": "999999999999999999999"}), r"answered 503 \(its server is in trouble\)"),
    "asks to be left alone": Fault(
        _broken(429, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}), r"answered 429 \(we ask too often\)"
    ),
}  # fmt: skip
"""Each is heard of in one line, or heard as well as it can be."""


def _written(declared: str, encoding: str, *, mark: bytes = b"", content_type: str = "application/rss+xml") -> Fault:
    text = GOOD.replace('encoding="UTF-8"', declared).replace("Item 0", ACCENTED)
    return Fault(_served(mark + text.encode(encoding), {"Content-Type": content_type}))


ACCENTED = "Café régulé über €5"

LIES: Mapping[str, Fault] = {
    "declared utf-8, is cp1252": _written('encoding="utf-8"', "cp1252"),
    "declared utf-8, is utf-16": _written('encoding="utf-8"', "utf-16"),
    "declared utf-8, is utf-16 without a mark": _written('encoding="utf-8"', "utf-16-le"),
    "declared iso-8859-1, is utf-8 with a mark": _written('encoding="iso-8859-1"', "utf-8-sig"),
    "the header says iso-8859-1, the document utf-8, which it is": _written(
        'encoding="utf-8"', "utf-8", content_type="text/xml; charset=iso-8859-1"
    ),
    "the header says utf-8, the document cp1252, which it is": _written(
        'encoding="windows-1252"', "cp1252", content_type="application/rss+xml; charset=utf-8"
    ),
    "declared in an encoding nobody knows": _written('encoding="x-mars"', "utf-8"),
}
"""Feeds in another encoding than they say."""
