"""What a running bot does for its database beside its work: what fails stops nothing else, and operators read of it once."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import keeping
from bot.cli import care
from bot.config import Database
from bot.errors import UserError
from bot.store import backups, forgetting
from bot.store.sqlite import Sqlite
from tests.edges.stored import NOW
from tests.walks.test_no_room import until
from tests.walks.weather import Weather, weather
from tests.walks.world import world

DAY = timedelta(days=1)


@asynccontextmanager
async def kept(here: Weather) -> AsyncIterator[list[str]]:
    """Its house, all the while; what crashed."""
    crashes: list[str] = []
    database = here.made.config().database
    keeper = asyncio.create_task(
        keeping.keep(here.app.store, database, lambda: here.now, (here.platform,), crashes.append)
    )
    try:
        async with asyncio.timeout(60):
            yield crashes
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


async def test_a_file_with_an_odd_name_stops_no_backup_and_is_left_alone(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        database, folder = made.config().database, tmp_path / "backups"
        folder.mkdir()
        names = ("20260231-120000", "00000101-000000", "٢٠٢٦١١٢٦-١٢٠٠٠٠")
        odd = sorted(folder / f"regpulse-{name}.db" for name in names)
        for one in odd:
            one.write_text("a person's own")
        (folder / "regpulse-20261001-120000.db").mkdir()
        copies = [await keeping.backed_up(replace(database, keep=2), NOW + day * DAY) for day in range(3)]
        assert backups.kept(made.database, folder) == tuple(copies[1:])
        assert all(one.read_text() == "a person's own" for one in odd)
        assert any(line.startswith("2 backups in") for line in care._left(forgetting.whom("slack:T1"), made.config()))


@pytest.mark.parametrize("step", ["configured", "look_over", "let_lines_go"])
async def test_a_step_with_a_bug_stops_no_other_and_operators_are_told_once_and_once_when_it_works(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*given: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    async with weather(tmp_path, "slack") as here:
        await here.told()
        here.ahead = 800 * DAY
        with capture_logs() as logs, monkeypatch.context() as patched:
            patched.setattr(Sqlite, step, fails)
            async with kept(here) as crashes:
                await until(lambda: len(crashes) > 2)
        assert any(one["event"] == "let go" for one in logs)
        assert backups.kept(here.made.database, tmp_path / "backups")
        (told,) = [one for one in await here.operators() if "A part of RegPulse fails" in one]
        assert "ValueError" in told
        async with kept(here):
            await until(lambda: not alarms(here))
        assert [one for one in await here.operators() if "A part of RegPulse works again" in one]


def alarms(here: Weather) -> list[str]:
    with closing(sqlite3.connect(here.made.database)) as db:
        return [what for (what,) in db.execute("SELECT what FROM alarms WHERE what GLOB 'keeping*'")]


async def test_a_bug_in_telling_operators_of_a_bug_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*given: object) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(keeping, "LOOK_EVERY", 0.01)
    for name in ("look_over", "alarm"):
        monkeypatch.setattr(Sqlite, name, fails)
    async with weather(tmp_path, "slack") as here, kept(here) as crashes:
        await until(lambda: len(crashes) > 2 and backups.kept(here.made.database, tmp_path / "backups"))


async def test_a_folder_that_cannot_be_read_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def may_not(path: Path, folder: Path) -> tuple[Path, ...]:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(backups, "kept", may_not)
    with pytest.raises(UserError, match="cannot be made there \\(Permission denied\\)"):
        await keeping.backed_up(Database(path=str(await begun(tmp_path))), NOW)


async def begun(folder: Path) -> Path:
    path = folder / "x.db"
    await (await Sqlite.open(path)).close()
    return path
