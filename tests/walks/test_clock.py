"""A clock that is put back or on: nothing is sent twice, and nothing waits until the old time returns."""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app, dispatch, pipeline
from bot.app import App, keeping
from bot.app import clock as clock_of_others
from bot.config import Database
from bot.model import Subscription
from bot.pipeline import polling
from bot.store.sqlite import Sqlite
from tests.standins.gate import Gate
from tests.walks.weather import PLATFORMS, weather
from tests.walks.world import NEWS, SLACK, World, world

DAY = timedelta(days=1)
STEPS = [timedelta(minutes=10), timedelta(hours=5), 3 * DAY, 400 * DAY]


@dataclass
class Clock:
    """The machine's, which may be wrong."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@asynccontextmanager
async def opened(made: World, clock: Clock) -> AsyncIterator[App]:
    async with app.assembled(made.config(), made.platforms(), alone=True, now=clock.now) as running:
        for platform in running.platforms:
            await app._talk(running, platform).connect()
        yield running


def asked(made: World, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(made.database)) as db:
        return db.execute(statement).fetchall()


async def prepared(made: World, clock: Clock, every: str = "now") -> None:
    made.has_feed("one")
    async with opened(made, clock) as running:
        await running.store.subscribe(Subscription(SLACK, "everything", "tester", clock.now(), every=every))
        await app.once(running, everything=True)


def told(made: World) -> list[str]:
    assert made.slack
    texts = [str(message) for message in made.slack.channel("C1").messages]
    return sorted(title for text in texts for title, _ in NEWS if title in text)


@pytest.mark.parametrize("restarted", [False, True], ids=["while it runs", "before it starts again"])
@pytest.mark.parametrize("back", STEPS, ids=str)
async def test_put_back_nothing_waits_and_nothing_is_told_twice(
    tmp_path: Path, back: timedelta, restarted: bool
) -> None:
    """One story was told by the old time, one waits to be sent, and one is published after the clock was put right."""
    async with world(tmp_path, slack=True) as made:
        clock = Clock(ahead=back)
        await prepared(made, clock)
        async with opened(made, clock) as running:
            made.publishes("one", NEWS[0], days_ago=-back / DAY)
            await app.once(running, everything=True)
            made.publishes("one", NEWS[1], days_ago=-back / DAY)
            await pipeline.turn(running.room, everything=True)
            if not restarted:
                clock.ahead = timedelta(0)
                await goes_on(made, running)
        if restarted:
            clock.ahead = timedelta(0)
            async with opened(made, clock) as running:
                await goes_on(made, running)
        assert told(made) == sorted(title for title, _ in NEWS)
        later = f"> '{(datetime.now(UTC) + timedelta(minutes=1)).isoformat()}'"
        for column in ("next_poll", "polled_at", "ok_at"):
            assert asked(made, f"SELECT feed FROM feeds WHERE {column} {later}") == []  # noqa: S608
        assert asked(made, f"SELECT id FROM deliveries WHERE settled {later} OR attempted {later}") == []  # noqa: S608


async def goes_on(made: World, running: App) -> None:
    """Two turns of what is due by the clock, and a flush."""
    await pipeline.turn(running.room)
    made.publishes("one", NEWS[2])
    await pipeline.turn(running.room)
    await dispatch.flush(running.outbox, patience=timedelta(seconds=5))


async def test_put_back_before_the_first_turn_ends_nothing_waits(tmp_path: Path) -> None:
    """As on a machine whose clock is set right a moment after it came up."""
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        clock = Clock(ahead=3 * DAY)
        async with opened(made, clock) as running:
            await polling.hear_all(running.room, everything=True)
            clock.ahead = timedelta(0)
            await pipeline.turn(running.room)
            later = (clock.now() + timedelta(minutes=1)).isoformat()
            assert asked(made, f"SELECT feed FROM feeds WHERE next_poll > '{later}'") == []  # noqa: S608
            assert await running.store.note_turn(clock.now()) == timedelta(0), "it is put right once"


async def test_put_back_a_digest_goes_at_its_next_hour(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        clock = Clock(ahead=3 * DAY + timedelta(hours=5))
        await prepared(made, clock, every="daily 09:00")
        async with opened(made, clock) as running:
            made.publishes("one", *NEWS, days_ago=-3)
            await app.once(running, everything=True)
            clock.ahead = timedelta(0)
            await app.once(running, everything=True)
        (due,) = asked(made, "SELECT DISTINCT due FROM deliveries WHERE state = 'gathered'")
        assert clock.now() < datetime.fromisoformat(due[0]) <= clock.now() + DAY
        assert datetime.fromisoformat(due[0]).hour == 9
        assert told(made) == []
        clock.ahead = DAY
        async with opened(made, clock) as running:
            await app.once(running, everything=True)
        assert told(made) == sorted([title for title, _ in NEWS] * 2), "once in the digest, once in its thread"


@pytest.mark.parametrize("back", STEPS, ids=str)
async def test_put_back_a_message_that_may_have_been_posted_is_found(tmp_path: Path, back: timedelta) -> None:
    """It stands in the channel by Slack's clock, which was right all the time."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        clock = Clock(ahead=back)
        await prepared(made, clock)
        async with Gate(f"http://{made.slack.address}") as gate:
            gate.holds("chat.postMessage", "after")
            made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"
            made.publishes("one", NEWS[0], days_ago=-back / DAY)
            async with opened(made, clock) as running:
                sending = asyncio.create_task(app.once(running, everything=True))
                await asyncio.wait_for(gate.held.wait(), 300)
                sending.cancel()
                await asyncio.gather(sending, return_exceptions=True)
        assert asked(made, "SELECT state FROM deliveries") == [("sending",)]
        made.environment.pop("REGPULSE_SLACK_API_URL")
        clock.ahead = timedelta(0)
        async with opened(made, clock) as running:
            await app.once(running, everything=True)
        assert asked(made, "SELECT state FROM deliveries") == [("sent",)]
        assert told(made) == [NEWS[0][0]]


async def test_put_on_what_is_being_sent_is_not_sent_again(tmp_path: Path) -> None:
    """Its lease is over by the new time, long before the platform answers."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        clock = Clock()
        await prepared(made, clock)
        async with Gate(f"http://{made.slack.address}") as gate:
            gate.holds("chat.postMessage", "before")
            made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"
            made.publishes("one", NEWS[0])
            async with opened(made, clock) as running:
                await pipeline.turn(running.room, everything=True)
                sending = asyncio.create_task(dispatch.flush(running.outbox))
                await asyncio.wait_for(gate.held.wait(), 300)
                clock.ahead = DAY
                async with asyncio.timeout(300):
                    while asked(made, "SELECT state FROM deliveries") == [("sending",)]:  # noqa: ASYNC110
                        await asyncio.sleep(0.05)
                await asyncio.wait({sending}, timeout=1)  # time enough to send it again
                gate.opens()
                await asyncio.wait_for(sending, 300)
        assert asked(made, "SELECT state FROM deliveries") == [("sent",)]
        assert told(made) == [NEWS[0][0]]


async def test_put_back_a_platform_s_wish_to_wait_is_not_kept_for_days(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        clock = Clock(ahead=3 * DAY)
        made.has_feed("one")
        async with opened(made, clock) as running:
            running.outbox.is_to_wait("slack", "T1", dispatch.outbox.EDITING, timedelta(minutes=1))
            assert running.outbox.waits_for("slack", "T1", dispatch.outbox.EDITING)
            clock.ahead = timedelta(0)
            assert running.outbox.waits_for("slack", "T1", dispatch.outbox.EDITING) is None


async def test_put_back_backups_are_made_again_and_the_newest_is_the_newest(tmp_path: Path) -> None:
    path, right = tmp_path / "x.db", datetime(2026, 11, 24, 12, tzinfo=UTC)
    await (await Sqlite.open(path)).close()
    database = Database(path=str(path), keep=3)
    for days in (400, 401, 402):
        assert await keeping.backed_up(database, right + days * DAY)
    made = [await keeping.backed_up(database, right + days * DAY) for days in (0, 1, 2)]
    assert [bool(one) for one in made] == [False, True, True], (
        "the first is not due: one was made a moment ago, it seems"
    )
    found = sorted(os.listdir(tmp_path / "backups"))
    assert found == ["x-20261124-115959.db", "x-20261125-120000.db", "x-20261126-120000.db"]


async def test_put_back_the_file_is_read_through_at_the_next_start(tmp_path: Path) -> None:
    path, right = tmp_path / "x.db", datetime(2026, 11, 24, 12, tzinfo=UTC)
    await (await Sqlite.open(path, checked=right + 400 * DAY)).close()
    await (await Sqlite.open(path, checked=right)).close()
    with closing(sqlite3.connect(path)) as db:
        (at,) = db.execute("SELECT at FROM marks WHERE name = 'checked'").fetchone()
    assert datetime.fromisoformat(at) == right


# A clock that is wrong, by those of others


@PLATFORMS
@pytest.mark.parametrize(
    ("off", "said"),
    [(3 * DAY, "3 days ahead of {}'s"), (timedelta(minutes=-40), "40 minutes behind {}'s")],
    ids=["ahead", "behind"],
)
async def test_operators_are_told_once_that_the_clock_is_wrong_with_the_figures_and_once_when_it_is_right(
    tmp_path: Path, platform: str, off: timedelta, said: str
) -> None:
    words = said.format(platform.capitalize())
    async with weather(tmp_path, platform, wrong=True) as here:
        for ahead in (timedelta(0), off, off, timedelta(0), timedelta(0)):
            here.ahead = ahead
            for one in here.app.platforms:
                await one.connect()
            await clock_of_others.look(here.app.outbox, here.app.room.web)
            assert (words in await here.says("status")) == bool(ahead)
            told = await here.operators()
        assert [words in one for one in told] == [True, False]
        assert "Set it right" in told[0]
        assert "right again" in told[1]


async def test_a_minute_is_no_wrong_clock(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack", wrong=True) as here:
        here.ahead = timedelta(minutes=1)
        await here.app.platforms[0].connect()
        await clock_of_others.look(here.app.outbox, here.app.room.web)
        assert await here.operators() == []
