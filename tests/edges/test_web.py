"""sources.web and sources.addresses: polite, bounded, and only where it may go."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from bot.core import schedule
from bot.model import Failed, Feed, Fresh, Memory, Page, Unchanged
from bot.sources.addresses import CheckedResolver, PrivateAddress, is_public, refusal
from bot.sources.web import MOST_HOSTS, Http
from tests.core.vocabulary import NOW
from tests.standins.feeds import FeedServer, Item, rss

DOCUMENT = rss("x", [Item(f"Item {n}", f"https://a.example/{n}") for n in range(40)])


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
async def web(server: FeedServer) -> AsyncIterator[Http]:
    http = Http(
        "RegPulse/test (ops@example.org)", allow_private=(server.address,), timeout_seconds=1, max_bytes=1_000_000
    )
    yield http
    await http.close()


def feed(server: FeedServer, path: str = "/x.xml") -> Feed:
    return Feed(id="f", url=server.url(path), name="F")


async def reason(web: Http, server: FeedServer, path: str = "/x.xml") -> str:
    polled = await web.poll(feed(server, path), Memory("f"))
    assert isinstance(polled, Failed), polled
    assert "\n" not in polled.reason
    return polled.reason


async def test_an_unchanged_feed_is_asked_for_with_its_validators_and_costs_nothing(
    web: Http, server: FeedServer
) -> None:
    server.publishes("/x.xml", DOCUMENT)
    fresh = await web.poll(feed(server), Memory("f"))
    assert isinstance(fresh, Fresh)
    assert fresh.body.decode() == DOCUMENT
    memory = schedule.after(feed(server), Memory("f"), fresh, NOW)
    assert isinstance(await web.poll(feed(server), memory), Unchanged)
    assert server.headers["/x.xml"]["If-None-Match"] == fresh.etag
    assert server.headers["/x.xml"]["User-Agent"] == "RegPulse/test (ops@example.org)"


async def test_the_same_bytes_without_a_validator_are_unchanged_too(web: Http, server: FeedServer) -> None:
    server.publishes("/x.xml", DOCUMENT)
    fresh = await web.poll(feed(server), Memory("f"))
    assert isinstance(fresh, Fresh)
    assert isinstance(await web.poll(feed(server), Memory("f", body_hash=fresh.body_hash)), Unchanged)


async def test_a_permanent_redirect_is_reported_and_a_passing_one_is_not(web: Http, server: FeedServer) -> None:
    server.publishes("/x.xml", DOCUMENT)
    server.redirects("/moved.xml", server.url("/x.xml"), 301)
    server.redirects("/away.xml", server.url("/x.xml"), 302)
    moved = await web.poll(feed(server, "/moved.xml"), Memory("f"))
    away = await web.poll(feed(server, "/away.xml"), Memory("f"))
    assert isinstance(moved, Fresh)
    assert isinstance(away, Fresh)
    assert (moved.moved_to, away.moved_to) == (server.url("/x.xml"), "")


async def test_redirects_end(web: Http, server: FeedServer) -> None:
    server.redirects("/x.xml", server.url("/x.xml"))
    assert await reason(web, server) == "redirects more than 5 times"


async def test_every_misfortune_is_one_line(web: Http, server: FeedServer) -> None:
    server.hangs("/hangs")
    server.never_ends("/never")
    server.is_huge("/huge", 3)
    server.is_huge("/bomb", 3, zipped=True)
    server.is_broken("/500", 503, {"Retry-After": "120"})
    assert await reason(web, server, "/hangs") == "timed out after 1 s"
    assert await reason(web, server, "/never") == "timed out after 1 s"
    assert await reason(web, server, "/huge") == "larger than 1 MB: stopped reading"
    assert await reason(web, server, "/bomb") == "larger than 1 MB: stopped reading"
    assert await reason(web, server, "/404") == "answered 404 (it is not there)"
    busy = await web.poll(feed(server, "/500"), Memory("f"))
    assert isinstance(busy, Failed)
    assert busy.retry_after
    assert busy.retry_after.total_seconds() == 120


@pytest.mark.parametrize(
    ("status", "cause"),
    [(403, "blocked"), (429, "blocked"), (404, "not there"), (410, "not there"), (503, "unreachable")],
)
async def test_a_refusal_is_told_from_a_loss_and_from_weather(
    web: Http, server: FeedServer, status: int, cause: str
) -> None:
    server.is_broken("/x.xml", status)
    polled = await web.poll(feed(server), Memory("f"))
    assert isinstance(polled, Failed)
    assert polled.cause == cause


async def test_a_page_is_fetched_like_a_feed(web: Http, server: FeedServer) -> None:
    server.answers_html("/page")
    page = await web.page(server.url("/page"))
    assert isinstance(page, Page)
    assert b"Welcome" in page.body


async def test_one_host_is_asked_one_request_at_a_time(server: FeedServer) -> None:
    """Hosts that the operator did not name as his own are spared: seen here with a resolver that leads to the stand-in."""
    port = int(server.address.rpartition(":")[2])
    web = Http("x", host_gap_seconds=0.05, resolver=_Everywhere(port))
    server.publishes("/x.xml", DOCUMENT)
    clock = asyncio.get_running_loop().time
    started = clock()
    one = Feed(id="f", url=f"http://news.example:{port}/x.xml", name="F")
    await asyncio.gather(*(web.poll(one, Memory("f")) for _ in range(4)))
    assert clock() - started >= 0.15
    await web.close()


class _Everywhere(AbstractResolver):
    """Every name is the stand-in."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host="127.0.0.1", port=self._port, family=socket.AF_INET, proto=0, flags=0)
        ]

    async def close(self) -> None: ...


HOSTILE = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://017700000001/",
    "http://0177.0.0.1/", "http://127.0.0.1./", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "http://0.0.0.0/", "http://0/", "http://224.0.0.1/",
    "http://255.255.255.255/", "http://198.18.0.1/", "http://[::1]/", "http://[::]/", "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/", "http://[fe80::1]/", "http://[fc00::1]/", "http://[fd00:ec2::254]/", "http://[ff02::1]/",
    "http://[64:ff9b::7f00:1]/", "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:7f00:1::]/", "http://[2002:a00:1::]/",
    "http://user@example.org/", "http://user:pw@example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://x/",
    "http:///nothing", "javascript:alert(1)",
)  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_hostile_address_is_reached(address: str) -> None:
    web = Http("x", timeout_seconds=2)
    polled = await web.page(address)
    await web.close()
    assert isinstance(polled, Failed)
    assert "refused" in polled.reason or "not an" in polled.reason


@pytest.mark.parametrize("name", ["localhost", "localhost.", "ip6-localhost"])
async def test_a_name_that_leads_inside_is_refused(name: str) -> None:
    web = Http("x", timeout_seconds=2)
    polled = await web.page(f"http://{name}:9/")
    await web.close()
    assert isinstance(polled, Failed)
    assert "private address: refused" in polled.reason or "does not resolve" in polled.reason


async def test_the_address_that_was_checked_is_the_one_that_is_used() -> None:
    with pytest.raises(PrivateAddress):
        await CheckedResolver(frozenset()).resolve("localhost", 80)
    assert await CheckedResolver(frozenset({"localhost:80"})).resolve("localhost", 80)


def test_an_opened_address_is_opened_with_its_port_only() -> None:
    allowed = frozenset({"127.0.0.1:8900"})
    assert refusal(URL("http://127.0.0.1:8900/"), allowed) == ""
    assert refusal(URL("http://127.0.0.1:8901/"), allowed)


def test_public_addresses_are_public() -> None:
    assert all(
        is_public(ip_address(text))
        for text in ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822")
    )


async def test_how_wrong_our_clock_is_by_most_hosts_is_known_once_enough_of_them_answered(server: FeedServer) -> None:
    wrong = timedelta(days=3)
    web = Http("RegPulse/test", allow_private=(server.address,), now=lambda: datetime.now(UTC) + wrong)
    server.publishes("/x.xml", DOCUMENT)
    await web.poll(feed(server), Memory("f"))
    assert (web.ahead is None) is True, "one host is no witness"
    right, stored_long_ago = datetime.now(UTC), datetime.now(UTC) - timedelta(days=30)
    for number, date in enumerate((right, right, stored_long_ago, stored_long_ago)):
        web._hears(f"{number}.example", format_datetime(date, usegmt=True))
    assert web.ahead is not None
    assert abs(web.ahead - wrong) < timedelta(minutes=1)
    for when, date in (("before", right), ("since", right), ("now", right + wrong)):
        for number in range(MOST_HOSTS):
            web._hears(f"{when}{number}.example", format_datetime(date, usegmt=True))
    assert abs(web.ahead) < timedelta(minutes=1), "those that answered last are asked, and no more"
    await web.close()
