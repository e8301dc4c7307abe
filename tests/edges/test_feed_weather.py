"""Publishers misbehaving, one fault at a time: heard as well as can be, or refused in one line, within bounds."""

import asyncio
import errno
import re
import socket
import time
import tracemalloc
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ssl import SSLContext

import aiohttp.connector
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.core import bounded, formats, schedule
from bot.model import Entry, Failed, Feed, Fresh, Memory
from bot.pipeline import hearing
from bot.sources.addresses import CheckedResolver
from bot.sources.web import Http
from tests.core.vocabulary import NOW
from tests.standins import faults
from tests.standins.certificates import BROKEN, Authority, authority
from tests.standins.faults import LIES, SERVED
from tests.standins.feeds import FeedServer, Item, rss

SLOW = {name for name, fault in SERVED.items() if "timed out" in fault.told}


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@asynccontextmanager
async def reader(*servers: FeedServer, seconds: float = 10) -> AsyncIterator[Http]:
    web = Http("x", allow_private=tuple(one.address for one in servers), timeout_seconds=seconds)
    yield web
    await web.close()


def feed(server: FeedServer, path: str = "/x.xml") -> Feed:
    return Feed("f", server.url(path), "F")


async def heard(web: Http, one: Feed, memory: Memory | None = None) -> tuple[Entry, ...] | Failed:
    """What a turn makes of it."""
    memory = memory or Memory("f")
    polled = await web.poll(one, memory)
    if isinstance(polled, Fresh):
        polled, document = await hearing._read(one, polled, memory, NOW)
        if isinstance(polled, Fresh):
            return document.entries
    assert isinstance(polled, Failed), polled
    return polled


@pytest.mark.parametrize("name", SERVED)
async def test_each_fault_of_a_publisher_is_one_line_or_does_no_harm(
    server: FeedServer, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounded, "MOST_ELEMENTS", 5_000)  # which is quicker
    SERVED[name].arrange(server, "/x.xml")
    async with reader(server, seconds=0.4 if name in SLOW else 10) as web, asyncio.timeout(30):
        found = await heard(web, feed(server))
    if isinstance(found, Failed):
        assert SERVED[name].told
        assert re.search(SERVED[name].told, found.reason), found.reason
        assert found.reason.isprintable()
        assert len(found.reason) < 250
    else:
        assert not SERVED[name].told
        assert {f"Item {n}" for n in range(12)} <= {entry.title for entry in found}
        assert not any("root:" in entry.title + entry.text for entry in found), "nothing of ours is read into it"
        assert max(len(entry.title) for entry in found) < 1_000


@pytest.mark.parametrize("name", LIES)
async def test_a_feed_in_another_encoding_than_it_says_is_read_right(server: FeedServer, name: str) -> None:
    LIES[name].arrange(server, "/x.xml")
    async with reader(server) as web:
        found = await heard(web, feed(server))
    assert not isinstance(found, Failed)
    assert [entry.title for entry in found][:2] == [faults.ACCENTED, "Item 1"]


@pytest.mark.parametrize("name", [name for name in SERVED if "bomb" in name or "without end" in name])
async def test_a_bomb_takes_no_more_memory_than_a_large_feed(server: FeedServer, name: str) -> None:
    SERVED[name].arrange(server, "/x.xml")
    async with reader(server) as web:
        await web.poll(feed(server), Memory("f"))
        tracemalloc.start()
        try:
            assert isinstance(await heard(web, feed(server)), Failed)
            assert tracemalloc.get_traced_memory()[1] < 40_000_000
        finally:
            tracemalloc.stop()


async def test_what_a_hundred_publishers_keep_open_is_closed(server: FeedServer) -> None:
    """All of them at once, and no connection is left."""
    SERVED["a byte a second"].arrange(server, "/slow")
    SERVED["headers a byte a second"].arrange(server, "/slower")
    SERVED["a body without end"].arrange(server, "/endless")
    async with reader(server, seconds=0.3) as web:
        paths = ["/slow", "/slower", "/endless"] * 33
        found = await asyncio.gather(*(web.poll(feed(server, path), Memory("f")) for path in paths))
        assert all(isinstance(one, Failed) for one in found)
        connector = web._session.connector
        assert isinstance(connector, aiohttp.TCPConnector)
        assert not connector._acquired
        assert not connector._conns


# Certificates


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("expired", "its certificate has expired, or this machine's clock is wrong"),
        ("too early", "its certificate is not valid yet, or this machine's clock is wrong"),
        ("of another host", "its certificate is for another host"),
        ("signed by itself", "its certificate is signed by itself alone"),
    ],
)
async def test_a_certificate_that_is_not_in_order_is_refused_with_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, told: str
) -> None:
    signed = authority(tmp_path)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", signed.trusted())
    assert await _seen(signed, BROKEN[name]) == told
    assert await _seen(signed, Authority.good) == "", "and one that is in order is taken"


async def test_a_certificate_of_an_authority_that_nobody_here_trusts_is_refused(tmp_path: Path) -> None:
    assert await _seen(authority(tmp_path), Authority.good) == "its certificate comes from nobody this machine trusts"


async def _seen(signed: Authority, made: Callable[[Authority], SSLContext]) -> str:
    async with FeedServer(made(signed)) as server, reader(server) as web:
        server.publishes("/x.xml", faults.GOOD)
        found = await heard(web, feed(server))
    assert isinstance(found, Failed) == (not server.asked), "nothing is asked over a line that is not safe"
    return found.reason if isinstance(found, Failed) else ""


async def test_an_address_that_speaks_no_tls_is_said_so(server: FeedServer) -> None:
    async with reader(server) as web:
        found = await heard(web, Feed("f", f"https://{server.address}/x.xml", "F"))
    assert isinstance(found, Failed)
    assert found.reason == "does not speak TLS as it should (wrong version number)"


async def test_a_hop_from_https_to_http_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FeedServer
) -> None:
    signed = authority(tmp_path)
    monkeypatch.setattr(aiohttp.connector, "_SSL_CONTEXT_VERIFIED", signed.trusted())
    server.publishes("/x.xml", faults.GOOD)
    async with FeedServer(signed.good()) as safe, reader(safe, server) as web:
        safe.redirects("/x.xml", server.url("/x.xml"))
        found = await heard(web, feed(safe))
    assert isinstance(found, Failed)
    assert found.reason == f"redirects from https to {server.url('/x.xml')}, unencrypted: refused"
    assert not server.asked


# Names


class Turning(AbstractResolver):
    """A name that is the publisher's when it is looked up first, and ours from then on."""

    def __init__(self) -> None:
        self.answers = ["93.184.216.34", "127.0.0.1"]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [ResolveResult(hostname=host, host=found, port=port, family=socket.AF_INET, proto=0, flags=0)]

    async def close(self) -> None: ...


async def test_a_name_that_turns_inward_is_refused_and_never_reached(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stand-in listens where the second answer leads."""
    tried: list[str] = []

    async def noted(self: BaseSelectorEventLoop, sock: socket.socket, address: tuple[str, int]) -> None:
        tried.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", noted)
    checked = CheckedResolver(frozenset())
    checked._resolver = Turning()  # type: ignore[assignment]
    web = Http("x", host_gap_seconds=0, resolver=checked)
    one = Feed("f", f"http://turning.example:{server.address.rpartition(':')[2]}/x.xml", "F")
    assert isinstance(await web.poll(one, Memory("f")), Failed)
    connector = web._session.connector
    assert isinstance(connector, aiohttp.TCPConnector)
    connector.clear_dns_cache()
    again = await web.poll(one, Memory("f"))
    await web.close()
    assert isinstance(again, Failed)
    assert again.reason == "turning.example leads to 127.0.0.1, a private address: refused"
    assert tried == ["93.184.216.34"], "what was checked, and nothing else"


async def test_a_machine_without_a_file_handle_left_is_not_taken_for_a_publisher_s_fault(
    server: FeedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def none_left(self: BaseSelectorEventLoop, sock: socket.socket, address: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", none_left)
    async with reader(server) as web:
        found = await heard(web, feed(server))
    assert isinstance(found, Failed)
    assert found.reason == "RegPulse may open no more files: raise its limit (ulimit -n)"


# Clocks


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [
        ("120", 120, 120),
        ("-5", 0, 0),
        ("999999999999999999999", 86_400, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400, 86_400),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 86_400, 86_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0, 0),
        ("9" * 5_000, 86_400, 86_400),
        ("soon", 0, 0),
        ("٣٠٠", 300, 300),
    ],
)
async def test_whatever_a_server_says_of_when_to_come_back_it_is_asked_within_a_day(
    server: FeedServer, said: str, least: int, most: int
) -> None:
    server.is_broken("/x.xml", 503, {"Retry-After": said, "Date": "Fri, 31 Dec 2049 23:59:59 GMT"})
    async with reader(server) as web:
        found = await web.poll(feed(server), Memory("f"))
    assert isinstance(found, Failed)
    assert found.reason == "answered 503 (its server is in trouble)"
    asked = found.retry_after or timedelta(0)
    assert least <= asked.total_seconds() <= most
    after = schedule.after(feed(server), Memory("f"), found, NOW)
    assert after.next_poll
    assert NOW < after.next_poll <= NOW + timedelta(days=1)


async def test_entries_dated_years_ahead_are_of_now(server: FeedServer) -> None:
    years = [NOW.year - 1, NOW.year + 1, NOW.year + 70, 9999]
    server.publishes(
        "/x.xml",
        rss(
            "dated",
            [Item(f"Of {year}", f"https://a.example/{year}", published=NOW.replace(year=year)) for year in years],
        ),
    )
    async with reader(server) as web:
        found = await heard(web, feed(server))
    assert not isinstance(found, Failed)
    assert [entry.published for entry in found] == [NOW.replace(year=NOW.year - 1), NOW, NOW, NOW]


# Documents that are too much, or not all


async def test_of_ten_thousand_items_the_first_two_thousand_are_read_and_quickly(server: FeedServer) -> None:
    items = [Item(f"Item {n}", f"https://a.example/{n}", "Some words of it. " * 5, guid=str(n)) for n in range(10_000)]
    server.publishes("/x.xml", rss("many", items))
    async with reader(server) as web, asyncio.timeout(10):
        polled = await web.poll(feed(server), Memory("f"))
    assert isinstance(polled, Fresh)
    document = formats.straight(feed(server), polled.body, polled.content_type, polled.url, NOW)
    assert document, "without feedparser, which takes ten times as long"
    assert [entry.title for entry in document.entries] == [f"Item {n}" for n in range(formats.MAX_ENTRIES)]


async def test_a_beginning_made_to_be_slow_is_read_at_once(server: FeedServer) -> None:
    """feedparser's own pattern for the encoding takes the cube of its length, here a quarter of a minute."""
    start, end = faults.GOOD.split("?>", 1)
    server.publishes("/x.xml", start + " encoding='x'" * 1_460 + ">" + end)
    async with reader(server) as web:
        begun = time.process_time()
        found = await heard(web, feed(server))
    assert not isinstance(found, Failed)
    assert len(found) == 12
    assert time.process_time() - begun < 4, "of this process alone, where it takes a tenth of a second"


async def test_a_document_that_always_breaks_off_is_read_from_the_third_look_on(server: FeedServer) -> None:
    SERVED["a document without its end"].arrange(server, "/x.xml")
    memory, now = Memory("f"), datetime.now(UTC)
    async with reader(server) as web:
        for _ in range(2):
            found = await heard(web, feed(server), memory)
            assert isinstance(found, Failed)
            assert found.reason.startswith("sent a document that breaks off before its end")
            memory = schedule.after(feed(server), memory, found, now)
        found = await heard(web, feed(server), memory)
    assert not isinstance(found, Failed)
    assert len(found) >= 10
