"""The local pages: full cards, nothing interpreted, this machine only."""

import base64
import html as markup
import re
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime

import aiohttp
import lxml.html
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import StoreDown, UserError
from bot.model import Button, Caller, Card, Pointer, Reply, Verb
from bot.web.pages import linked
from bot.web.server import Pages
from tests.standins.local import free_port

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


class Site:
    """The pages of a bot that is as ill as it is told to be."""

    def __init__(self) -> None:
        self.cards: tuple[Card, ...] = (HOSTILE,)
        self.illness = ""
        self.starting = False
        self.fails = ""
        self.token = ""
        self.listen = f"127.0.0.1:{free_port()}"

    def pages(self) -> Pages:
        async def briefs(limit: int, offset: int) -> tuple[Card, ...]:
            if self.fails:
                raise StoreDown(self.fails)
            return self.cards[offset : offset + limit]

        return Pages(Desk(), listen=self.listen, briefs=briefs, signs=self, listening_to=74, token=self.token)

    async def troubles(self) -> tuple[str, ...]:
        return (self.illness,) if self.illness else ()

    async def not_ready(self) -> tuple[str, ...]:
        return ("starting",) if self.starting else await self.troubles()

    async def metrics(self, accept: str) -> tuple[bytes, str]:
        if self.fails:
            raise StoreDown(self.fails)
        return b"regpulse_up 1\n", "text/plain; version=0.0.4"

    async def get(self, path: str, host: str = "", authorization: str = "") -> tuple[int, str, Mapping[str, str]]:
        headers = {"Host": host} if host else {}
        headers |= {"Authorization": authorization} if authorization else {}
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


async def test_alive_is_green_while_it_answers_and_ready_turns_red_for_a_reason(site: Site) -> None:
    assert (await site.get("/readyz"))[:2] == (200, "ready")
    site.starting = True
    assert (await site.get("/readyz"))[:2] == (503, "starting")
    site.starting, site.illness = False, "no turn has finished"
    assert (await site.get("/readyz"))[:2] == (503, "no turn has finished")
    assert (await site.get("/healthz"))[:2] == (200, "ok")


@pytest.mark.parametrize("path", ["/metrics", "/"])
async def test_what_the_database_cannot_answer_is_a_sentence_and_no_trace(
    site: Site, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    site.fails = "The disk is full: nothing can be written until there is room."
    status, text, headers = await site.get(path)
    assert (status, text) == (503, site.fails)
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert not caplog.records


async def test_metrics_are_served_as_their_writer_types_them(site: Site) -> None:
    status, body, headers = await site.get("/metrics")
    assert (status, body) == (200, "regpulse_up 1\n")
    assert headers["Content-Type"].startswith("text/plain")


SECRET = "correct-horse-battery"


@pytest.fixture
async def guarded() -> AsyncIterator[Site]:
    """Pages that anyone may reach, and that ask for the token."""
    made = Site()
    made.token = SECRET
    made.listen = made.listen.replace("127.0.0.1", "0.0.0.0")  # noqa: S104
    pages = made.pages()
    await pages.start()
    made.listen = made.listen.replace("0.0.0.0", "127.0.0.1")  # noqa: S104
    yield made
    await pages.close()


@pytest.mark.parametrize("path", ["/", "/status", "/metrics", "/search?q=x", "/story/1", "/style.css", "/nowhere"])
async def test_beyond_this_machine_every_page_asks_for_the_token(guarded: Site, path: str) -> None:
    basic = base64.b64encode(f"anyone:{SECRET}".encode()).decode()
    for wrong in ("", "Bearer nonsense", "Basic !!!", "Basic //8=", f"Digest {SECRET}", f"Bearer {SECRET}x", "Bearer"):
        status, body, headers = await guarded.get(path, host="bot.example", authorization=wrong)
        assert status == 401, wrong
        assert headers["WWW-Authenticate"].startswith("Basic")
        assert "HOSTILE" not in body
    for right in (f"Bearer {SECRET}", f"Basic {basic}"):
        assert (await guarded.get(path, host="bot.example", authorization=right))[0] in (200, 404)


async def test_a_supervisor_without_the_token_learns_that_and_not_why(guarded: Site) -> None:
    guarded.illness = "slack has given no sign of life"
    assert (await guarded.get("/healthz", host="bot.example"))[:2] == (200, "ok")
    assert (await guarded.get("/readyz", host="bot.example"))[:2] == (503, "not ready")
    told = await guarded.get("/readyz", authorization=f"Bearer {SECRET}")
    assert told[:2] == (503, "slack has given no sign of life")


async def test_a_short_token_opens_nothing(site: Site) -> None:
    site.listen, site.token = "0.0.0.0:0", "short"
    with pytest.raises(UserError, match="16 characters or more"):
        await site.pages().start()


@pytest.mark.parametrize(
    "path", ["/", "/story/1", "/search?q=x", "/sources", "/healthz", "/readyz", "/metrics", "/style.css", "/nowhere"]
)
@pytest.mark.parametrize("host", ["", "evil.example"])
async def test_every_answer_carries_the_security_headers(site: Site, path: str, host: str) -> None:
    _, _, headers = await site.get(path, host=host)
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert not {"script-src", "script-src-elem", "script-src-attr"} & set(policy), "no script runs, inline or not"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


async def test_no_page_holds_a_script(site: Site) -> None:
    for path in ("/", "/story/1", "/search?q=x", "/sources", "/nowhere"):
        page = lxml.html.fromstring((await site.get(path))[1])
        assert not page.xpath("//script | //@*[starts-with(name(), 'on')] | //@style | //style")


async def test_a_page_elsewhere_cannot_read_ours_under_its_own_name(site: Site) -> None:
    assert (await site.get("/", host="evil.example"))[0] == 421
    assert (await site.get("/", host="localhost:1"))[0] == 200


async def test_a_port_in_use_and_an_open_address_are_refused_with_a_remedy(site: Site) -> None:
    with pytest.raises(UserError, match="REGPULSE_WEB_LISTEN"):
        await site.pages().start()
    site.listen = "0.0.0.0:8080"
    with pytest.raises(UserError, match=r"Use 127\.0\.0\.1, or set REGPULSE_WEB_TOKEN"):
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
