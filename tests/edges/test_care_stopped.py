"""The keeper's commands, stopped or killed in the midst of it: no copy of everything is left in a hidden file."""

import asyncio
import os
import signal
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.store import backups
from bot.store.holding import held
from tests.edges.stored import NOW
from tests.edges.test_store_forgetting import peopled
from tests.walks.world import CONFIG


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """With a backup beside it."""

    async def made(path: Path) -> None:
        await (await peopled(path)).close()

    path = tmp_path / "x.db"
    asyncio.run(made(path))
    backups.make(path, tmp_path / "copy.db")
    return path


def says(database: Path, *line: str) -> Result:
    runner = CliRunner()
    return runner.invoke(cli, [*line, "--config", str(CONFIG), "--db", str(database)], terminal_width=200)


@pytest.mark.parametrize("line", ["backup new.db", "restore copy.db", "forget slack:T111AAA --yes"])
def test_a_command_that_is_stopped_leaves_nothing_half_made(
    database: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.chdir(database.parent)
    monkeypatch.setattr(backups, "_on_disk", lambda path: signal.raise_signal(signal.SIGTERM))
    before = signal.getsignal(signal.SIGTERM)
    assert says(database, *line.split()).exit_code == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == before
    assert [name for name in os.listdir() if name.startswith(".")] == []


def test_what_a_killed_command_left_is_taken_away_by_the_next_that_holds_the_database(database: Path) -> None:
    left, other = (database.with_name(name) for name in (".x.db.0a1b2c3d", ".y.db.0a1b2c3d"))
    for one in (left, other, Path(f"{left}-journal")):
        one.write_bytes(database.read_bytes())
    link = database.with_name("link.db")
    link.symlink_to(database)
    with held(link, NOW):
        assert sorted(database.parent.glob(".*")) == [other]


def test_forgetting_names_a_backup_that_was_cut_off(database: Path) -> None:
    folder = database.parent / "backups"
    folder.mkdir()
    half = folder / ".x-20261126-120000.db.0a1b2c3d"
    half.write_bytes(b"half")
    assert (
        f"- {half}: a backup that is being made, or was cut off"
        in says(database, "forget", "slack:T111AAA", "--yes").output
    )


def test_the_next_backup_takes_halves_away_that_are_old(database: Path) -> None:
    folder = database.parent / "backups"
    folder.mkdir()
    half = folder / ".x-20261126-120000.db.0a1b2c3d"
    half.write_bytes(b"half")
    os.utime(half, (0, 0))
    assert says(database, "backup").exit_code == 0
    assert not half.exists()
