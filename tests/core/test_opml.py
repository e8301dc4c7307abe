"""Lists of feeds as readers exchange them, from friends and from strangers."""

import pytest

from bot.core import opml
from bot.model import Feed

LIST = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Mine</title></head><body>
<outline text="Law"><outline text="Courts">
<outline text="The Court" title="The Court" type="rss" xmlUrl="https://court.example/feed?a=1&amp;b=2" language="fr"/>
</outline>
<outline type="rss" text="Filed" xmlurl="https://filed.example/rss" category="/press/eu,other"/>
</outline>
<outline text="Alone" xmlUrl="https://alone.example/atom"/>
<outline text="A bookmark" url="https://no.example/"/>
</body></opml>"""


def test_feeds_are_found_under_nested_headings() -> None:
    found = [(one.url, one.title, one.category, one.language) for one in opml.read(LIST.encode())]
    assert found == [
        ("https://court.example/feed?a=1&b=2", "The Court", "Courts", "fr"),
        ("https://filed.example/rss", "Filed", "press/eu", ""),
        ("https://alone.example/atom", "Alone", "", ""),
    ]


def test_what_is_written_is_read_again() -> None:
    feeds = (
        Feed("a", "https://a.example/?x=1&y='2'", 'The "A" & <co>', pack="core", language="de"),
        Feed("b", "https://b.example/", "B", pack="press"),
    )
    found = opml.read(opml.write(feeds, "All & sundry").encode())
    assert [(one.url, one.title, one.category, one.language) for one in found] == [
        (feed.url, feed.name, feed.pack, feed.language) for feed in feeds
    ]


BOMB = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'
FILE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><opml><body><outline text="&a;"/></body></opml>'


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (BOMB, "declares a document type"),
        (FILE, "declares a document type"),
        ("<html><body/></html>", "begins with <html>"),
        ("<opml><body>", "not well-formed"),
        ("", "not well-formed"),
        ("<opml>" + "<outline>" * 40, "nests its outlines deeper"),
        ("<opml>" + '<outline xmlUrl="https://a.example"/>' * 5_001 + "</opml>", "lists more than"),
        ('<?xml version="1.0" encoding="utf-7-odd"?><opml/>', "encoding"),
    ],
)
def test_what_is_no_list_is_refused_in_a_sentence(document: str, told: str) -> None:
    with pytest.raises(opml.NotOpml, match=told):
        opml.read(document.encode())
