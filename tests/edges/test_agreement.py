"""For any query and any story, routing, search in the store and back-test give the same answer."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from sqlite3 import Connection
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core import audience, query, stories
from bot.core.query import Query
from bot.core.routing import Router
from bot.errors import UserError
from bot.model import Channel, Entry, Filing, Judged, Memory, Story, Subscription, Tier, Verdict
from bot.store import filing, listening, lookups, opening
from tests.core.vocabulary import NOW, SHIPPED

FEW, MANY = (settings(max_examples=most, suppress_health_check=list(HealthCheck)) for most in (60, 120))
SOURCES = (("404-media", "404 Media"), ("404", "Media"), ("eu-ai-office", "AI Office"), ("日経", "日本経済"))
DAYS = tuple(
    NOW - timedelta(days=days, hours=hours) for days in (0, 1, 23, 24, 330, 4_000, 30_000) for hours in (0, 12)
)
CHANNELS = tuple(Channel("slack", "T1", f"C{number}") for number in range(3))
KEYS = count(1)
CODES = (*tuple(SHIPPED.places)[:9], "US-CA", "EU-FR")
INSTRUMENTS = tuple(SHIPPED.instruments)[:9]

words = st.sampled_from(
    ("ai", "AI", "act", "Acts", "chatbot", "fine", "fines", "café", "cafe\u0301", "人工知能", "½", "S.B. 53", "53", "404",
     "media", "re\u200eview", "soft\u00adware", "a\x00b", "🜁", "ᦰ", "Straße", "ﬁne", "x-ray", "NEAR(", "text:ai",
     "regpulseanything", query.ADJACENT, "regpulsestagesigned", "European Union", "*", "İ")
) | st.text(min_size=1, max_size=4)  # fmt: skip
dates = st.sampled_from(DAYS).map(lambda at: at.date().isoformat()) | st.dates(
    datetime(1970, 1, 1).date(), datetime(2099, 12, 31).date()
).map(str)


def chosen(field: str, *values: str) -> st.SearchStrategy[str]:
    return st.sampled_from(values).map(lambda value: f'{field}:"{value}"')


tags = st.one_of(
    chosen("jurisdiction", *CODES, *SHIPPED.parents.values(), "California", "European Union"),
    chosen("instrument", *INSTRUMENTS),
    chosen("type", *SHIPPED.type_names),
    chosen("stage", *SHIPPED.stage_names),
    chosen("topic", *tuple(SHIPPED.topic_names)[:9]),
    chosen("source", *(name for pair in SOURCES for name in pair)),
    chosen("tier", *get_args(Tier)),
    chosen("importance", "low", "medium", "high"),
    chosen("certainty", "confirmed", "reported", "rumoured"),
    chosen("language", "en", "fr", "Japanese", "pt"),
    st.just("stage:signed,vetoed"),
    st.tuples(st.sampled_from(("since", "until")), dates, st.sampled_from((4, 7, 10))).map(
        lambda three: f"{three[0]}:{three[1][: three[2]]}"
    ),
)
phrases = st.lists(words, min_size=1, max_size=3).map(lambda some: '"' + " ".join(some).replace('"', "") + '"')
atoms = st.one_of(words, phrases, tags, st.just("everything"))


def grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    some = st.lists(inner, min_size=2, max_size=3)
    return st.one_of(
        some.map(" ".join),
        some.map(" OR ".join),
        inner.map(lambda one: f"-({one})"),
        some.map(lambda few: f"({few[0]}) -({few[1]})"),
        some.map(lambda few: f"({few[0]}) ({few[1]} OR -({few[-1]}))"),
    )


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    feed, outlet = draw(st.sampled_from(SOURCES))
    text = st.lists(words, max_size=6).map(" ".join)
    published = draw(st.none() | st.sampled_from(DAYS) | st.datetimes(timezones=st.just(UTC)))
    return Entry(
        feed, "", draw(text), "", draw(text), outlet, draw(st.sampled_from(get_args(Tier))), "",
        draw(st.sampled_from(("en", "fr", "pt-BR", "ja", ""))), published, NOW, page=draw(text),
    )  # fmt: skip


def few(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


verdicts = st.builds(
    Verdict,
    st.sampled_from(("positive", "adjacent")),
    st.just(0.9),
    st.just(()),
    jurisdictions=few(CODES),
    instruments=few(INSTRUMENTS),
    type=st.sampled_from(("", *SHIPPED.type_names)),
    stage=st.sampled_from(("", *SHIPPED.stage_names)),
    topics=few(tuple(SHIPPED.topic_names)[:9]),
    certainty=st.sampled_from(("confirmed", "reported", "rumoured")),
)
Told = tuple[list[Entry], Verdict]
told = st.tuples(st.lists(entries(), min_size=1, max_size=3), verdicts)


def true_of(reports: list[Entry], verdict: Verdict) -> Iterator[str]:
    for report in reports:
        for text in (report.title, report.text, report.page):
            written = text.replace('"', " ").split()
            for start in range(len(written)):
                yield f'"{" ".join(written[start : start + 1 + start % 3])}"'
        yield f'source:"{report.outlet}"'
        yield f"since:{report.when:%Y-%m} until:{report.when:%Y-%m-%d}"
    values = {"jurisdiction": verdict.jurisdictions, "instrument": verdict.instruments, "topic": verdict.topics}
    yield from (f"{field}:{value}" for field, given in values.items() for value in given)
    yield f"stage:{verdict.stage or 'signed'}"


own = st.integers(0, 99).map(lambda number: f"\x01{number}\x02")
conditions = st.recursive(own | atoms, grown, max_leaves=6)
queries = conditions | conditions.map(lambda text: f"({text}) include:adjacent")
"""Each number in them stands for something that is true of the story they are about."""


def about(text: str, story: Told) -> Query | None:
    """The query of this story; None for one that cannot be read."""
    true = tuple(true_of(*story))
    try:
        return audience.asked(re.sub("\x01([0-9]+)\x02", lambda found: true[int(found[1]) % len(true)], text), SHIPPED)
    except UserError:
        return None


Asked = list[tuple[int, str, bool]]
asked_by_many: st.SearchStrategy[Asked] = st.lists(
    st.tuples(st.sampled_from(range(len(CHANNELS))), queries, st.booleans()), max_size=8
)
mutes = st.tuples(*[st.lists(words.filter(query.words), max_size=1).map(tuple)] * len(CHANNELS))


def subscriptions(asked: Asked, mutes: tuple[tuple[str, ...], ...], story: Told, first: int) -> list[Subscription]:
    """All that a few channels ask for, each with its mutes."""
    found = {
        (channel, str(parsed)): Subscription(
            CHANNELS[channel], str(parsed), "U1", NOW, number, mutes[channel], stages_only=only
        )
        for number, (channel, text, only) in enumerate(asked, first)
        if (parsed := about(text, story)) is not None
    }
    return list(found.values())


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    opened = opening.opened(tmp_path_factory.mktemp("agreement") / "regpulse.db")
    with closing(opened) as connection:
        yield connection


def filed(db: Connection, reports: list[Entry], verdict: Verdict) -> Story:
    """As the pipeline does it."""
    index, story = audience.Index(SHIPPED), None
    for report in reports:
        one = Judged(replace(report, key=str(next(KEYS))), verdict, "new", "")
        listening.record(db, Memory(report.feed), (one,), NOW)
        ((waiting),) = filing.unfiled(db, 9)
        joins = Filing(waiting.entry, story, "")
        tags = index.tags(stories.joined(joins, verdict))
        story = filing.file(db, joins, verdict, True, index.words(waiting.entry), tags, NOW)
    assert story
    return story


@MANY
@given(st.lists(told, min_size=1, max_size=3), st.lists(queries, min_size=1, max_size=8))
def test_routing_search_and_back_test_agree_on_every_match(
    db: Connection, reported: list[Told], asked: list[str]
) -> None:
    db.execute("BEGIN")
    try:
        here = [filed(db, *one) for one in reported]
        for parsed in filter(None, (about(text, reported[0]) for text in asked)):
            assert query.parse(str(parsed)) == parsed
            one = Subscription(CHANNELS[0], str(parsed), "U1", NOW, 1)
            router = Router.of([one])
            searched = {story.id for story in lookups.search(db, query.to_fts(parsed), 99, 0)}
            routed = {story.id for story in here if router.alerts(story, SHIPPED)}
            tried = {story.id for story in here if audience.heard(one, audience.text_of(story, SHIPPED))}
            assert searched == routed == tried, str(parsed)
    finally:
        db.rollback()


def test_a_phrase_reaches_over_no_seam_of_title_text_article_outlet_report_or_tag(db: Connection) -> None:
    parts = [f"begin{letter} end{letter}" for letter in "abcdefgh"]
    reports = [
        Entry("f1", "", parts[0], "", parts[1], parts[3], "press", "", "en", NOW, NOW, page=parts[2]),
        Entry("f2", "", parts[4], "", parts[5], parts[7], "press", "", "en", NOW, NOW, page=parts[6]),
    ]
    verdict = Verdict("positive", 0.9, (), ("EU",), topics=("copyright", "privacy"))
    db.execute("BEGIN")
    try:
        story = filed(db, reports, verdict)
        inside = [*parts, "European Union", "Copyright", "Privacy and data protection"]
        ends, begins = ([part.split()[at] for part in inside] for at in (-1, 0))
        over = [
            f'"{end} {begin}"' for end in ends for begin in begins if f"{end} {begin}" not in inside and end != begin
        ]
        for part in inside:
            assert agreed(db, story, f'"{part}"') is True, part
        for asked in over:
            assert agreed(db, story, asked) is False, asked
    finally:
        db.rollback()


def agreed(db: Connection, story: Story, asked: str) -> bool:
    """Whether search and routing find the story; they must agree."""
    one = Subscription(CHANNELS[0], asked, "U1", NOW, 1)
    found = bool(lookups.search(db, query.to_fts(query.parse(asked)), 9, 0))
    assert bool(Router.of([one]).alerts(story, SHIPPED)) is found
    return found


def told_of(reports: list[Entry], verdict: Verdict) -> query.Text:
    story = Story(stories.ranked(tuple(reports)), verdict, NOW, 1)
    return audience.text_of(story, SHIPPED)


def heard(router: Router, text: query.Text) -> dict[int, Channel]:
    return {number: alert.channel for alert in router.heard(text) for number in alert.subscriptions}


@FEW
@given(told, asked_by_many, mutes)
def test_routing_to_many_is_back_testing_each(reported: Told, asked: Asked, muted: tuple[tuple[str, ...], ...]) -> None:
    text, all_asked = told_of(*reported), subscriptions(asked, muted, reported, 1)
    expected = {one.id: one.channel for one in all_asked if audience.heard(one, text)}
    assert heard(Router.of(all_asked), text) == expected


@FEW
@given(told, asked_by_many, asked_by_many, mutes, mutes)
def test_a_router_told_of_changes_is_one_made_anew(
    reported: Told,
    first: Asked,
    second: Asked,
    muted: tuple[tuple[str, ...], ...],
    muted_then: tuple[tuple[str, ...], ...],
) -> None:
    text, before = told_of(*reported), subscriptions(first, muted, reported, 1)
    now = subscriptions(first[::2] + second, muted_then, reported, 20)
    router = Router.of(before)
    for channel in CHANNELS:
        router.put(channel, tuple(one for one in now if one.channel == channel))
    assert heard(router, text) == heard(Router.of(now), text)
    for channel in CHANNELS:
        router.put(channel, ())
    assert router.size == Router().size == 0
