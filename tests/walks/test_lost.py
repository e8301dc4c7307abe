"""A database that is gone while backups of it exist, as on a volume that came up empty: it is said until a person decides."""

import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app, dispatch, pipeline
from bot.app import App, keeping
from bot.cli import care, doctor
from bot.model import Caller, Channel, Subscription
from bot.store import backups, forgetting, predecessors
from bot.store.sqlite import Sqlite
from tests.walks.weather import OPS
from tests.walks.world import NEWS, SLACK, World, world

DAY = timedelta(days=1)


@dataclass
class Lost:
    """A RegPulse whose channel asked for everything, with three daily backups of it, and without its database."""

    made: World
    good: tuple[Path, ...]

    @property
    def newest(self) -> Path:
        return self.good[-1]

    @asynccontextmanager
    async def started(self) -> AsyncIterator[App]:
        """It hears a feed, so that its database holds something, and tells operators what there is to tell."""
        async with self.made.opens() as running:
            for platform in running.platforms:
                await platform.connect()
                running.speaking[platform.name] = platform
            await pipeline.turn(running.room, everything=True)
            running.signs.turned(pipeline.Tally(), timedelta(0))
            await dispatch.inform(running.outbox)
            yield running

    @property
    def operators(self) -> list[str]:
        assert self.made.slack
        return [str(message) for message in self.made.slack.channel("COPS").messages]

    async def status(self, running: App) -> str:
        return (await running.desk.answer("status", Caller(app.TERMINAL, "op", "admin", operator=True))).text

    async def lives(self, *days: int) -> None:
        for day in days:
            assert await keeping.backed_up(self.made.config().database, datetime.now(UTC) + day * DAY)

    @property
    def folder(self) -> list[Path]:
        return sorted(self.newest.parent.iterdir())


@asynccontextmanager
async def lost(folder: Path) -> AsyncIterator[Lost]:
    async with world(folder, slack=True, environment={"REGPULSE_OPS_CHANNEL": OPS["slack"]}) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        (folder / "backups").mkdir()
        good = tuple(
            backups.dated(made.database, folder / "backups", datetime.now(UTC) - days * DAY - timedelta(minutes=5))
            for days in (3, 2, 1)
        )
        backups.make(made.database, good[0])
        for copy in good[1:]:
            shutil.copyfile(good[0], copy)
        made.database.unlink()
        yield Lost(made, good)


async def test_operators_status_and_ready_say_it_with_the_newest_good_backup_until_that_is_taken_away(
    tmp_path: Path,
) -> None:
    async with lost(tmp_path) as here:
        here.newest.write_bytes(here.newest.read_bytes()[:20_000])  # the good one is the one before
        command = f"regpulse restore {here.good[1]} --db {here.made.database}"
        for start in ("is not there, but it has backups", "is new, but the one before it has backups"):
            async with here.started() as running:
                for said in (await here.status(running), "\n".join(await running.signs.not_ready())):
                    assert f"{start}: the newest good one is {here.good[1].name}" in said
                    assert said.count(command) == 1
        (told,) = here.operators
        assert command in told
        assert "Stop RegPulse" in told
        assert [
            one.ok async for one in doctor.examine(here.made.config(), lambda *_: None) if command in one.remedy
        ] == [False]
        async with here.started() as running:
            shutil.move(tmp_path / "backups", tmp_path / "aside")
            assert "backups" not in await here.status(running)
            assert await running.signs.not_ready() == ()


@pytest.mark.parametrize("subscribed", [False, True], ids=["doctor", "subscribed at the shell"])
async def test_whatever_command_made_the_new_database_it_is_said_at_the_start(
    tmp_path: Path, *, subscribed: bool
) -> None:
    async with lost(tmp_path) as here:
        store = await Sqlite.open(here.made.database)
        if subscribed:
            await store.subscribe(Subscription(SLACK, "everything", "operator", datetime.now(UTC)))
        await store.close()
        async with here.started() as running:
            assert here.newest.name in await here.status(running)
        assert len(here.operators) == 1


async def test_the_daily_backups_of_the_new_database_never_take_the_place_of_the_good_ones(tmp_path: Path) -> None:
    async with lost(tmp_path) as here:
        async with here.started():
            keep = here.made.config().database.keep
            await here.lives(*range(keep + 3))
        assert here.folder[: len(here.good)] == list(here.good)
        assert len(here.folder) == len(here.good) + keep, "those of the new one go as ever"


async def test_a_backup_of_the_old_database_put_back_ends_it(tmp_path: Path) -> None:
    async with lost(tmp_path) as here:
        async with here.started():
            await here.lives(0)
        backups.restore(here.newest, here.made.database, datetime.now(UTC))
        async with here.started() as running:
            assert "backups" not in await here.status(running)
            assert await running.signs.not_ready() == ()
            assert await running.store.subscriptions(SLACK)


async def test_a_backup_from_elsewhere_put_back_ends_it_too(tmp_path: Path) -> None:
    async with lost(tmp_path) as here:
        async with here.started() as running:
            await running.store.subscribe(Subscription(Channel("slack", "T1", "C9"), "acts", "U1", datetime.now(UTC)))
        copy = tmp_path / "elsewhere.db"
        backups.make(here.made.database, copy)
        assert predecessors.lost(here.made.database, tmp_path / "backups")
        backups.restore(copy, here.made.database, datetime.now(UTC))
        assert predecessors.lost(here.made.database, tmp_path / "backups") is None


async def test_forgetting_says_that_the_backups_of_the_one_before_stay(tmp_path: Path) -> None:
    async with lost(tmp_path) as here:
        async with here.started():
            await here.lives(0)
        left = "\n".join(care._left(forgetting.whom("slack:T1"), here.made.config()))
        assert re.search(r"^1 backup in \S+: delete", left)
        assert re.search(r"\n3 backups in \S+ of another database before this one: nothing deletes them but you", left)


async def test_news_goes_on_meanwhile(tmp_path: Path) -> None:
    """A person may have wanted a new one: it works as any does."""
    async with lost(tmp_path) as here:
        assert here.made.slack
        await here.made.subscribes(SLACK)
        await here.made.turns()
        here.made.publishes("one", NEWS[0])
        await here.made.turns()
        assert len(here.made.slack.channel("C1").messages) == 1
