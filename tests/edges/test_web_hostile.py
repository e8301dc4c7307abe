"""Addresses that strangers write to reach what is inside: none is asked, in whatever notation, at whatever hop."""
# ruff: noqa: E501, S104

import socket
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import AsyncIterator

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult

from bot.model import Failed, Feed, Memory, Unread
from bot.sources.addresses import CheckedResolver
from bot.sources.web import Http
from tests.standins.feeds import FeedServer

NUMBERS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0X7F.0.0.1", "0x7f.0x0.0x0.0x1", "017700000001",
    "0177.0.0.1", "0177.0x0.0.1", "00000177.0.0.1", "127.0.0.1.", "127.0.0.1..", "127.000.000.001", "127.255.255.254", "0", "0.0.0.0", "0.0",
    "10.0.0.1", "10.1", "012.0.0.1", "167772161", "172.16.0.1", "172.31.255.254", "0xac.16.0.1", "192.168.1.1", "192.168.257", "3232235777",
    "169.254.169.254", "169.254.43518", "2852039166", "0xa9fea9fe", "0xA9.0xFE.0xA9.0xFE", "0251.0376.0251.0376", "169.254.169.254.",
    "100.64.0.1", "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255",
)  # fmt: skip
SIX = (
    "::1", "::", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:a9fe:a9fe", "::127.0.0.1", "::7f00:1", "::a9fe:a9fe",
    "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2002:a9fe:a9fe::",
    "2002:c0a8:101::1", "2001:0:7f00:1::", "fe80::1", "fe80::1%25eth0", "fe80::1%25lo", "::1%25lo", "fec0::1", "fc00::1", "fd00:ec2::254",
    "ff02::1", "2001:db8::1", "100::1",
)  # fmt: skip
WIDE = ("１２７.0.0.1", "①②⑦.⓪.⓪.①", "127。0。0。1", "127．0．0．1", "𝟏𝟐𝟕.𝟎.𝟎.𝟏", "１６９。２５４。１６９。２５４")
OTHERS = (
    "http://user@example.org/", "http://user:pw@example.org/", "http://example.org@127.0.0.1/", "http://127.0.0.1:80@example.org/",
    "http://127.0.0.1#@example.org/", "http://127.0.0.1?@example.org/", "http://127.0.0.1\\@example.org/", "http://127.0.0.1:22/", "http://[::1]:6379/",
    "https://127.0.0.1:443/", "http:127.0.0.1/", "http:/127.0.0.1/", "//127.0.0.1/", "http:///127.0.0.1/", "ftp://example.org/",
    "file:///etc/passwd", "gopher://x/", "dict://127.0.0.1:11211/", "ws://127.0.0.1/", "unix:///var/run/x.sock", "data:text/html,x",
    "javascript:alert(1)", "jar:http://127.0.0.1!/", "http://", "http:///nothing", "http://127.0.0.1:99999/", "http://127.0.0.1:-1/", "http://[::1",
    "http://%31%32%37.0.0.1/", "http://127.0.0.1%00.example.org/", "http://127.0.0.1%0d%0a.example.org/", "HTTP://127.0.0.1/", "",
)  # fmt: skip
HOSTILE = (*(f"http://{one}/" for one in (*NUMBERS, *WIDE)), *(f"http://[{one}]/" for one in SIX), *OTHERS)


class Nowhere(AbstractResolver):
    """A resolver that is asked for nothing: an address is refused before a name is looked up, or is no number to anybody."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.asked.append(host)
        raise OSError("nothing is resolved here")

    async def close(self) -> None: ...


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as running:
        yield running


@pytest.fixture
def connected(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every address a connection is made to."""
    made: list[object] = []
    real = BaseSelectorEventLoop.sock_connect

    async def noted(self: BaseSelectorEventLoop, sock: socket.socket, address: object) -> None:
        made.append(address)
        await real(self, sock, address)  # type: ignore[arg-type]

    monkeypatch.setattr(BaseSelectorEventLoop, "sock_connect", noted)
    return made


def test_they_are_many() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) >= 60


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_hostile_address_is_reached(address: str, connected: list[object]) -> None:
    resolver = Nowhere()
    web = Http("x", timeout_seconds=2, host_gap_seconds=0, resolver=resolver)
    assert isinstance(page := await web.page(address), Failed)
    assert isinstance(polled := await web.poll(Feed(id="f", url=address, name="F"), Memory("f")), Failed)
    assert isinstance(await web.article(address), Unread)
    await web.close()
    assert connected == []
    assert all("\n" not in one.reason and one.reason for one in (page, polled))
    assert not any(host.strip(".").replace(".", "").isdecimal() for host in resolver.asked), "a number is no name"


@pytest.mark.parametrize("address", HOSTILE)
async def test_no_redirect_leads_to_one(address: str, server: FeedServer, connected: list[object]) -> None:
    """At the first hop and after two good ones; none is followed to a third address."""
    web = Http(
        "x", timeout_seconds=2, allow_private=(server.address,), resolver=CheckedResolver(frozenset({server.address}))
    )
    server.redirects("/near", address.encode("utf-8").decode("latin-1") if address.isascii() else address)
    server.redirects("/one", server.url("/two"), 301)
    server.redirects("/two", server.url("/near"), 307)
    for path in ("/near", "/one"):
        found = await web.page(server.url(path))
        assert isinstance(found, Failed) or address == "" or found.url.startswith(server.url("/")), found
    await web.close()
    assert {str(one) for one in connected} <= {str(("127.0.0.1", int(server.address.rpartition(":")[2])))}


class Turning(AbstractResolver):
    """A name that leads outside when it is checked and inside when it is asked again."""

    def __init__(self) -> None:
        self.answers = ["93.184.216.34", "127.0.0.1", "169.254.169.254"]

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [at(host, found, port)]

    async def close(self) -> None: ...


class Several(AbstractResolver):
    """A name that leads to several places at once."""

    def __init__(self, *found: str) -> None:
        self.found = found

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [at(host, one, port) for one in self.found]

    async def close(self) -> None: ...


def at(name: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(hostname=name, host=address, port=port, family=socket.AF_INET, proto=0, flags=0)


async def test_a_name_that_turns_inward_between_check_and_use_is_not_followed() -> None:
    resolver = CheckedResolver(frozenset())
    resolver._resolver = Turning()  # type: ignore[assignment]
    first = await resolver.resolve("evil.example", 80)
    assert [one["host"] for one in first] == ["93.184.216.34"], "the connection is given what was checked"
    for _ in range(2):
        with pytest.raises(OSError, match="a private address: refused"):
            await resolver.resolve("evil.example", 80)


@pytest.mark.parametrize("found", [("127.0.0.1", "93.184.216.34"), ("93.184.216.34", "8.8.8.8", "fd00::1")])
async def test_a_name_of_which_one_address_is_private_is_refused_wherever_it_stands(found: tuple[str, ...]) -> None:
    """A connection tries the next address where the first does not answer."""
    resolver = CheckedResolver(frozenset())
    resolver._resolver = Several(*found)  # type: ignore[assignment]
    with pytest.raises(OSError, match="a private address: refused"):
        await resolver.resolve("evil.example", 80)
    resolver._resolver = Several("93.184.216.34", "8.8.8.8")  # type: ignore[assignment]
    assert len(await resolver.resolve("good.example", 80)) == 2
