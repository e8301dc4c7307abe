"""A backup put back over what people chose since: what was forgotten stays so, and what is undone is named."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.model import Channel, Subscription
from bot.store import backups, forgetting
from bot.store.sqlite import Sqlite
from tests.edges.stored import NOW
from tests.edges.test_store_forgetting import MEMBER, ONE, OTHER, PERSON, PLACES, TWO, left, peopled, places

EVERYTHING = "slack:T111AAA:{} “everything”"


async def kept(folder: Path) -> Sqlite:
    """With a backup of this moment."""
    store = await peopled(folder / "x.db")
    backups.make(folder / "x.db", folder / "copy.db")
    return store


async def put_back(folder: Path, store: Sqlite) -> tuple[backups.Restored, Sqlite]:
    await store.close()
    done = backups.restore(folder / "copy.db", folder / "x.db", NOW)
    return done, await Sqlite.open(folder / "x.db")


@pytest.mark.parametrize(
    "target",
    ["slack:T111AAA", "slack:T111AAA:C222BBB", f"slack:T111AAA:{PERSON}", "discord:700100", f"discord:{MEMBER}"],
)
async def test_what_was_forgotten_since_the_backup_stays_forgotten_and_is_named(tmp_path: Path, target: str) -> None:
    store = await kept(tmp_path)
    await store.forget(forgetting.whom(target), NOW)
    rest = await places(store)
    done, again = await put_back(tmp_path, store)
    assert target in done.forgotten
    assert await again.found(forgetting.whom(target)) == ()
    assert await places(again) == rest
    await again.close()
    assert not left(tmp_path / "x.db", target.split(":")[-1])


async def test_who_only_unsubscribed_is_not_taken_for_forgotten_and_the_subscription_is_named(tmp_path: Path) -> None:
    store = await kept(tmp_path)
    for channel in PLACES:
        (one,) = await store.subscriptions(channel)
        if channel != ONE:
            await store.unsubscribe(channel, one.id, NOW)
        else:
            await store.mute(channel, "more", NOW)
    new = Channel("slack", "T111AAA", "C888")
    await store.subscribe(Subscription(new, "everything", OTHER, NOW))
    done, again = await put_back(tmp_path, store)
    assert done.forgotten == ()
    assert await places(again) == set(PLACES)
    await again.close()
    ended, made, other = done.choices
    assert ended[0] == "There again, though ended since the backup"
    assert len(ended[1]) == len(PLACES) - 1
    assert EVERYTHING.format("C222BBB") in ended[1]
    assert made == ("Gone, for they were made since the backup", (EVERYTHING.format("C888"),))
    assert other == ("As in the backup, too", ("muted words",))


async def test_a_subscription_that_was_given_another_time_is_named(tmp_path: Path) -> None:
    store = await kept(tmp_path)
    with closing(sqlite3.connect(tmp_path / "x.db")) as db, db:
        db.execute("UPDATE subscriptions SET every = 'daily 09:00' WHERE channel = 'C222BBB'")
    done, again = await put_back(tmp_path, store)
    await again.close()
    assert done.choices == (("As they were then, though changed since", (EVERYTHING.format("C222BBB"),)),)


@pytest.mark.parametrize("what", ["begun anew", "of before the backup", "damaged", "not there"])
async def test_of_a_file_that_is_no_later_state_of_the_backup_it_does_not_follow_who_was_forgotten(
    tmp_path: Path, what: str
) -> None:
    path = tmp_path / "x.db"
    if what == "of before the backup":
        await (await Sqlite.open(path)).close()
        backups.make(path, tmp_path / "before.db")
    await (await kept(tmp_path)).close()
    path.unlink()
    match what:
        case "begun anew":
            begun = await Sqlite.open(path)
            await begun.subscribe(Subscription(Channel("slack", "T111AAA", "C888"), "everything", OTHER, NOW))
            await begun.close()
        case "of before the backup":
            (tmp_path / "before.db").rename(path)
        case "damaged":
            path.write_bytes(b"\xff" * 50_000)
    done = backups.restore(tmp_path / "copy.db", path, NOW)
    assert done.forgotten == ()
    if what == "begun anew":
        assert done.choices == (("Gone, for they were made since the backup", (EVERYTHING.format("C888"),)),)
    again = await Sqlite.open(path)
    assert await places(again) == set(PLACES)
    await again.close()


async def test_nor_of_one_over_which_an_older_backup_was_put_since(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    await (await Sqlite.open(path)).close()
    backups.make(path, tmp_path / "older.db")
    store = await peopled(path)
    backups.make(path, tmp_path / "copy.db")
    await store.close()
    backups.restore(tmp_path / "older.db", path, NOW)
    store = await Sqlite.open(path)
    assert TWO not in await places(store)
    done, again = await put_back(tmp_path, store)
    assert done.forgotten == ()
    assert await places(again) == set(PLACES)
    await again.close()
