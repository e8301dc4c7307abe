"""store.rows: a brief comes back as it was written, and one that an older version wrote can still be read."""

import json
from dataclasses import replace

from bot.core import brief as briefs
from bot.core import extract
from bot.core.relevance import judge
from bot.model import Brief, Story
from bot.store import rows
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

TITLE = "Authority fines Alpha under the EU AI Act"


def full() -> Brief:
    """With a long brief, a difference and context."""
    entries = (
        report(TITLE, "The authority fined the maker Alpha 2 million euros. Users of the EU AI Act must be told by Alpha."),
        report(TITLE, "The authority fined the maker Alpha 3 million euros. Critics warned of the costs.", number=2, outlet="O"),
    )  # fmt: skip
    story = Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=1)
    framed = briefs.frame(story, SHIPPED, NOW, writer="extract", disclosure="d")
    return replace(extract.fill(framed, story), context=("Our register: …",))


def test_a_brief_comes_back_as_it_was_written() -> None:
    assert full().differences
    assert rows.brief(rows.brief_text(full())) == full()


def test_a_brief_of_an_older_version_has_no_more_than_it_had() -> None:
    values = json.loads(rows.brief_text(full()))
    for newer in ("long", "differences", "context"):
        del values[newer]
    assert rows.brief(json.dumps(values)) == replace(full(), long=(), differences=(), context=())
