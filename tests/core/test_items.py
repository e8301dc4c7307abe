"""core.items: reading only the items not read before gives what reading the whole document gives, without the known."""

import random
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import feedparser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import items
from bot.core.formats import Document, NotAFeed, entries, unread
from bot.core.usual import item as usual_item
from bot.model import Entry, Feed, Recall
from tests.standins.feeds import Item, rss

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = Feed(id="f", url="https://a.example/feed", name="The Example", jurisdiction="EU", tier="primary")
SHARED = Path(__file__).parents[3] / "shared" / "feeds"
XML = "application/xml"
NEWS = [Item(f"Title {n}", f"https://a.example/{n}", f"<p>Text {n}</p>", NOW - timedelta(hours=n)) for n in range(5)]

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>A</title>{}</feed>"""
ENTRY = """<entry><id>tag:{0}</id><title>Title {0}</title><link href="/{0}"/><updated>2026-11-2{0}T10:00:00Z</updated>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Text {0}</p></div></content></entry>"""
PLAIN_ENTRY = """<entry><id>tag:a.example,2026:{0}</id><title type="html">Title &amp;amp; {0}</title>
<link rel="alternate" type="text/html" href="/{0}"/><link rel="self" href="/self"/>
<published>2026-11-2{0}T10:00:00+01:00</published>
<author><name>Ann</name><email>ann@a.example</email></author><summary>Short</summary>
<content type="html" xml:base="/z/">&lt;p&gt;Text {0} &lt;a href="z"&gt;and more&lt;/a&gt;&lt;/p&gt;</content></entry>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>A</title></channel>{}</rdf:RDF>"""
RDF_ITEM = """<item rdf:about="https://a.example/{0}"><title>Title {0}</title><link>https://a.example/{0}</link>
<dc:date>2026-11-2{0}</dc:date></item>"""


def read(document: bytes, known: bytes = b"", content_type: str = XML) -> Document:
    return unread(FEED, document, content_type, FEED.url, NOW, known)


@lru_cache(maxsize=1)
def alone(document: bytes, content_type: str = XML) -> tuple[Entry, ...]:
    return entries(FEED, document, content_type, FEED.url, NOW)


def known(marks: Iterable[tuple[bytes, str]]) -> bytes:
    return items.pack([(mark, items.mark_of(key)) for mark, key in marks])


def agree(document: bytes, pairs: Sequence[tuple[bytes, str]], content_type: str = XML) -> bool:
    """With these items known, the others are what feedparser alone makes of them."""
    keys = {key for _, key in pairs}
    whole, rest = alone(document, content_type), read(document, known(pairs), content_type)
    return rest.entries == tuple(entry for entry in whole if entry.key not in keys) and rest.total == len(whole)


def settled(document: bytes) -> bytes:
    return read(document).settled(Recall())


def made_of(template: str, item: str, numbers: Iterable[int]) -> bytes:
    return template.format("".join(item.format(n) for n in numbers)).encode()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (rss("x", NEWS[1:]).encode(), rss("y", NEWS).encode()),
        (made_of(ATOM, ENTRY, (1, 2, 3)), made_of(ATOM, ENTRY, (0, 1, 2, 3))),
        (made_of(RDF, RDF_ITEM, (1, 2, 3)), made_of(RDF, RDF_ITEM, (0, 1, 2, 3))),
    ],
    ids=["rss", "atom", "rdf"],
)
def test_only_what_was_not_read_before_is_read(before: bytes, after: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = settled(before)
    rows = watched(monkeypatch, usual_item, "seen")
    found = read(after, seen)
    assert [entry.title for entry in found.entries] == ["Title 0"]
    assert found.total == len(alone(after))
    assert "Title 0" in rows
    assert "Title 1" not in rows


def watched(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> list[Any]:
    """What this function is given from now on."""
    given: list[Any] = []
    real = getattr(module, name)

    def watching(body: object, *args: object, **more: object) -> object:
        given.append(body)
        return real(body, *args, **more)

    monkeypatch.setattr(module, name, watching)
    return given


@pytest.mark.parametrize(
    "document",
    [rss("x", NEWS).encode(), made_of(ATOM, PLAIN_ENTRY, (1, 2)), made_of(RDF, RDF_ITEM, (1, 2))],
    ids=["rss", "atom", "rdf"],
)
def test_usual_items_are_read_without_feedparser_and_alike(document: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = alone(document)
    monkeypatch.setattr(feedparser, "parse", None)
    assert read(document).entries == whole
    assert len(whole) >= 2


@pytest.mark.parametrize(
    ("usually", "oddly"),
    [
        ("Title 2", "Title &lt;!2&gt;"),
        ("&lt;p&gt;Text 2", "&lt;p &lt;Text 2"),
        ("Tue, 24 Nov 2026 10:00:00 +0000", "24.11.2026"),
        ("<link>https://a.example/2", "<link>https://a.example/2?a&amp;amp;b;c"),
        ("<title>Title 2", "<image/><title>Title 2"),
        ("Text 2", "Text 2 &lt;b&gt;\u00e2\u0080\u0099"),
        ("Text 2", "Text \u00c3\u00a9"),
    ],
)
def test_an_unusual_item_is_left_to_feedparser_alone(usually: str, oddly: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = rss("x", NEWS).replace(usually, oddly).encode()
    whole = alone(document)
    assert document != rss("x", NEWS).encode()
    given = watched(monkeypatch, feedparser, "parse")
    assert read(document).entries == whole
    assert b"/2" in given[0]
    assert b"/3" not in given[0]


def test_nothing_is_parsed_when_every_item_was_read_before(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = settled(rss("x", NEWS).encode())
    monkeypatch.setattr(feedparser, "parse", None)
    found = read(rss("another day", NEWS[:3]).encode(), seen)
    assert (found.entries, found.total) == ((), 3)
    assert len(found.settled(Recall())) == 3 * 2 * items.SIZE


def test_an_item_that_changed_is_read_again() -> None:
    changed = replace(NEWS[2], summary="Corrected: the vote is on Friday.")
    found = read(rss("x", [*NEWS[:2], changed, *NEWS[3:]]).encode(), settled(rss("x", NEWS).encode()))
    assert [entry.text for entry in found.entries] == [changed.summary]


def test_an_item_that_says_other_than_what_is_stored_is_read_each_time() -> None:
    document = rss("x", NEWS).encode()
    keys = frozenset(entry.key for entry in alone(document))
    corrected = next(iter(keys))
    seen = read(document).settled(Recall(keys=keys, same=keys - {corrected}))
    assert [entry.key for entry in read(document, seen).entries] == [corrected]


def test_an_item_is_another_when_what_surrounds_it_gives_it_another_meaning() -> None:
    here, there = made_of(ATOM, ENTRY, (1, 2)), made_of(ATOM.replace("<feed", '<feed xml:base="/x/"'), ENTRY, (1, 2))
    assert len(read(there, settled(here)).entries) == 2
    assert len(unread(FEED, here, XML, "https://b.example/", NOW, settled(here)).entries) == 2


def test_of_two_items_with_one_key_the_first_counts_whichever_was_read_before() -> None:
    one, two = Item("One", "https://a.example/1", guid="same"), Item("Two", "https://a.example/2", guid="same")
    both = rss("x", [one, two]).encode()
    assert read(both, settled(rss("x", [one]).encode())).entries == ()
    assert [entry.title for entry in read(both, settled(rss("x", [two]).encode())).entries] == ["One"]
    assert [entry.title for entry in read(rss("x", [two]).encode(), settled(both)).entries] == ["Two"]


RSS = rss("x", NEWS).encode()


@pytest.mark.parametrize(
    "document",
    [
        RSS.replace(b"Title 2", b"Title & 2"),
        RSS.replace(b"</channel></rss>", b""),
        RSS.replace(b"Title 2", b"Title \x0c 2"),
        RSS.replace(b"Title 2", "Títle 2".encode("latin-1")),
        RSS.replace(b"UTF-8", b"ISO-8859-1").replace(b"Title 2", "Títle 2".encode("latin-1")),
        RSS.decode().replace("UTF-8", "UTF-16").encode("utf-16"),
        b"\n" + RSS,
        RSS.replace(b"<rss", b'<!DOCTYPE rss [<!ENTITY co "Commission">]><rss').replace(b"Title 2", b"The &co; 2"),
        RSS.replace(b"<description>", b"<foo:bar/><description>"),
        RSS.replace(b"<item>", b'<item xmlns:dc="http://purl.org/rss/1.0/modules/content/">', 1),
        RSS.replace(b"<item>", b"<item><item><title>Inner</title></item>", 1),
        RSS.replace(b"<item>", b"</channel><channel><item>", 1).replace(b"<item>", b"</channel><channel><item>", 2),
        RSS.replace(b"<channel>", b"<channel/>").replace(b"</channel>", b""),
        RSS.replace(b"<rss", b"<RSS").replace(b"</rss", b"</RSS"),
        RSS.replace(b"<item>", b"<item/><item>", 1),
        RSS.replace(b"<description>", b"<description><html><title>odd</title></html>", 1),
        RSS.replace(b"<rss", b"<?xml-stylesheet encoding='latin-1'?><rss"),
        b"<foo><title>deeper</title></foo></item>".join(RSS.rsplit(b"</item>", 1)),
        made_of(ATOM, ENTRY, (1, 2)).replace(b"<p>", b"<details><summary>More</summary></details><p>", 1),
    ],
)  # fmt: skip
def test_what_is_unusual_is_read_whole_by_feedparser(document: bytes) -> None:
    with pytest.raises(items.Unusual):
        items.cut(document, XML, FEED.url)
    assert read(document).entries == alone(document)
    assert read(document).settled(Recall()) == b""


def test_a_document_with_more_elements_than_any_feed_is_not_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "MOST_EVENTS", 1_000)
    assert len(items.cut(RSS, XML, FEED.url).spans) == len(NEWS)
    swollen = RSS.replace(b"Title 2", b"Title 2</title>" + b"<a/>" * items.MOST_EVENTS + b"<title>")
    with pytest.raises(items.Unusual):
        items.cut(swollen, XML, FEED.url)


def test_an_item_across_what_is_read_at_once_is_cut_rightly() -> None:
    long = RSS.replace(b"Text 1", b"Text 1 " + b"word " * 300_000)
    assert len(long) > 1_400_000
    marks = read(long).marks
    assert len(marks) == len(NEWS)
    assert agree(long, marks[:3])


def test_a_charset_that_is_not_utf_8_is_left_to_feedparser() -> None:
    with pytest.raises(items.Unusual):
        items.cut(RSS, "text/xml; charset=windows-1251", FEED.url)
    assert agree(RSS, read(RSS, content_type="text/xml; charset=UTF-8").marks[:2], "text/xml; charset=UTF-8")


@pytest.mark.parametrize(
    "document",
    [
        b"\xef\xbb\xbf" + RSS,
        RSS.replace(b"Title 2", "Títle “2” – 法".encode()),
        RSS.replace(b"Title 2", b"<![CDATA[</item><item><title>no</title></item>]]>"),
        RSS.replace(b"</item>", b"<!-- <item> --></item\n>"),
        RSS.replace(b"<item>", b"<item a='>' b=\"/item>\">"),
        RSS.replace(b"<rss", b'<rss xmlns:media="http://search.yahoo.com/mrss/"').replace(
            b"<description>", b"<media:group><media:title>Picture</media:title></media:group><description>"
        ),
        RSS.replace(b"</channel>", b"<language>fr</language></channel>"),
        RSS.replace(b"<title>Title 2</title>", b""),
        RSS.replace(b"Title 2", b"Title\x7f 2").replace(b"Text 2", b"Text&#127;\t2&#13;&#x7F;"),
    ],
)
def test_what_only_looks_odd_is_cut_rightly(document: bytes) -> None:
    marks = read(document).marks
    assert len(marks) >= 4
    assert all(agree(document, [pair for pair in marks if pair != left]) for left in marks)
    assert all(agree(document, [pair]) for pair in marks)


PIECES = st.sampled_from(
    ["word", "é", "法", "&amp;", "&lt;b&gt;x&lt;/b&gt;", "<![CDATA[<p>a</p>]]>", "<!-- c -->", "&#8217;", "&nbsp;", "<b>x</b>",
     "<p>", "]]>", "\n", '<div xmlns="http://www.w3.org/1999/xhtml">y</div>', '<x:y xmlns:x="z"/>', "</item>", "<item>",
     "https://a.example/1", "/1", "Tue, 24 Nov 2026 10:00:00 EST", "2026-11-24T10:00:00-05:30", "&lt;p hidden&gt;", "&lt;/p&gt;",
     '&lt;a href="/x"&gt;', "&lt;/a&gt;", "&lt;br/&gt;", "&amp;amp;", "&amp;#8217;", "&lt;!-- c --&gt;", "Ã©", "\x85", "&amp;",
     "a\tb", "a\r\nb", "\x7f", "&#127;", "&#13;", "&#9;", "&amp;#127;", "&#x7F;", "\u200b",
     "&lt;p style=&quot;display:none&quot;&gt;"]
)  # fmt: skip
WORDS = st.lists(PIECES, max_size=4).map("".join)
PARTS = st.sampled_from(
    ["title", "link", "guid", "pubDate", "description", "author", "category", "source", "dc:date", "dc:creator", "summary",
     "content", "id", "updated", "content:encoded", "image", "enclosure", "language", "svg", "media:title",
     'guid isPermaLink="false"', 'link href="/2"', 'link rel="self" href="/3"', 'content type="html"', 'summary type="xhtml"',
     "media:description", "name", "email", 'description xml:base="/x"', "dc:language", "media:group"]
)  # fmt: skip


@st.composite
def feeds(draw: st.DrawFn) -> bytes:
    rows = []
    for n in range(draw(st.integers(1, 5))):
        parts = draw(st.lists(st.tuples(PARTS, WORDS), max_size=5))
        inside = "".join(f"<{name}>{text}</{name.split()[0]}>" for name, text in parts)
        rows.append(f"<guid>{n}</guid><title>Title {n}</title>{inside}")
    root, item = draw(st.sampled_from([("rss", "item"), ("feed", "entry")]))
    body = "".join(f"<{item}>{row}</{item}>" for row in rows)
    inner = f"<channel><title>x</title>{body}</channel>" if root == "rss" else body
    return (
        f'<{root} version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/"'
        f' xmlns:content="http://purl.org/rss/1.0/modules/content/">{inner}</{root}>'
    ).encode()


@given(
    feeds(), st.lists(st.tuples(st.integers(0), st.binary(max_size=3)), max_size=2), st.randoms(use_true_random=False)
)
def test_any_feed_with_any_bytes_changed_gives_the_same_entries(
    document: bytes, changes: list[tuple[int, bytes]], chance: random.Random
) -> None:
    for at, new in changes:
        place = at % len(document)
        document = document[:place] + new + document[place + 1 :]
    try:
        found = read(document)
    except NotAFeed:
        with pytest.raises(NotAFeed):
            alone(document)
        return
    assert found.entries == alone(document)
    for _ in range(2):
        assert agree(document, [pair for pair in found.marks if chance.random() < 0.6])


def test_real_and_broken_documents_give_what_feedparser_alone_gives_whichever_items_are_known() -> None:
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: the real feed documents are not part of the project")
    cut = 0
    for path in sorted([*(SHARED / "live").iterdir(), *(SHARED / "hard").iterdir()]):
        document = path.read_bytes()
        try:
            whole = alone(document)
        except NotAFeed:
            with pytest.raises(NotAFeed):
                read(document)
            continue
        found = read(document)
        marks = found.marks
        assert found.entries == whole, path.name
        for pairs in (marks[1:], marks[:-1], marks[::2], marks[1::2]) if marks else ():
            assert agree(document, pairs), path.name
        cut += path.parent.name == "live" and bool(marks)
    assert cut >= 60, "most real feeds go the short way"


READS_ALL = """
import sys, time
from pathlib import Path
from tests.core.test_items import NotAFeed, read

slowest = (0.0, "")
for path in Path(sys.argv[1]).glob("*/*"):
    document, begun = path.read_bytes(), time.thread_time()
    try:
        read(document)
    except NotAFeed:
        pass
    slowest = max(slowest, (time.thread_time() - begun, path.name))
# Not ru_maxrss, which begins at what the process that started this one had.
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(*slowest, int(peak.split()[1]) / 1024)
"""


def test_no_document_takes_two_seconds_or_two_hundred_megabytes() -> None:
    """In a process of its own, for its memory; the time is that of its processor, which others on the machine do not share."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is not here: the real feed documents are not part of the project")
    if not Path("/proc/self/status").exists():
        pytest.skip("this system does not say what memory a process took at most")
    said = subprocess.run(  # noqa: S603
        [sys.executable, "-c", READS_ALL, str(SHARED)], capture_output=True, text=True, check=True
    ).stdout.split()
    seconds, name, megabytes = float(said[0]), said[1], float(said[2])
    assert seconds < 2, name
    assert megabytes < 200
