"""Opening the database: one sentence for a person where it cannot be used, and nothing touched."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from bot.errors import UserError
from bot.model import Channel, Memory
from bot.store import opening
from bot.store.sqlite import Sqlite
from tests.edges.stored import LEGAL, NOW, published

NOBODY = 65_534


async def complaint(path: Path) -> str:
    """What a person reads when the file cannot be opened."""
    with pytest.raises(UserError) as raised:
        await Sqlite.open(path)
    said = str(raised.value)
    assert said.startswith(f"{path}: ")
    assert "\n" not in said
    assert said.endswith(".")
    return said


async def test_a_new_file_is_made_and_opened_again(tmp_path: Path) -> None:
    for _ in range(2):
        store = await Sqlite.open(tmp_path / "new.db")
        await store.close()


async def test_a_folder_is_no_database(tmp_path: Path) -> None:
    assert "is a folder" in await complaint(tmp_path)


async def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "its folder does not exist" in await complaint(tmp_path / "no" / "where.db")


async def test_a_text_file_is_no_database_and_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary. " * 500, encoding="utf-8")
    before = path.read_bytes()
    assert "is no SQLite database" in await complaint(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["notes.txt"]


@pytest.mark.parametrize("text", ["x", "host=example.org\n", "#" * 511])
async def test_a_file_smaller_than_any_database_is_left_as_it_is(tmp_path: Path, text: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(text, encoding="utf-8")
    assert "is no SQLite database. Name another file with --db FILE; this one was left as it is." in await complaint(
        path
    )
    assert path.read_text(encoding="utf-8") == text


async def test_another_program_s_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "recipes.db"
    with closing(sqlite3.connect(path)) as theirs:
        theirs.execute("CREATE TABLE feeds (cat TEXT)")
    before = path.read_bytes()
    assert "is the database of another program" in await complaint(path)
    assert path.read_bytes() == before


async def test_a_file_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "newer.db"
    await (await Sqlite.open(path)).close()
    with closing(sqlite3.connect(path)) as newer, newer:
        newer.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('regpulse', 'm999_flying', '')"
        )
    assert "was written by a newer RegPulse. Update this one" in await complaint(path)


async def test_a_locked_file_is_said_to_be_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY", 20)
    path = tmp_path / "locked.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "another program has locked it" in await complaint(path)


async def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path) -> None:
    path = tmp_path / "damaged.db"
    store = await Sqlite.open(path)
    await published(store, LEGAL)
    await store.close()
    content = bytearray(path.read_bytes())
    content[100:4096] = b"\xff" * 3996  # the first page holds the schema
    path.write_bytes(content)
    assert "is damaged" in await complaint(path)


@pytest.mark.parametrize("rights", [0o755, 0o777], ids=["in a folder of others", "in a folder that may be written"])
@pytest.mark.parametrize("old", [False, True], ids=["of today", "of a version that did not shrink its file"])
async def test_a_file_that_may_only_be_read_is_refused_at_once_and_not_at_the_first_write(
    rights: int, old: bool
) -> None:
    with shared_folder() as folder:
        folder.chmod(rights)
        path = folder / "theirs.db"
        await (await Sqlite.open(path)).close()
        if old:  # no setting of it is written then
            with closing(sqlite3.connect(path)) as db:
                db.execute("PRAGMA auto_vacuum = NONE")
                db.execute("VACUUM")
        path.chmod(0o444)
        with unprivileged():
            assert "may not be written by this user" in await complaint(path)
        for one in folder.iterdir():  # SQLite gave those beside it the same rights, where its user owns the folder
            one.chmod(0o644)
        assert (await opened_and_read(path)) == {}


async def test_a_folder_that_may_only_be_read_is_said_so() -> None:
    with shared_folder() as folder:
        folder.chmod(0o555)
        with unprivileged():
            assert "may not be made in that folder" in await complaint(folder / "new.db")
        folder.chmod(0o755)


async def test_a_second_process_may_look_while_the_first_writes(tmp_path: Path) -> None:
    """`regpulse ask` beside `regpulse run`."""
    first, second = await Sqlite.open(tmp_path / "x.db"), await Sqlite.open(tmp_path / "x.db")
    story = await published(first, LEGAL)
    assert await second.story(story.id) == story
    await second.record(Memory("herald"), (), NOW)
    assert "herald" in await first.memories()
    await second.close()
    await first.close()


async def test_a_file_that_is_up_to_date_is_opened_without_sqlite_utils(tmp_path: Path) -> None:
    await (await Sqlite.open(tmp_path / "x.db")).close()
    assert await loaded_by_opening(tmp_path / "x.db") == ""


async def test_a_new_file_is_made_without_the_numpy_that_sqlite_utils_loads_and_leaves_it_to_whoever_needs_it(
    tmp_path: Path,
) -> None:
    """It costs a start .1 s and 34 MB."""
    assert await loaded_by_opening(tmp_path / "x.db") == "sqlite_utils"
    assert await loaded_by_opening(tmp_path / "y.db", "; import numpy") == "numpy sqlite_utils"


async def loaded_by_opening(path: Path, then: str = "") -> str:
    looked = (
        "import sys; from pathlib import Path; from bot import config, pipeline; from bot.store import opening, sqlite;"
        f" opening.opened(Path({str(path)!r})).close(){then};"
        " print(*sorted({'numpy', 'sqlite_utils', 'onnxruntime', 'lxml', 'feedparser'} & set(sys.modules)))"
    )
    answer = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", looked], capture_output=True, text=True)
    assert not answer.returncode, answer.stderr
    return answer.stdout.strip()


async def opened_and_read(path: Path) -> object:
    store = await Sqlite.open(path)
    try:
        return await store.memories()
    finally:
        await store.close()


@contextmanager
def shared_folder() -> Iterator[Path]:
    """A folder that every user of the machine may enter."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@contextmanager
def unprivileged() -> Iterator[None]:
    """As a user whom file rights stop: root is stopped by none."""
    if os.geteuid():
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


async def test_a_new_database_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "x.db")
    await store.set(Channel("slack", "T1", "C1"), "name", "x")
    rights = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in os.listdir(tmp_path)}
    await store.close()
    assert set(rights) == {"x.db", "x.db-shm", "x.db-wal"}
    assert set(rights.values()) == {0o600}
