"""A backup that is put back: nothing that was told since is told again, and where it can be known it is followed as ever."""

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import pipeline
from bot.pipeline import polling
from bot.store import backups, doubting
from bot.store.taking_over import Told
from tests.standins.slack_seen import Message
from tests.walks.test_cli import runs
from tests.walks.test_corrections import serves
from tests.walks.world import NEWS, SLACK, World, world

SIGNED, REPORTED = NEWS[1], ("California governor signs frontier AI safety reporting bill into law", NEWS[1][1])
"""One event, as two outlets tell it."""


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[World]:
    """To two outlets, for a channel that asked for everything."""
    async with world(folder, slack=True) as made:
        made.has_feed("one")
        made.has_feed("two")
        await made.subscribes(SLACK)
        await made.turns()
        yield made


async def backed_up(made: World) -> None:
    backups.make(made.database, made.folder / "copy.db")


async def restored(made: World) -> backups.Restored:
    done = backups.restore(made.folder / "copy.db", made.database, datetime.now(UTC))
    await made.turns()
    return done


def posted(made: World) -> list[Message]:
    assert made.slack
    return made.slack.channel("C1").messages


def lost(made: World) -> None:
    """The file is gone, and with it what it knew."""
    for end in ("", "-wal", "-shm"):
        Path(f"{made.database}{end}").unlink(missing_ok=True)


async def test_an_event_told_since_the_backup_is_known_and_later_reports_join_it(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await made.turns()
        await restored(made)
        made.publishes("two", REPORTED)
        await made.turns()
        (alert,) = posted(made)
        assert alert.edits, "it counts the other outlet"
        assert "Sent here" in await made.says(f"why {made.documents['one'][0].link}", SLACK)


async def test_where_the_file_is_lost_it_is_not_told_again_with_another_outlet_s_report(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await made.turns()
        lost(made)
        await restored(made)
        made.publishes("two", REPORTED)
        await made.turns()
        assert len(posted(made)) == 1
        assert "it may have been told before a backup was put back" in await made.says(
            f"why {made.documents['one'][0].link}", SLACK
        )
        made.publishes("two", NEWS[2])
        await made.turns()
        assert len(posted(made)) == 2, "other news are told"


async def test_nor_is_one_that_the_backup_had_heard_and_not_told_yet(tmp_path: Path) -> None:
    """Of one it had no story, of the other no brief."""
    async with listening(tmp_path) as made:
        made.publishes("one", SIGNED)
        async with made.opens() as running:
            await polling.hear_all(running.room, everything=True)
            await pipeline._file_all(running.room)
            made.publishes("one", NEWS[2])
            await polling.hear_all(running.room, everything=True)
        await backed_up(made)
        await made.turns()
        assert len(posted(made)) == 2
        await restored(made)
        made.publishes("two", REPORTED, NEWS[2])
        await made.turns()
        assert len(posted(made)) == 2


async def test_an_editor_can_have_told_what_may_have_been_told_before(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await restored(made)
        assert not posted(made)
        await made.says(f"story tell {doubting.FURTHER_ON + 1}")
        await made.turns()
        (message,) = posted(made)
        assert SIGNED[0] in message.text


@pytest.mark.parametrize("known", [True, False])
async def test_a_correction_told_since_the_backup_is_in_the_alert_and_has_no_second_note(
    tmp_path: Path, *, known: bool
) -> None:
    async with listening(tmp_path) as made:
        made.publishes("one", NEWS[0])
        await made.turns()
        await backed_up(made)
        serves(made, "15 million", "35 million")
        await made.turns()
        assert len(posted(made)) == 2
        if not known:
            lost(made)
        await restored(made)
        alert, _ = posted(made)
        assert alert.edits == (1 if known else 2), "once before it, and once by what knows nothing of that"
        assert "35 million" in str(alert)
        serves(made, "15 December 2026", "20 December 2026")
        await made.turns()
        assert len(posted(made)) == (2 if known else 3), "what is corrected later has its note, one an hour"


def rewrites(made: World, feed: str, title: str, text: str) -> None:
    made.documents[feed][0] = replace(made.documents[feed][0], title=title, summary=text)
    made.feeds.publishes(f"/{feed}.xml", made.document(feed))


def retracts(made: World) -> None:
    rewrites(made, "one", f"Retracted: {SIGNED[0]}", "This article was withdrawn because it was false.")


async def test_what_was_told_since_the_backup_is_retracted_as_ever(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await made.turns()
        await restored(made)
        retracts(made)
        await made.turns()
        alert, note = posted(made)
        assert "Retracted" in str(alert)
        assert "Retracted" in str(note)


@pytest.mark.parametrize("backup_made", ["before it was told", "after"])
async def test_an_alert_retracted_since_the_backup_stays_so_when_its_report_is_in_no_feed_any_more(
    tmp_path: Path, backup_made: str
) -> None:
    async with listening(tmp_path) as made:
        if backup_made != "after":
            await backed_up(made)
        made.publishes("one", SIGNED)
        await made.turns()
        if backup_made == "after":
            await backed_up(made)
        retracts(made)
        await made.turns()
        del made.documents["one"][0]
        made.feeds.publishes("/one.xml", made.document("one"))
        await restored(made)
        made.publishes("two", REPORTED)
        await made.turns()
        assert "Retracted" in str(posted(made)[0])


async def test_where_it_cannot_be_known_what_was_told_since_the_command_says_since_when(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        _, out, _ = await runs(made, "restore", str(made.folder / "copy.db"))
        assert "is known from the file it replaces" in out
        lost(made)
        made.database.write_bytes(b"\xff" * 9_000)
        _, out, _ = await runs(made, "restore", str(made.folder / "copy.db"))
        assert re.search(r"What was told since the backup \(.* UTC\) is not known", out)


async def test_a_story_of_which_that_file_has_something_unreadable_stays_as_in_the_backup_and_is_named(
    tmp_path: Path,
) -> None:
    async with listening(tmp_path) as made:
        made.publishes("one", SIGNED)
        await made.turns()
        await backed_up(made)
        made.publishes("one", NEWS[2])
        await made.turns()
        with closing(sqlite3.connect(made.database)) as db, db:
            db.execute("UPDATE briefs SET brief = CAST(x'ff' AS TEXT) WHERE story = 1")
        assert (await restored(made)).told == Told(known=True, unreadable=(1,))
        assert SIGNED[0] in await made.says("story 1", SLACK)
        assert NEWS[2][0] in await made.says("story 2", SLACK)


async def test_what_waited_in_the_backup_and_was_told_since_at_another_time_is_not_told_again(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await made.says("edit 1 every:weekly mon 09:00", SLACK)
        made.publishes("one", SIGNED)
        await made.turns()
        await backed_up(made)
        await made.says("edit 1 every:now", SLACK)
        await made.turns()
        assert len(posted(made)) == 1
        await restored(made)
        with closing(sqlite3.connect(made.database)) as db:
            assert db.execute("SELECT state FROM deliveries").fetchall() == [("sent",)]


async def test_a_file_begun_anew_tells_a_backup_nothing_of_its_stories(tmp_path: Path) -> None:
    """Both call other events by the same numbers."""
    async with listening(tmp_path) as made:
        made.publishes("one", SIGNED)
        await made.turns()
        await backed_up(made)
        lost(made)
        made.documents["one"].clear()
        made.feeds.publishes("/one.xml", made.document("one"))
        await made.subscribes(SLACK)
        await made.turns()
        made.publishes("one", NEWS[2])
        await made.turns()
        assert NEWS[2][0] in await made.says("story 1", SLACK)
        assert not (await restored(made)).told.known
        assert SIGNED[0] in await made.says("story 1", SLACK)
