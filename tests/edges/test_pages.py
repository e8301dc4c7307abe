"""The local pages: full cards, nothing interpreted, this machine only."""

import html as markup
import re
import socket
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import aiohttp
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.model import Button, Caller, Card, Pointer, Reply, Verb
from bot.web.pages import linked
from bot.web.server import Pages

HOSTILE = Card(
    title="<script>alert(1)</script> & “quotes”",
    link='https://a.example/?a=1&b="><img src=x>',
    category="Enforcement",
    lead="<b>bold</b>",
    points=("One <i>point</i>",),
    source="The Example · press",
    amended=(("Retracted", "The Example <b>took</b> this back."),),
    context=(Pointer("Our register: in force.", "https://law.example/ai-act"),),
    reports=(Pointer("The Example: <i>it</i>", "https://a.example/1"), Pointer("Elsewhere", "javascript:alert(1)")),
    earlier=("Earlier on the Act", "3 Nov 2026: <i>It was delayed</i> (story 8)"),
    notes=("Extracts from the source, no AI.",),
    buttons=(Button("Evidence", "evidence 12"), Button("Why this", "why 12")),
)


class Desk:
    """Answers every line with itself, as text and as a card."""

    verbs: tuple[Verb, ...] = ()

    async def answer(self, line: str, caller: Caller) -> Reply:
        assert caller.rank == "member"
        if line == "story 404":
            return Reply("There is no story “404”.")
        more = (Button("More", 'search "ai act" fine page:10'),) if line.startswith("search") else ()
        return Reply(f"You said <{line}>", (HOSTILE,), more)


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
    assert 'href="https://law.example/ai-act" rel="noopener noreferrer nofollow">law.example</a>' in html
    assert (
        'href="https://a.example/1" rel="noopener noreferrer nofollow">The Example: &lt;i&gt;it&lt;/i&gt;</a>' in html
    )
    assert "javascript:" not in html
    assert html.index("took&lt;/b&gt; this back") < html.index('class="lead"')
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


async def test_search_forwards_no_more_than_words_and_shows_the_next_page_as_a_link(site: Site) -> None:
    _, html, _ = await site.get("/search?q=%22ai+act%22+fine%20page:5")
    assert "You said &lt;search &#34;ai act&#34; fine page:5&gt;" in html
    assert 'value="&#34;ai act&#34; fine"' in html
    assert 'href="/search?q=%22ai%20act%22%20fine%20page%3A10"' in html


async def test_a_story_that_is_not_there_is_not_found(site: Site) -> None:
    for path in ("/story/404", "/story/x", "/story/", "/wp-login.php"):
        status, html, headers = await site.get(path)
        assert status == 404, path
        assert "There is no" in html
        assert "default-src 'none'" in headers["Content-Security-Policy"]


async def test_only_a_web_address_becomes_a_link_and_it_takes_no_one_along(site: Site) -> None:
    site.cards = (
        Card(title="First", link="javascript:alert(1)"),
        Card(title="Second", link="https://a.example/2", notes=("The Example: Second https://a.example/2?a=1&b=2.",)),
    )
    page = lxml.html.fromstring((await site.get("/"))[1])
    outward = [link for link in page.iter("a") if not link.get("href", "").startswith("/")]
    assert [link.get("href") for link in outward] == ["https://a.example/2", "https://a.example/2?a=1&b=2"]
    assert {link.get("rel") for link in outward} == {"noopener noreferrer nofollow"}
    assert "a=1&b=2." in page.text_content()


@pytest.mark.parametrize("path", ["/", "/story/12", "/search?q=x", "/sources", "/status", "/nowhere"])
async def test_every_page_lives_without_script_inline_style_or_anything_from_elsewhere(site: Site, path: str) -> None:
    _, html, headers = await site.get(path)
    page = lxml.html.fromstring(html)
    assert not page.xpath("//script | //style | //iframe | //@style | //@*[starts-with(name(), 'on')]")
    loaded = [*page.xpath("//link/@href"), *page.xpath("//img/@src"), *page.xpath("//form/@action")]
    assert loaded
    for address in loaded:
        assert address.startswith("/")
        assert (await site.get(address))[0] == 200
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_only_the_newest_stories_look_again_by_themselves(site: Site) -> None:
    site.cards = (HOSTILE,) * 25
    assert 'http-equiv="refresh" content="30"' in (await site.get("/"))[1]
    for path in ("/?skip=20", "/story/12", "/search?q=x"):
        assert "http-equiv" not in (await site.get(path))[1]


@pytest.mark.parametrize("skip", ["-1", "1e9", "٣", "x", "9" * 30])
async def test_a_nonsensical_offset_shows_the_newest(site: Site, skip: str) -> None:
    status, html, _ = await site.get(f"/?skip={skip}")
    assert status == 200
    assert "One &lt;i&gt;point&lt;/i&gt;" in html


async def test_the_front_page_says_when_something_is_wrong(site: Site) -> None:
    assert "Not well" not in (await site.get("/"))[1]
    site.illness = "no turn has finished since 12:00 UTC"
    assert "Not well: no turn has finished since 12:00 UTC" in (await site.get("/"))[1]


async def test_the_pages_can_only_be_read(site: Site) -> None:
    async with aiohttp.ClientSession() as browser:
        for method in ("POST", "PUT", "DELETE"):
            async with browser.request(method, f"http://{site.listen}/search?q=x") as answer:
                assert answer.status == 405
                assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200), ("[::1]:8080", 200), ("[::1]", 200), ("LOCALHOST", 200),
        ("127.0.0.1.evil.example", 421), ("localhost.evil.example:80", 421), ("10.0.0.1:8080", 421), ("evil.example:", 421),
    ],
)  # fmt: skip
async def test_only_names_of_this_machine_are_answered(site: Site, host: str, status: int) -> None:
    found, html, headers = await site.get("/", host=host)
    assert found == status
    assert ("One &lt;i&gt;point" in html) == (status == 200)
    assert headers["X-Content-Type-Options"] == "nosniff"


async def test_a_bare_date_shows_no_time(site: Site) -> None:
    site.cards = (
        Card(title="Dated", published=datetime(2026, 11, 23, tzinfo=UTC)),
        Card(title="Timed", published=datetime(2026, 11, 24, 9, 5, tzinfo=UTC)),
    )
    page = lxml.html.fromstring((await site.get("/"))[1])
    assert [time.text for time in page.iter("time")] == ["23 Nov 2026", "24 Nov 2026, 09:05 UTC"]


@given(st.text(max_size=200) | st.from_regex(r"\A[a-z<&\"' ]{0,9}https?://[a-z./?&;)\"<> ]{0,40}", fullmatch=True))
def test_making_links_changes_no_character_a_person_reads(text: str) -> None:
    assert markup.unescape(re.sub(r"<[^>]*>", "", str(linked(text)))) == text
