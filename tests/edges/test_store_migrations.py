"""The schema's history: every file ever written opens, whole, with today's schema."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from functools import wraps
from pathlib import Path
from shutil import copyfile

import pytest
from sqlite_utils import Database

from bot.core.query import parse, to_fts
from bot.errors import UserError
from bot.model import Subscription
from bot.store import opening, rows
from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from bot.store.steps import Steps
from tests.edges.stored import LEGAL, NOW, YES

FIRST = "m001_listen_file_brief_and_deliver"
SECOND = "m002_find_what_is_due_by_channel"

# Written by the first version; a line of each table that a person would miss.
WRITTEN_THEN = (
    "INSERT INTO feeds VALUES ('herald', '', '', '', '', '', NULL, NULL, NULL, NULL, 0, '')",
    """INSERT INTO entries VALUES
        (1, 'herald', 'k1', 't', 't', '', '', '', '', 'press', '', 'en', NULL, '2026-11-24T12:00:00.000000+00:00',
            '', 'new', '', '{}', 0, NULL),
        (2, 'herald', 'k2', 't', 't', '', '', '', '', 'press', '', 'en', NULL, '2026-11-24T11:00:00.000000+00:00',
            '', 'new', '', '{}', 0, NULL),
        (3, 'herald', 'k3', 't', 't', '', '', '', '', 'press', '', 'en', NULL, '2026-11-23T12:00:00.000000+00:00',
            '', 'new', '', '{}', 0, NULL)""",
    """INSERT INTO subscriptions VALUES (7, 'slack', 'T1', 'C1', '"ai act"', 'U1', '2026-11-24T12:00:00.000000+00:00')""",
    "INSERT INTO mutes VALUES ('slack', 'T1', 'C1', 'opinion', '2026-11-24T12:00:00.000000+00:00')",
    """INSERT INTO stories VALUES (1, '{"label": "positive", "score": 0.9, "reasons": []}', 1,
        '2026-11-24T12:00:00.000000+00:00', '2026-11-24T12:00:00.000000+00:00', NULL)""",
    """INSERT INTO deliveries (id, story, platform, space, channel, kind, because, state, due, created) VALUES
        ('0123456789abcdef01234567', 1, 'slack', 'T1', 'C1', 'alert', '["ai act"]', 'pending',
        '2026-11-24T12:00:00.000000+00:00', '2026-11-24T12:00:00.000000+00:00')""",
)


def names(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return [row[0] for row in db.execute("SELECT name FROM _sqlite_migrations ORDER BY id")]


def schema(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def written_by_the_first_version(path: Path) -> None:
    with closing(sqlite3.connect(path)) as old, old:
        migrations.take(old, before=SECOND)
        for statement in WRITTEN_THEN:
            old.execute(statement)


STEPS = tuple(migrations)


@pytest.mark.parametrize("step", STEPS[1:])
async def test_a_file_of_every_version_there_was_keeps_what_it_holds(tmp_path: Path, step: str) -> None:
    """Begun by the first version, kept by each up to the one before this step, and opened by today's."""
    path, fresh = tmp_path / "old.db", tmp_path / "fresh.db"
    written_by_the_first_version(path)
    with closing(sqlite3.connect(path)) as old:
        migrations.take(old, before=step)
    assert names(path) == list(STEPS[: STEPS.index(step)])
    store = await Sqlite.open(path, checked=NOW)
    assert await store.subscriptions() == (Subscription(LEGAL, '"ai act"', "U1", NOW, 7, ("opinion",)),)
    (delivery,) = await store.deliveries(1)
    assert (delivery.channel, delivery.state, delivery.because) == (LEGAL, "pending", ("ai act",))
    assert (await store.census()).entries == 3
    await store.close()
    await (await Sqlite.open(fresh)).close()
    assert schema(path) == schema(fresh)
    assert faults(path) == []


def faults(path: Path) -> list[object]:
    """Rows that point to nothing, and whatever else is not whole."""
    with closing(sqlite3.connect(path)) as db:
        whole = db.execute("PRAGMA integrity_check").fetchall()
        return [*db.execute("PRAGMA foreign_key_check"), *(row for row in whole if row != ("ok",))]


async def test_a_file_of_the_first_version_keeps_what_it_holds(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    written_by_the_first_version(path)
    assert names(path) == [FIRST]
    store = await Sqlite.open(path)
    assert await store.subscriptions() == (Subscription(LEGAL, '"ai act"', "U1", NOW, 7, ("opinion",)),)
    (delivery,) = await store.deliveries(1)
    assert (delivery.channel, delivery.state, delivery.because) == (LEGAL, "pending", ("ai act",))
    assert (await store.memories())["herald"].heard == (NOW - timedelta(days=1), NOW), "the days it was heard on"
    await store.close()
    fresh = tmp_path / "fresh.db"
    await (await Sqlite.open(fresh)).close()
    assert schema(path) == schema(fresh)


async def test_what_search_kept_before_is_found_by_what_queries_ask_now(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    old = sqlite3.connect(path)
    migrations.take(old, before="m010_routing_knows_when_subscriptions_change")
    told = NOW - timedelta(days=3)
    for statement, values in (
        (
            "INSERT INTO stories (id, verdict, told, created, latest) VALUES (1, ?, 1, ?, ?)",
            (rows.verdict_text(replace(YES, instruments=("us-ca-sb-53",), stage="signed")), *[rows.moment(NOW)] * 2),
        ),
        (
            """INSERT INTO entries (feed, key, title, folded, link, text, page, outlet, tier, jurisdiction, language,
                published, seen, author, standing, why, verdict, relevant, story)
                VALUES ('b-404', 'k', '', '', '', '', '', 'El País', 'press', '', 'es-MX', ?, ?, '', 'new', '', '{}', 1, 1)""",
            (rows.moment(told), rows.moment(NOW)),
        ),
        (
            "INSERT INTO story_words (rowid, text, tags) VALUES (1, ?, ?)",
            ("regpulseanything 人 工 law", "regpulseanything regpulseinstrumentuscasb 53"),
        ),
        ("INSERT INTO subscriptions VALUES (7, 'slack', 'T1', 'C1', 'law', 'U1', ?)", (rows.moment(NOW),)),
    ):
        old.execute(statement, values)
    old.commit()
    old.close()
    store = await Sqlite.open(path)
    for asked in (
        "人工", "law", "source:b-404", 'source:"el pais"', "language:es", "language:Spanish", "since:2026-11-21",
        "until:2026-11-21", "instrument:us-ca-sb-53",
    ):  # fmt: skip
        assert await store.search(to_fts(parse(asked)), 5), asked
        assert not await store.search(to_fts(parse(f"everything -({asked})")), 5), asked
    assert not await store.search(to_fts(parse("since:2026-11-22 OR until:2026-11-20 OR source:404 OR 53")), 5)
    (asking,) = await store.subscriptions_changed(0, 5)
    assert [one.query for one in asking.subscriptions] == ["law"], "who subscribed before is routed to as well"
    await store.close()


async def test_a_file_is_brought_up_to_date_once(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    for _ in range(2):
        await (await Sqlite.open(path)).close()
        assert names(path) == list(STEPS)


def test_migrations_are_appended_never_edited() -> None:
    """A released step that changes leaves old files and new ones with different schemas: append another step."""
    with closing(sqlite3.connect(":memory:")) as db:
        migrations.take(db)
        assert migrations.done(db)[:2] == (FIRST, SECOND)


async def test_whoever_is_killed_in_a_step_goes_on_with_it_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the step is done and not yet committed: what is on the disk then is what a killed process leaves."""
    path = tmp_path / "x.db"
    for step in STEPS:
        monkeypatch.setitem(migrations._steps, step, _leaving(path, tmp_path / step, migrations._steps[step]))
    await (await Sqlite.open(path)).close()
    monkeypatch.undo()
    for number, step in enumerate(STEPS):
        left = tmp_path / step / path.name
        assert names(left) == list(STEPS[:number])
        await (await Sqlite.open(left)).close()
        assert (names(left), schema(left), faults(left)) == (list(STEPS), schema(path), [])


def _leaving(path: Path, folder: Path, step: Callable[[Database], None]) -> Callable[[Database], None]:
    """The step, and a copy of the files as they are at its end."""

    @wraps(step)
    def left(db: Database) -> None:
        step(db)
        folder.mkdir()
        for one in (path, path.with_name(f"{path.name}-wal")):
            copyfile(one, folder / one.name)

    return left


async def test_a_step_that_fails_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.db"
    await (await Sqlite.open(path)).close()
    before = schema(path)
    monkeypatch.setattr(opening, "migrations", _with_a_step_that_fails())
    with pytest.raises(UserError, match="cannot be used"):
        await Sqlite.open(path)
    monkeypatch.undo()
    assert schema(path) == before
    await (await Sqlite.open(path)).close()


def _with_a_step_that_fails() -> Steps:
    failing = deepcopy(migrations)

    @failing()
    def m999_half_done(db: Database) -> None:
        db.execute("CREATE TABLE half (done TEXT)")
        db.execute("INSERT INTO nowhere VALUES (1)")

    return failing
