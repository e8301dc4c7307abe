"""Backups: whole, private, made beside a running bot, and put back without a moment in which there is no database."""

import asyncio
import os
import shlex
import sqlite3
import stat
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app import keeping
from bot.config import Database
from bot.errors import StoreDown, UserError
from bot.model import Memory, Notice, Push, Sent
from bot.store import backups, opening, predecessors
from bot.store.migrations import migrations
from bot.store.sqlite import Sqlite
from tests.edges.stored import GAPS, LEASE, LEGAL, NOW, POLICY, entry, heard, judged, published

DAY = timedelta(days=1)


async def holding_a_story(path: Path) -> Sqlite:
    store = await Sqlite.open(path)
    await published(store, LEGAL)
    return store


async def filled(store: Sqlite) -> None:
    """With so much that its rows take most of the file."""
    await store.record(Memory("gazette"), tuple(judged(entry(f"more {number}")) for number in range(1_000)), NOW)


async def test_a_backup_made_beside_a_running_bot_is_whole_private_and_of_one_moment(tmp_path: Path) -> None:
    store = await holding_a_story(tmp_path / "x.db")
    size = await asyncio.to_thread(backups.make, tmp_path / "x.db", tmp_path / "copy.db")
    await published(store, POLICY, key="2")
    await store.close()
    assert size == (tmp_path / "copy.db").stat().st_size
    assert stat.S_IMODE((tmp_path / "copy.db").stat().st_mode) == 0o600
    assert backups.fault(tmp_path / "copy.db") == ""
    copy = await Sqlite.open(tmp_path / "copy.db")
    assert (await copy.census()).stories == 1
    await copy.close()


async def test_writing_goes_on_while_a_backup_is_made(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    with closing(sqlite3.connect(path)) as reading:  # what VACUUM INTO holds: a read transaction
        reading.execute("BEGIN")
        reading.execute("SELECT count(*) FROM entries").fetchone()
        await store.record(Memory("herald"), (judged(entry("9")),), NOW)
    assert "herald" in await store.memories()
    await store.close()


async def test_what_was_deleted_is_not_in_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    await store.set(LEGAL, "name", "Marmaduke-was-here")
    await store.set(LEGAL, "name", "")
    await store.close()
    backups.make(path, tmp_path / "copy.db")
    assert b"Marmaduke" not in (tmp_path / "copy.db").read_bytes()


async def test_a_file_written_anew_is_as_it_was_for_its_owner_and_no_one_else_writes_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    with pytest.raises(UserError, match=r"could not be written anew \(database is locked\)"):
        await asyncio.to_thread(backups.rewrite, path, patience=0.1)
    assert (await store.census()).stories == 1
    await store.close()
    path.chmod(0o640)
    (tmp_path / "link.db").symlink_to(path)
    backups.rewrite(tmp_path / "link.db")
    assert (tmp_path / "link.db").is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    again = await Sqlite.open(path)
    assert (await again.census()).stories == 1
    await again.close()
    assert sorted(os.listdir(tmp_path)) == ["link.db", "x.db"]


@pytest.mark.parametrize(
    ("content", "wrong"),
    [(b"Dear diary. " * 500, "it is no SQLite database"), (b"", "it is no database of RegPulse")],
)
async def test_only_a_whole_database_of_ours_is_put_back(tmp_path: Path, content: bytes, wrong: str) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    before = path.read_bytes()
    (tmp_path / "bad.db").write_bytes(content)
    with pytest.raises(UserError, match=f"{wrong}. Nothing was changed"):
        backups.restore(tmp_path / "bad.db", path, NOW)
    assert path.read_bytes() == before
    assert sorted(os.listdir(tmp_path)) == ["bad.db", "x.db"]


async def test_a_backup_damaged_in_the_middle_is_not_put_back(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    await filled(store)
    await store.close()
    backups.make(path, tmp_path / "copy.db")
    damage(tmp_path / "copy.db")
    with pytest.raises(UserError, match=r"cannot be restored.*Nothing was changed"):
        backups.restore(tmp_path / "copy.db", path, NOW)


def damage(path: Path) -> None:
    """Its last third: the schema still reads, the newest rows do not."""
    content = bytearray(path.read_bytes())
    sound = len(content) * 2 // 3 // 4096 * 4096
    content[sound:] = b"\xa5" * (len(content) - sound)
    path.write_bytes(content)


async def test_restoring_keeps_the_old_file_with_what_was_only_in_its_log(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    backups.make(path, tmp_path / "copy.db")
    await published(store, POLICY, key="2")
    aside = backups.restore(tmp_path / "copy.db", path, NOW).aside  # the store is still open: its log was not put away
    assert aside
    await store.close()
    old, new = await Sqlite.open(aside), await Sqlite.open(path)
    assert ((await old.census()).stories, (await new.census()).stories) == (2, 2)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    await old.close()
    await new.close()


async def test_restoring_leaves_a_link_a_link_and_the_file_behind_it_to_whom_it_belongs(tmp_path: Path) -> None:
    path, link = tmp_path / "disk" / "x.db", tmp_path / "x.db"
    path.parent.mkdir()
    await (await holding_a_story(path)).close()
    link.symlink_to(path)
    backups.make(link, tmp_path / "copy.db")
    path.chmod(0o640)
    if not os.geteuid():
        os.chown(path, 10_001, 10_001)
    owner = path.stat()
    done = backups.restore(tmp_path / "copy.db", link, NOW)
    assert link.is_symlink()
    assert done.aside
    assert sorted(os.listdir(path.parent)) == ["x.db", done.aside.name]
    new = path.stat()
    assert (new.st_uid, new.st_gid, stat.S_IMODE(new.st_mode)) == (owner.st_uid, owner.st_gid, 0o640)
    assert new.st_ino != owner.st_ino


@pytest.mark.skipif(bool(os.geteuid()), reason="only root may give a file to another")
async def test_where_there_was_no_file_root_restores_for_whom_the_folder_belongs_to(tmp_path: Path) -> None:
    path = tmp_path / "data" / "x.db"
    path.parent.mkdir()
    await (await holding_a_story(tmp_path / "x.db")).close()
    os.chown(path.parent, 10_001, 10_001)
    backups.restore(tmp_path / "x.db", path, NOW)
    assert (path.stat().st_uid, stat.S_IMODE(path.stat().st_mode)) == (10_001, 0o600)


@pytest.mark.parametrize("step", ["m002_find_what_is_due_by_channel", "m012_alerts_wait_for_their_time"])
async def test_a_backup_of_an_older_version_is_put_back_with_its_tables_brought_up_to_date(
    tmp_path: Path, step: str
) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    with closing(sqlite3.connect(tmp_path / "old.db")) as old:
        migrations.take(old, before=step)
        assert step not in migrations.done(old)
    backups.restore(tmp_path / "old.db", path, NOW)
    with closing(sqlite3.connect(path)) as new:
        assert set(migrations.done(new)) == set(migrations)
    assert backups.fault(path) == ""


async def test_a_damaged_database_is_replaced_and_kept_too(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    backups.make(path, tmp_path / "copy.db")
    path.write_bytes(b"\xff" * 50_000)
    aside = backups.restore(tmp_path / "copy.db", path, NOW).aside
    assert aside
    assert aside.read_bytes() == b"\xff" * 50_000
    assert backups.fault(path) == ""


@pytest.mark.parametrize("known", [True, False])
async def test_what_waited_in_a_backup_is_looked_for_before_it_is_sent_again_where_it_is_not_known_to_be_sent(
    tmp_path: Path, *, known: bool
) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    backups.make(path, tmp_path / "copy.db")
    ((delivery, _),) = await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9)
    await store.settle(delivery.id, Sent("1.2"), NOW, LEASE)
    await store.close()
    if not known:
        path.unlink()
    backups.restore(tmp_path / "copy.db", path, NOW)
    again = await Sqlite.open(path)
    claimed = await again.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=9)
    assert [(one.id, one.state) for one, _ in claimed] == ([] if known else [(delivery.id, "doubt")])
    await again.close()


async def test_the_first_look_at_a_feed_after_a_restore_is_silent(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await Sqlite.open(path)
    await store.record(Memory("gazette", baseline_at=NOW, etag='"1"', body_hash="x", items=b"12345678"), (), NOW)
    await store.close()
    backups.make(path, tmp_path / "copy.db")
    backups.restore(tmp_path / "copy.db", path, NOW)
    again = await Sqlite.open(path)
    assert (await again.memories())["gazette"] == Memory("gazette")
    await again.close()


async def test_hubs_and_feeds_are_known_as_the_file_that_is_replaced_had_them(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await Sqlite.open(path)
    first = Push(
        "gazette", "https://hub.invalid/", "https://gazette.invalid/", "path-1", "secret-1", "on", until=NOW + DAY
    )
    await store.put_push(first)
    await store.record(Memory("gazette", baseline_at=NOW, ok_at=NOW), (), NOW)
    backups.make(path, tmp_path / "copy.db")
    second = replace(first, path="path-2", secret="secret-2", state="asked", asked=NOW + DAY, until=None)
    await store.put_push(second)
    await store.record(Memory("gazette", baseline_at=NOW, ok_at=NOW + DAY), (), NOW)
    await store.record(Memory("herald", baseline_at=NOW, ok_at=NOW), (), NOW)
    await store.close()
    backups.restore(tmp_path / "copy.db", path, NOW + DAY)
    again = await Sqlite.open(path)
    assert await again.pushes() == {"gazette": second}
    assert await again.memories() == {"gazette": Memory("gazette", ok_at=NOW), "herald": Memory("herald", ok_at=NOW)}
    await again.close()


async def test_a_file_with_a_log_beside_it_is_put_back_with_what_stands_only_there(tmp_path: Path) -> None:
    """As a killed process leaves it, or a restore puts it aside."""
    store = await holding_a_story(tmp_path / "x.db")
    for end in ("", "-wal"):
        (tmp_path / f"killed.db{end}").write_bytes((tmp_path / f"x.db{end}").read_bytes())
    await store.close()
    backups.restore(tmp_path / "killed.db", tmp_path / "new.db", NOW)
    new = await Sqlite.open(tmp_path / "new.db")
    assert (await new.census()).stories == 1
    await new.close()


async def test_two_restores_in_one_second_keep_both_files_they_replace(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    backups.make(path, tmp_path / "copy.db")
    first, second = (backups.restore(tmp_path / "copy.db", path, NOW).aside for _ in range(2))
    assert first
    assert second
    assert first != second
    assert first.exists()


async def test_databases_of_one_name_but_for_its_end_have_their_own_backups(tmp_path: Path) -> None:
    one, other, folder = tmp_path / "y.db", tmp_path / "y.sqlite", tmp_path / "backups"
    folder.mkdir()
    for path in (one, other):
        await (await holding_a_story(path)).close()
        backups.make(path, backups.dated(path, folder, NOW))
    assert [[each.name for each in backups.kept(path, folder)] for path in (one, other)] == [
        ["y-20261124-120000.db"],
        ["y.sqlite-20261124-120000.db"],
    ]


async def test_what_operators_were_still_to_be_told_is_looked_for_and_not_dropped(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await Sqlite.open(path)
    await store.alarm("trouble", ("A channel is closed to us", "C1", ""), NOW)
    await store.close()
    backups.make(path, tmp_path / "copy.db")
    backups.restore(tmp_path / "copy.db", path, NOW + DAY)
    again = await Sqlite.open(path)
    (notice,) = await notices(again, NOW + DAY)
    assert (notice.text[0], notice.doubt, notice.attempted) == ("A channel is closed to us", True, NOW)
    await again.close()


# The daily one


async def test_a_backup_a_day_and_the_newest_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    database = Database(path=str(path), keep=2)
    (tmp_path / "backups").mkdir()
    own = ["mine.db", "x-20260231-120000.db"]
    for name in own:
        (tmp_path / "backups" / name).write_text("a person's own")
    for hours in (0, 5, 24, 30, 48, 72):
        made = await keeping.backed_up(database, NOW + timedelta(hours=hours))
        assert bool(made) == (hours % 24 == 0)
    assert sorted(os.listdir(tmp_path / "backups")) == sorted([*own, "x-20261126-120000.db", "x-20261127-120000.db"])


async def test_halves_that_a_killed_process_left_are_taken_away_and_nothing_else(tmp_path: Path) -> None:
    path, now = tmp_path / "x.db", datetime.now(UTC)
    await (await holding_a_story(path)).close()
    (tmp_path / "backups").mkdir()
    left, growing, other = (
        ".x-20261124-120000.db.0a1b2c3d",
        ".x-20261124-120001.db.0a1b2c3d",
        ".y-20261124-120000.db.0a1b2c3d",
    )
    for name in (left, growing, other):
        (tmp_path / "backups" / name).write_bytes(b"half")
    old = (now - 2 * backups.LEFT_BEHIND).timestamp()
    for name in (left, other):
        os.utime(tmp_path / "backups" / name, (old, old))
    made = await keeping.backed_up(Database(path=str(path)), now)
    assert made
    assert sorted(os.listdir(tmp_path / "backups")) == sorted([growing, other, made.name])


async def test_without_a_folder_no_backup_is_made(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await holding_a_story(path)).close()
    assert await keeping.backed_up(Database(path=str(path), backups=""), NOW) is None


async def test_a_backup_that_cannot_be_made_is_told_once_and_once_when_one_can(tmp_path: Path) -> None:
    path, database = tmp_path / "x.db", Database(path=str(tmp_path / "x.db"))
    store = await holding_a_story(path)
    (tmp_path / "backups").write_text("in the way")
    for minutes in (0, 10, 20):
        await keeping.back_up(store, database, NOW + timedelta(minutes=minutes))
    (tmp_path / "backups").unlink()
    for minutes in (30, 40):
        await keeping.back_up(store, database, NOW + timedelta(minutes=minutes))
    failed, again = await notices(store, NOW + DAY)
    await store.close()
    assert failed.text[0] == "No backup could be made"
    assert "cannot be made there (File exists)" in failed.text[1]
    assert again.text[0] == "Backups are made again"


async def notices(store: Sqlite, now: datetime) -> list[Notice]:
    found = []
    while notice := await store.claim_notice(now, since=NOW, lease=timedelta(minutes=1)):
        found.append(notice)
        await store.settle_notice(notice.id, Sent("1"), now, DAY)
    return found


# At the start


async def test_a_damaged_file_is_found_at_the_start_and_the_last_good_backup_named(tmp_path: Path) -> None:
    path, folder = tmp_path / "x.db", tmp_path / "backups"
    store = await holding_a_story(path)
    await filled(store)
    await store.close()
    folder.mkdir()
    for day in range(3):
        backups.make(path, backups.dated(path, folder, NOW + day * DAY))
    damage(folder / "x-20261126-120000.db")
    damage(path)
    good = folder / "x-20261125-120000.db"
    with pytest.raises(UserError, match=f"is damaged. .*{good.name}.*regpulse restore {good}"):
        await Sqlite.open(path, backups=folder, checked=NOW)


async def test_a_file_that_is_no_database_any_more_names_its_backup_too(tmp_path: Path) -> None:
    path, folder = tmp_path / "x.db", tmp_path / "backups"
    await (await holding_a_story(path)).close()
    folder.mkdir()
    backups.make(path, backups.dated(path, folder, NOW))
    path.write_bytes(b"\xff" * 50_000)
    with pytest.raises(UserError, match=r"is no SQLite database.*regpulse restore"):
        await Sqlite.open(path, backups=folder, checked=NOW)


async def test_the_command_that_puts_a_backup_back_can_be_typed_as_it_stands(tmp_path: Path) -> None:
    """Another database than the configured one, in a folder with a blank."""
    path, folder = tmp_path / "a b" / "x.db", tmp_path / "a b" / "backups"
    folder.mkdir(parents=True)
    await (await holding_a_story(path)).close()
    good = backups.dated(path, folder, NOW)
    backups.make(path, good)
    path.unlink()
    gone = predecessors.lost(path, folder)
    assert gone
    said = [gone.said]
    for content in (b"\xff" * 50_000, b"none"):
        path.write_bytes(content)
        with pytest.raises(UserError) as refused:
            await Sqlite.open(path, backups=folder, checked=NOW)
        said.append(str(refused.value))
    for sentence in said:
        command = sentence.partition("To put it back: ")[2]
        assert shlex.split(command) == ["regpulse", "restore", str(good), "--db", str(path)]


async def test_a_file_is_read_through_once_a_day(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    await filled(store)
    await store.close()
    await (await Sqlite.open(path, checked=NOW)).close()
    damage(path)
    await (await Sqlite.open(path, checked=NOW + timedelta(hours=23))).close()
    with pytest.raises(UserError, match="is damaged"):
        await Sqlite.open(path, checked=NOW + timedelta(hours=25))


# At work


async def test_a_full_disk_is_a_sentence_and_the_next_try_goes_on_where_it_stopped(tmp_path: Path) -> None:
    store = await holding_a_story(tmp_path / "x.db")
    await filled_up(store)
    with pytest.raises(StoreDown, match=r"disk is full.*Nothing is lost"):
        await heard(store, *(judged(entry(f"big {number}")) for number in range(2_000)))
    assert await store.memories() is not None, "reading goes on"
    before = (await store.census()).entries
    await emptied(store)
    await heard(store, judged(entry("later")))
    assert (await store.census()).entries == before + 1
    await store.close()


async def filled_up(store: Sqlite) -> None:
    """No more pages than there are, as on a full disk."""
    await store._run("BEGIN", lambda db: db.execute("PRAGMA max_page_count = 1").fetchone())


async def emptied(store: Sqlite) -> None:
    await store._run("BEGIN", lambda db: db.execute("PRAGMA max_page_count = 1073741823").fetchone())


async def test_a_locked_database_is_a_sentence_and_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY", 20)
    store = await holding_a_story(tmp_path / "x.db")
    with closing(sqlite3.connect(tmp_path / "x.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreDown, match="Another program has locked"):
            await store.note_turn(NOW)
    await store.note_turn(NOW)
    assert (await store.census()).last_turn == NOW
    await store.close()


async def test_a_database_that_may_no_longer_be_written_is_a_sentence_and_passes(tmp_path: Path) -> None:
    store = await holding_a_story(tmp_path / "x.db")
    await store._run("BEGIN", lambda db: db.execute("PRAGMA query_only = ON"))
    with pytest.raises(StoreDown, match="may no longer be written"):
        await store.note_turn(NOW)
    assert await store.memories() is not None, "reading goes on"
    await store._run("BEGIN", lambda db: db.execute("PRAGMA query_only = OFF"))
    await store.note_turn(NOW)
    await store.close()


async def test_damage_met_at_work_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    store = await holding_a_story(path)
    await filled(store)
    await store.close()
    damage(path)
    store = await Sqlite.open(path)
    with pytest.raises(StoreDown, match=r"damaged.*regpulse restore"):
        await asyncio.gather(*(store.find(entry(f"more {number}").link) for number in range(1_000)))
    await store.close()


async def test_a_bug_stays_a_bug(tmp_path: Path) -> None:
    store = await Sqlite.open(tmp_path / "x.db")
    with pytest.raises(sqlite3.OperationalError):
        await store._run("BEGIN", lambda db: db.execute("SELECT nothing FROM nowhere"))
    await store.close()
