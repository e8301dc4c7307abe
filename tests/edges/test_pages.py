"""The local pages: full cards, nothing interpreted, this machine only."""

import re
import socket
from collections.abc import AsyncIterator, Mapping

import aiohttp
import pytest

from bot.errors import UserError
from bot.model import Button, Caller, Card, Reply, Verb
from bot.web.server import Pages

HOSTILE = Card(
    title="<script>alert(1)</script> & “quotes”",
    link='https://a.example/?a=1&b="><img src=x>',
    category="Enforcement",
    lead="<b>bold</b>",
    points=("One <i>point</i>",),
    source="The Example · press",
    notes=("Extracts from the source, no AI.",),
    buttons=(Button("Evidence", "evidence 12"), Button("Why this", "why 12")),
)


class Desk:
    """Answers every line with itself, as text and as a card."""

    verbs: tuple[Verb, ...] = ()

    async def answer(self, line: str, caller: Caller) -> Reply:
        assert not caller.may_manage
        return Reply(f"You said <{line}>", (HOSTILE,))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Site:
    def __init__(self) -> None:
        self.cards: tuple[Card, ...] = (HOSTILE,)
        self.illness = ""
        self.listen = f"127.0.0.1:{free_port()}"

    def pages(self) -> Pages:
        async def briefs(limit: int, offset: int) -> tuple[Card, ...]:
            return self.cards[offset : offset + limit]

        async def health() -> str:
            return self.illness

        return Pages(Desk(), listen=self.listen, briefs=briefs, health=health, listening_to=74)

    async def get(self, path: str, host: str = "") -> tuple[int, str, Mapping[str, str]]:
        headers = {"Host": host} if host else {}
        async with (
            aiohttp.ClientSession() as browser,
            browser.get(f"http://{self.listen}{path}", headers=headers) as answer,
        ):
            return answer.status, await answer.text(), answer.headers


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    made = Site()
    pages = made.pages()
    await pages.start()
    yield made
    await pages.close()


async def test_the_front_page_shows_whole_cards_with_links_to_their_evidence(site: Site) -> None:
    status, html, _ = await site.get("/")
    assert status == 200
    assert "One &lt;i&gt;point&lt;/i&gt;" in html
    assert 'href="/evidence/12"' in html
    assert "Extracts from the source, no AI." in html


async def test_what_a_feed_wrote_is_text_and_never_markup(site: Site) -> None:
    _, html, headers = await site.get("/")
    assert "<script>" not in html
    assert "<img src=x" not in html
    assert not re.search(r"\son\w+=|style=", html)
    assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_before_the_first_story_the_page_says_what_is_happening(site: Site) -> None:
    site.cards = ()
    assert "Listening to 74 sources" in (await site.get("/"))[1]


async def test_older_stories_are_a_page_away(site: Site) -> None:
    site.cards = (HOSTILE,) * 25
    assert 'href="/?skip=20"' in (await site.get("/"))[1]
    assert 'href="/?skip=' not in (await site.get("/?skip=20"))[1]


async def test_search_story_and_status_ask_the_desk(site: Site) -> None:
    assert "You said &lt;search eu ai act&gt;" in (await site.get("/search?q=eu+ai+act"))[1]
    assert "You said &lt;story 12&gt;" in (await site.get("/story/12"))[1]
    assert "You said &lt;status&gt;" in (await site.get("/status"))[1]
    assert (await site.get("/subscribe"))[0] == 404


async def test_health_turns_red_for_a_reason(site: Site) -> None:
    assert (await site.get("/healthz"))[:2] == (200, "ok")
    site.illness = "no turn has finished"
    assert (await site.get("/healthz"))[:2] == (503, "no turn has finished")


async def test_a_page_elsewhere_cannot_read_ours_under_its_own_name(site: Site) -> None:
    assert (await site.get("/", host="evil.example"))[0] == 421
    assert (await site.get("/", host="localhost:1"))[0] == 200


async def test_a_port_in_use_and_an_open_address_are_refused_with_a_remedy(site: Site) -> None:
    with pytest.raises(UserError, match="REGPULSE_WEB_LISTEN"):
        await site.pages().start()
    site.listen = "0.0.0.0:8080"
    with pytest.raises(UserError, match=r"Use 127\.0\.0\.1"):
        await site.pages().start()
