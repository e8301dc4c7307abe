"""A database that cannot be written while something is under way: what was done is written when it can be, and done once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import dispatch
from bot.app import keeping
from bot.config import Database
from bot.store import opening
from bot.store.sqlite import Sqlite
from tests.walks.test_one_sends_trouble import around
from tests.walks.weather import PLATFORMS, Weather, talk, weather
from tests.walks.world import NEWS

FIRST = NEWS[0][0]
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
    """As SQLite says it when the log cannot grow."""

    def no_room(db: sqlite3.Connection) -> None:
        body(db, *given, **named)
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
                keeper = asyncio.create_task(keeping.keep(here.app.store, database, lambda: here.now, ("slack",)))
                await until(lambda: any(one["event"] == "keeping waits" for one in logs))
                assert words in next(one["reason"] for one in logs)
            await until(lambda: any(one["event"] == "let go" for one in logs))
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        assert not [one for one in logs if one["event"] == "keeping crashed"]
