"""Strangers who hold half a request open, or many: nothing of theirs is kept for long, and nobody else waits for them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.bodies import SMALL
from bot.platforms.slack import http
from bot.platforms.slack.installing import COOKIE
from bot.web import callback
from bot.web.callback import Callback
from tests.edges.slack_served import served
from tests.edges.test_pages import Site

OURS, MADE_UP = "/websub/" + "o" * 64, "/websub/" + "m" * 64
LARGE = 10 * SMALL


@dataclass
class Behind:
    """Expects documents at one address."""

    largest: int = 10_000_000
    read: list[int] = field(default_factory=list)

    async def confirm(self, path: str, said: Mapping[str, str]) -> str | None:
        return None

    async def expects(self, path: str) -> bool:
        return OURS.endswith(path)

    async def receive(self, path: str, body: bytes, content_type: str, signature: str) -> bool:
        self.read.append(len(body))
        return True


@dataclass
class Stranger:
    """A connection that says of a body of `length` only `sent` bytes, until it is `done` or `gone`."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    length: int
    sent: int

    async def done(self) -> None:
        self.writer.write(b"x" * (self.length - self.sent))
        await self.writer.drain()

    async def answered(self) -> int:
        async with asyncio.timeout(300):
            return int((await self.reader.readline()).split()[1])

    async def gone(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def posts(address: str, path: str, length: int, *, sent: int = 0, header: str = "") -> Stranger:
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    declared = header or f"Content-Length: {length}"
    writer.write(f"POST {path} HTTP/1.1\r\nHost: x\r\n{declared}\r\n\r\n".encode() + b"x" * sent)
    await writer.drain()
    return Stranger(reader, writer, length, sent)


@asynccontextmanager
async def door() -> AsyncIterator[tuple[str, Behind]]:
    behind = Behind()
    opened = Callback(behind, "127.0.0.1:0")
    await opened.start()
    try:
        yield opened.address, behind
    finally:
        await opened.close()


async def test_nothing_is_read_of_what_comes_to_an_address_that_somebody_made_up() -> None:
    """Sixty who sent all but the last byte of 10 MB took 600 MB, for as long as they liked."""
    async with door() as (address, behind):
        many = [await posts(address, MADE_UP, behind.largest - 1) for _ in range(60)]
        assert {await one.answered() for one in many} == {410}
        assert not behind.read
        for one in many:
            await one.gone()


async def test_a_document_that_does_not_come_to_its_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "WITHIN", 3.0)
    async with door() as (address, behind):
        large, small = await posts(address, OURS, LARGE, sent=LARGE - 1), await posts(address, OURS, 10)
        begun = asyncio.get_running_loop().time()
        assert (await large.answered(), await small.answered()) == (408, 408)
        assert asyncio.get_running_loop().time() - begun <= callback.WITHIN + 1
        assert not behind.read
        for one in (large, small):
            assert await one.reader.read()  # the rest of the answer, and that it was closed
            await one.gone()


async def test_few_large_documents_are_read_at_once_and_small_ones_beside_them() -> None:
    async with door() as (address, behind):
        halves = [await posts(address, OURS, LARGE, sent=LARGE // 2) for _ in range(callback.AT_ONCE)]
        waits = await posts(address, OURS, LARGE + 1, sent=LARGE + 1)
        for _ in range(20):
            small = await posts(address, OURS, 5, sent=5)
            assert await small.answered() == 202
            await small.gone()
        assert set(behind.read) == {5}, "the fifth large one has no place yet, whole as it is"
        await halves[0].done()
        assert [await halves[0].answered(), await waits.answered()] == [202, 202]
        assert behind.read[20:] == [LARGE, LARGE + 1]
        for one in (*halves, waits):
            await one.gone()


@pytest.mark.parametrize(
    "header", ["", "Transfer-Encoding: chunked", "Content-Encoding: gzip\r\nContent-Length: 40", "Nothing at all"]
)
async def test_whoever_goes_away_or_sends_nonsense_costs_no_line_of_the_log(
    caplog: pytest.LogCaptureFixture, header: str
) -> None:
    async with door() as (address, behind):
        stranger = await posts(address, OURS, 100, sent=40, header=header)
        if header:
            assert await stranger.answered() == 400
        await stranger.gone()
        later = await posts(address, OURS, 5, sent=5)
        assert await later.answered() == 202
        await later.gone()
        assert behind.read == [5]
    assert not caplog.records


async def asked(address: str, path: str, header: bytes) -> int:
    """The status that raw bytes of a header are answered with."""
    host, _, port = address.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n".encode() + header + b"\r\n\r\n")
    await writer.drain()
    stranger = Stranger(reader, writer, 0, 0)
    try:
        return await stranger.answered()
    finally:
        await stranger.gone()


NO_TEXT = pytest.mark.parametrize("bytes_", [b"\xff", b"\xff\xfe", b"\xc3\xa9", b"\xed\xb2\x80"])


@NO_TEXT
async def test_a_cookie_that_is_no_text_is_another_browser_s_and_costs_no_line_of_the_log(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, bytes_: bytes
) -> None:
    async with served(tmp_path) as made:
        cookie = f"Cookie: {COOKIE}=".encode() + bytes_
        assert await asked(made.address, "/slack/oauth_redirect?state=1795729973.aaaa&code=1", cookie) == 400
    assert not [one for one in caplog.records if one.exc_info]


@NO_TEXT
async def test_a_token_that_is_no_text_opens_no_page_and_costs_no_line_of_the_log(
    caplog: pytest.LogCaptureFixture, bytes_: bytes
) -> None:
    site = Site()
    site.token = "x" * 20
    pages = site.pages()
    await pages.start()
    try:
        for scheme in (b"Bearer ", b"Basic "):
            assert await asked(pages.address, "/", b"Authorization: " + scheme + bytes_) == 401
        assert await asked(pages.address, "/", b"Nothing at all") == 400
    finally:
        await pages.close()
    assert not caplog.records


async def test_slack_s_door_gives_up_what_does_not_come_and_answers_others_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the whole of a request says whether Slack signed it."""
    monkeypatch.setattr(http, "WITHIN", 3.0)
    async with served(tmp_path, one=True) as made:
        halves = [await posts(made.address, "/slack/events", LARGE, sent=LARGE // 2) for _ in range(30)]
        assert "You said: latest" in str(await made.slack.types("/regpulse latest"))
        assert {await one.answered() for one in halves} == {408}
        for one in halves:
            await one.gone()
