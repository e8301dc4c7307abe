"""sources.reading: articles off the event loop, and PDFs that cannot hurt."""

import asyncio

import pytest

from bot.model import Article, Page, Unread
from bot.sources.reading import Reader
from bot.sources.web import Http
from tests.core.pages import NEWS, semantic
from tests.core.vocabulary import NOW
from tests.standins import pdfs
from tests.standins.feeds import FeedServer

LINES = (
    "The authority adopts the following decision on the register",
    "of automated systems. Providers shall enter their systems by",
    "1 March 2027. A late entry costs up to 2% of the turnover.",
    "The register is open to everyone, free of charge.",
)


def pdf(body: bytes) -> Page:
    return Page(body, "application/pdf", "https://authority.example/decision.pdf")


async def test_an_official_pdf_is_read() -> None:
    found = await Reader().read(pdf(pdfs.document(LINES, author="Legal service")), NOW)
    assert isinstance(found, Article), found
    assert "enter their systems by 1 March 2027. A late entry costs up to 2% of the turnover." in found.text
    assert found.imprint.author == "Legal service"


async def test_a_pdf_is_known_by_its_first_bytes_whatever_its_server_says() -> None:
    found = await Reader().read(Page(pdfs.document(LINES), "text/html", "https://authority.example/d"), NOW)
    assert isinstance(found, Article)


@pytest.mark.parametrize("hostile", [pdfs.bomb, pdfs.maze, pdfs.circle], ids=lambda made: made.__name__)
async def test_a_hostile_pdf_is_given_up_and_the_loop_goes_on(hostile: type) -> None:
    """The loop keeps ticking while the child works, and the child is gone afterwards."""
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            await asyncio.sleep(0.01)

    body = hostile()
    ticking = asyncio.create_task(tick())
    found = await Reader(seconds=1).read(pdf(body), NOW)
    ticking.cancel()
    assert isinstance(found, Unread)
    assert found.obstacle == "unreadable PDF"
    assert ticks > 3


async def test_a_pdf_that_takes_too_long_is_ended() -> None:
    found = await Reader(seconds=0.01).read(pdf(pdfs.document(LINES)), NOW)
    assert found == Unread("unreadable PDF", "the PDF takes more than 0.01 s to read")


@pytest.mark.parametrize("body", [b"%PDF-1.7\n" + bytes(range(256)) * 50, b"%PDF-", pdfs.document(LINES)[:400]])
async def test_a_broken_pdf_says_so(body: bytes) -> None:
    found = await Reader().read(pdf(body), NOW)
    assert isinstance(found, Unread)
    assert found.reason.startswith("the PDF")


async def test_a_scan_says_that_it_holds_no_text() -> None:
    found = await Reader().read(pdf(pdfs.document(("1",))), NOW)
    assert found == Unread("unreadable PDF", "the PDF holds no text (a scan, perhaps)")


async def test_a_link_is_followed_to_its_article_or_to_what_stands_there() -> None:
    async with FeedServer() as server:
        web = Http("x", allow_private=(server.address,), timeout_seconds=2)
        server.publishes("/news/1", semantic(NEWS), "text/html")
        server.publishes("/decision", pdfs.document(LINES), "application/pdf")
        server.is_broken("/gone", 410)
        server.publishes("/", semantic(NEWS), "text/html")
        server.redirects("/old/story", server.url("/"))
        found = [
            await web.article(server.url(path)) for path in ("/news/1", "/decision", "/gone", "/old/story", "/nothing")
        ]
        offline = await web.article("http://127.0.0.1:9/x")
        await web.close()
    article, decision, gone, moved, nothing = found
    assert isinstance(article, Article)
    assert NEWS.paragraphs[2] in article.text
    assert isinstance(decision, Article)
    assert isinstance(gone, Unread)
    assert (gone.obstacle, gone.reason) == ("not there", "answered 410 (it is gone for good)")
    assert moved == Unread("not there", "the link leads to a front page instead of the article")
    assert isinstance(nothing, Unread)
    assert nothing.obstacle == "not there"
    assert isinstance(offline, Unread)
    assert offline.obstacle == "unreachable"
