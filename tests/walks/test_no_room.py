"""A database that cannot be written while something is under way: what was done is written when it can be, and done once."""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import dispatch
from bot.app import keeping, turning
from bot.app.outcry import Outcry
from bot.app.steady import attempted
from bot.cli import doctor
from bot.config import Database
from bot.store import opening
from bot.store.sqlite import Sqlite
from tests.walks.test_one_sends_trouble import around
from tests.walks.weather import OPS, PLATFORMS, Weather, talk, weather
from tests.walks.world import NEWS

FIRST = NEWS[0][0]
MAKE_ROOM = "Make room: without it nothing can be written"
TROUBLES = pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("full", "The disk is full"),
        ("read only", "may no longer be written"),
        ("locked", "Another program has locked"),
    ],
)


@asynccontextmanager
async def troubled(here: Weather, trouble: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Reading goes on."""
    store = here.app.store
    assert isinstance(store, Sqlite)
    if trouble == "full":
        with monkeypatch.context() as patched:
            patched.setattr(Sqlite, "_write", full)
            patched.setattr(store._receipts, "_write", partial(full, store))
            yield
    elif trouble == "read only":
        await store._run("BEGIN", lambda db: db.execute("PRAGMA query_only = ON"))
        yield
        await store._run("BEGIN", lambda db: db.execute("PRAGMA query_only = OFF"))
    else:
        with closing(sqlite3.connect(here.made.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")


async def full(self: Sqlite, body: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """As SQLite says it when the log cannot grow: of what changes something."""

    def no_room(db: sqlite3.Connection) -> Any:
        before = db.total_changes
        answer = body(db, *given, **named)
        if db.total_changes == before:
            return answer
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    return await self._run("BEGIN IMMEDIATE", no_room)


async def until(so: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not so():  # noqa: ASYNC110  # what a stand-in was asked is a list
            await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def _seconds_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY", 20)
    monkeypatch.setattr(dispatch, "WRITE_AGAIN", 0.02)


async def writes_nothing(self: Sqlite, *given: Any) -> None: ...


@PLATFORMS
@TROUBLES
@pytest.mark.parametrize("ends", ["is over", "outlives the process"])
async def test_a_message_posted_while_its_receipt_cannot_be_written_is_told_once(
    tmp_path: Path, platform: str, trouble: str, words: str, ends: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = asyncio.Event()
    monkeypatch.setattr(dispatch, "WRITES", 10**6)
    async with weather(tmp_path, platform) as here:
        await here.hears(0)
        here.far.hangs(here.channel.id)
        sending = asyncio.create_task(here.sends())
        await until(lambda: len(here.far.asked) == 1)
        around(monkeypatch, "settle", lambda error: refused.set() if error and words in str(error) else None)
        async with troubled(here, trouble, monkeypatch):
            here.far.answers_again()
            await asyncio.wait_for(refused.wait(), 30)
            assert here.posted() == [FIRST]
            if ends == "outlives the process":
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        await asyncio.gather(sending, return_exceptions=True)
        assert here.states() == (["sent"] if ends == "is over" else ["sending"])
        for _ in range(3):
            await here.sends(minutes=10)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


@PLATFORMS
@TROUBLES
async def test_a_person_whose_change_cannot_be_written_reads_why_and_it_can_be_made_later(
    tmp_path: Path, platform: str, trouble: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weather(tmp_path, platform) as here:
        conversation = asyncio.create_task(talk(here).hold())
        await here.far.types("/regpulse status")
        async with troubled(here, trouble, monkeypatch):
            assert words in str(await here.far.types("/regpulse mute opinion"))
        assert await here.app.store.mutes(here.channel) == ()
        assert "muted “opinion”" in str(await here.far.types("/regpulse mute opinion"))
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)


@TROUBLES
async def test_letting_go_waits_until_the_database_can_be_written(
    tmp_path: Path, trouble: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(Sqlite, "configured", writes_nothing)  # else that alone would fail, and nothing be let go yet
    async with weather(tmp_path, "slack") as here:
        database = Database(path=str(here.made.database), backups="", keep_days=1)
        here.ahead = timedelta(days=30)
        with capture_logs() as logs:
            async with troubled(here, trouble, monkeypatch):
                keeper = asyncio.create_task(
                    keeping.keep(here.app.store, database, lambda: here.now, ("slack",), print)
                )
                await until(lambda: any(one["event"] == "keeping waits" for one in logs))
                assert words in next(one["reason"] for one in logs)
            await until(lambda: any(one["event"] == "let go" for one in logs))
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        assert not [one for one in logs if one["event"] == "keeping crashed"]


@PLATFORMS
@TROUBLES
async def test_operators_are_told_at_once_of_what_no_message_can_be_stored_for_and_once_when_it_is_over(
    tmp_path: Path, platform: str, trouble: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weather(tmp_path, platform) as here:
        signs = here.app.signs
        outcry = Outcry(here.app.outbox, signs.pulse)

        async def goes_on(seconds: int) -> None:
            here.ahead += timedelta(seconds=seconds)
            await attempted("turn", partial(turning.turn, here.app.room, signs), signs)
            await attempted("flush", partial(turning.flush, here.app.outbox, signs), signs)
            await outcry.look()

        with capture_logs() as logs:
            async with troubled(here, trouble, monkeypatch):
                await goes_on(0)
                assert not here.far.channel(OPS[platform].rpartition(":")[2]).messages
                for seconds in (31, 10, 120):
                    await goes_on(seconds)
                (told,) = (str(one) for one in here.far.channel(OPS[platform].rpartition(":")[2]).messages)
                assert "The database fails" in told
                assert words in told
                assert words in await here.says("status")
                assert words in str(await signs.not_ready())
            for _ in range(2):
                await goes_on(5)
        assert [one["event"] for one in logs if "the database" in one["event"]] == [
            "the database fails",
            "the database works again",
        ]
        assert ["The database works again" in one for one in await here.operators()] == [False, True]
        assert words not in await here.says("status")


async def test_a_lock_that_passes_is_told_to_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with weather(tmp_path, "slack") as here:
        outcry = Outcry(here.app.outbox, here.app.signs.pulse)
        async with troubled(here, "locked", monkeypatch):
            await attempted("turn", partial(turning.turn, here.app.room, here.app.signs), here.app.signs)
            await outcry.look()
        await attempted("turn", partial(turning.turn, here.app.room, here.app.signs), here.app.signs)
        await outcry.look()
        assert await here.operators() == []


async def test_operators_are_told_before_the_disk_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with weather(tmp_path, "slack") as here:
        for free in (50_000_000, 40_000_000, 10**12):
            monkeypatch.setattr(shutil, "disk_usage", lambda path, left=free: SimpleNamespace(free=left))
            await keeping.note_room(here.app.store, here.made.database, here.now)
            if free == 50_000_000:
                assert "only 50 MB are left" in await here.says("status")
                found = await doctor._database(here.made.database, None)
                assert (found.ok, "50 MB" in found.text, found.remedy) == (False, True, MAKE_ROOM)
        first, second = await here.operators()
        assert "only 50 MB are left" in first
        assert "Make room" in first
        assert "There is room on the disk again" in second
