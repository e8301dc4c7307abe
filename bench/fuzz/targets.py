"""What is fuzzed, from which seeds, and what must hold of the answer whatever goes in."""
# ruff: noqa: E501

import asyncio
import random
import re
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.fuzz import mutation
from bot.core import articles, formats, markup, query, tidy
from bot.errors import UserError
from bot.model import Button, Card, Feed, Page, Pointer, Reply
from bot.platforms.discord import buttons, embeds
from bot.platforms.slack import blocks
from tests.standins import blockkit
from tests.standins.discord import limits
from tests.standins.feeds import Item, rss

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/feed", name="The Example", jurisdiction="EU", tier="primary")
SHARED = Path(__file__).parents[3] / "shared" / "feeds"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Broken(Exception):
    """Something that must hold does not; the text says what."""


def _must(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


@dataclass(frozen=True, slots=True)
class Target:
    """`make` gives the next input, `run` raises Broken where what comes of it must not be."""

    make: Callable[[random.Random], bytes]
    run: Callable[[bytes], None]


# Feeds

_ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>A</title><entry><id>tag:1</id><title type="html">
T &amp;amp; x</title><link rel="alternate" href="/1"/><updated>2026-11-20T10:00:00Z</updated><content type="xhtml"><div
xmlns="http://www.w3.org/1999/xhtml"><p>Text</p></div></content></entry></feed>"""
_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>A</title></channel><item rdf:about="/1"><title>T</title>
<link>https://a.example/1</link><dc:date>2026-11-21</dc:date></item></rdf:RDF>"""
_JSON = """{"version":"https://jsonfeed.org/version/1.1","title":"A","items":[{"id":"1","url":"https://a.example/1","title":"T",
"content_html":"<p>x</p>","date_published":"2026-11-20T10:00:00Z","authors":[{"name":"Ann"}],"tags":["a"]}]}"""
_MAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
<url><loc>https://a.example/1</loc><news:news><news:publication><news:name>A</news:name><news:language>en</news:language>
</news:publication><news:publication_date>2026-11-20</news:publication_date><news:title>T</news:title></news:news></url></urlset>"""


def _feeds() -> tuple[bytes, ...]:
    items = [Item(f"Title {n}", f"https://a.example/{n}", f"<p>Text <b>{n}</b></p>", NOW, f"g{n}") for n in range(4)]
    own = tuple(text.encode() for text in (rss("x", items), _ATOM, _RDF, _JSON, _MAP))
    return own * 20 + tuple(
        path.read_bytes() for folder in ("live", "hard") for path in sorted((SHARED / folder).glob("*"))
    )


def _read_feed(body: bytes) -> None:
    kind = "application/json" if body[:1] == b"{" else "application/xml"
    try:
        found = formats.unread(FEED, body, kind, FEED.url, NOW).entries
    except formats.NotAFeed as error:
        _must("\n" not in str(error), "a reason is one line")
        return
    _must(len(found) <= len(body) // 3, "no more items than there is room for")
    for entry in found:
        _must(bool(entry.key), "every entry has a key")
        _must(not _CONTROL.search(entry.title + entry.text + entry.link), "no control characters")
        _must(
            not entry.link or entry.link.startswith(("http://", "https://")), f"no link of the web: {entry.link[:80]!r}"
        )
        _must(entry.published is None or entry.published.tzinfo is not None, "dates have a zone")
        _must(entry.seen == NOW, "seen now")
        (entry.title + entry.text + entry.link + entry.key).encode()
    if len(body) < 20_000:
        _must(found == formats.entries(FEED, body, kind, FEED.url, NOW), "as feedparser alone reads it")


# Queries

_QUERIES = (
    'ai act', '"AI Act" OR chatbot -opinion', "(stage:signed,vetoed jurisdiction:us-ca) -(topic:safety OR court)", "everything -opinion",
    "since:2026-11 until:2026-11-24 importance:high include:adjacent", 'source:"404 Media" tier:press language:en', "certainty:reported",
    "café人工知能 x-ray S.B. 53", 'instrument:eu-ai-act -"frontier model"',
)  # fmt: skip
_TEXT = query.Text('The AI Act (S.B. 53) was signed; "frontier models" must not be x-rayed in cafés. 人工知能')


def _index() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute('CREATE VIRTUAL TABLE w USING fts5 (text, tags, tokenize = "unicode61 remove_diacritics 2")')
    db.execute("INSERT INTO w VALUES ('the ai act was signed', 'regpulsestagesigned')")
    return db


_DB = _index()


def _ask(body: bytes) -> None:
    text = body.decode("utf-8", "replace")
    try:
        asked = query.parse(text)
    except UserError as error:
        _must(len(str(error)) < 2_000, "a complaint is short")
        _must("\n" not in str(error), "a complaint is one line")
        return
    _must(query.parse(str(asked)) == asked, "what is printed is read the same")
    query.matched(asked, _TEXT)
    _DB.execute("SELECT rowid FROM w WHERE w MATCH ?", (query.to_fts(asked),)).fetchall()


# Markup

_PAGES = (
    "<p>One <b>bold</b> word</p><ul><li>a<li>b</ul><table><tr><td>x</td></tr></table>", '<div style="display:none">x</div><a href="/x">y</a>z',
    "<!doctype html><html><head><title>T</title><meta property='og:title' content='T'><script type='application/ld+json'>"
    '{"@type":"NewsArticle","headline":"T","datePublished":"2026-11-20"}</script></head><body><article><h1>T</h1><p>'
    + "The commission opened an investigation into Examplar under the act. " * 12 + "</p></article></body></html>",
    "<style>.a{display:none}</style><p class=a>hidden</p>&nbsp;&#8217;&lt;&unknown;", "a<br/>b<hr>c<pre>d\n e</pre>",
)  # fmt: skip


def _strip(body: bytes) -> None:
    html = body.decode("utf-8", "replace")
    seen = markup.to_text(html)
    _must(not _CONTROL.search(seen), "no control characters")
    _must(len(seen) <= 4 * len(html) + 10, "no more than went in")
    try:
        quick = tidy.text(html)
    except tidy.Irregular:
        quick = None
    if quick is not None:
        root = markup.parsed(f"<div>{html}</div>")
        if root is not None:
            markup.drop_hidden(root)
            _must(quick == markup.text_of(root), "the short way gives what the tree gives")
    articles.read(Page(body, "text/html; charset=utf-8", "https://a.example/1", "https://a.example/1", 200), NOW)


# Cards


def _card(chance: random.Random) -> Card:
    def text(most: int = 3) -> str:
        return mutation.text(
            chance, ("Commission fines Examplar under the act.", "", "a", "x " * 3_000, "日本" * 900), most
        )[:9_000]

    def some(most: int) -> tuple[str, ...]:
        return tuple(text() for _ in range(chance.randint(0, most)))

    def link() -> str:
        return chance.choice(
            (
                "",
                "https://a.example/1",
                "https://a.example/" + text(),
                "javascript:x",
                "http://" + text(),
                "https://a.example/" + "x" * 3_100,
            )
        )

    def pointers(most: int) -> tuple[Pointer, ...]:
        return tuple(Pointer(text(), link()) for _ in range(chance.randint(0, most)))

    pressed = tuple(Button(text() or "x", text() or "x") for _ in range(chance.randint(0, 5)))
    return Card(
        title=text() or "x", link=link(), category=text(), where=text(), lead=text(), points=some(3), watch=text(),
        sections=tuple(("The act", one) for one in some(7)), source=text(), because=text(), amended=tuple(("Corrected", one) for one in some(2)),
        context=pointers(2), reports=pointers(12), stories=pointers(12), earlier=some(4), notes=some(4), buttons=pressed,
        mention=chance.choice(("", "100", "4242", "@everyone", "S0LEGAL", text())), mark=text(),
    )  # fmt: skip


def _cards(body: bytes) -> tuple[Card, list[Card], str]:
    """A case is a seed: what it stands for is made anew from it."""
    chance = random.Random(body)  # noqa: S311  # the same cards each time
    card, more = _card(chance), [_card(chance) for _ in range(chance.randint(0, 6))]
    return card, more, mutation.text(chance, ("An answer.", "x" * 5_000))


def _slack(body: bytes) -> None:
    card, more, text = _cards(body)
    for notice, rich in (
        blocks.message(card, "https://x.slack.com/archives/C1/p1"),
        blocks.answer(Reply(text, (card, *more), card.buttons)),
    ):
        said = {"text": notice, "blocks": rich}
        wrong = blockkit.message(said)
        _must(not wrong, str(wrong))
    _must(len(blocks.plain(card)) < 20_000, "plain text fits")
    _must("<!" not in blocks.plain(card).replace("<!subteam^S0LEGAL>", "", 1), "nobody is pinged")


def _discord(body: bytes) -> None:
    card, more, text = _cards(body)
    mentions = {"allowed_mentions": embeds.allowed(card, "100").to_dict()}
    under = asyncio.run(_components(card, more))
    posted = {
        "content": embeds.content(card, "100"),
        "embeds": [one.to_dict() for one in (embeds.brief(card),) if one],
        "components": under,
    }
    content, found = embeds.answer(Reply(text, (card, *more)))
    for said in (
        posted | mentions,
        {"content": embeds.plain(card, "100")} | mentions,
        {"content": content, "embeds": [one.to_dict() for one in found], "allowed_mentions": {"parse": []}},
    ):
        wrong = limits.message(said)
        _must(not wrong, str(wrong))


async def _components(card: Card, more: Sequence[Card]) -> list[dict[str, object]]:
    under = await buttons.view(card.buttons, None, list(more))
    return [dict(row) for row in under.to_components()] if under else []


def _of_texts(seeds: Sequence[str]) -> Callable[[random.Random], bytes]:
    return lambda chance: mutation.text(chance, seeds).encode("utf-8", "surrogatepass")


def _of_feeds() -> Callable[[random.Random], bytes]:
    seeds = _feeds()
    return lambda chance: mutation.data(chance, seeds)


def target(name: str) -> Target:
    match name:
        case "feeds":
            return Target(_of_feeds(), _read_feed)
        case "queries":
            return Target(_of_texts(_QUERIES), _ask)
        case "html":
            return Target(_of_texts(_PAGES), _strip)
        case "slack" | "discord":
            return Target(lambda chance: chance.randbytes(8).hex().encode(), _slack if name == "slack" else _discord)
    raise UserError(f"{name}: nothing of that name is fuzzed. Say one of: {', '.join(NAMES)}.")


NAMES = ("feeds", "queries", "html", "slack", "discord")
