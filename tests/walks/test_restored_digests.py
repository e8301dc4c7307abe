"""A backup put back while alerts waited for their hour: what was told since is not told again, and nothing is lost."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app
from bot.model import Caller
from bot.store import backups
from bot.store.sqlite import Sqlite
from tests.edges.stored import EVERYWHERE, LEASE
from tests.walks.test_quiet_hours_and_digests import HOUR, LOW, PLATFORMS, Days, days

KNOWN = pytest.mark.parametrize("known", [True, False])


async def waiting(made: Days, stories: int = 3) -> Path:
    """Alerts that wait for the digest of the morning two days ago, and the backup of that moment."""
    made.now = datetime.now(UTC) - 48 * HOUR  # stand-ins date messages by the real clock, and are asked for them
    await made.begins("daily 09:00")
    await made.hears(*[LOW] * stories)
    return backed_up(made)


def backed_up(made: Days) -> Path:
    backup = made.made.folder / "copy.db"
    backups.make(made.made.database, backup)
    return backup


async def told(made: Days) -> None:
    made.now = datetime.now(UTC)
    await made.flushes()
    assert made.everything_once


async def put_back(made: Days, backup: Path, *, known: bool) -> None:
    """`known`: whether the file that is replaced is there, which knows what was told."""
    if not known:
        made.made.database.unlink()
    backups.restore(backup, made.made.database, made.now)
    for _ in range(3):
        made.now += HOUR
        await made.flushes()


@PLATFORMS
@KNOWN
async def test_what_a_digest_told_since_the_backup_is_not_told_again(
    tmp_path: Path, platform: str, *, known: bool
) -> None:
    async with days(tmp_path, platform) as made:
        backup = await waiting(made)
        await told(made)
        before = len(made.messages)
        await put_back(made, backup, known=known)
        assert made.everything_once
        assert len(made.messages) == before


@PLATFORMS
@KNOWN
async def test_what_was_told_one_by_one_since_the_backup_is_not_told_again(
    tmp_path: Path, platform: str, *, known: bool
) -> None:
    async with days(tmp_path, platform) as made:
        backup = await waiting(made, stories=2)
        await told(made)
        await put_back(made, backup, known=known)
        assert made.everything_once


@PLATFORMS
@KNOWN
async def test_what_was_due_and_never_told_is_told_once(tmp_path: Path, platform: str, *, known: bool) -> None:
    async with days(tmp_path, platform) as made:
        backup = await waiting(made)
        made.now = datetime.now(UTC)
        await put_back(made, backup, known=known)
        assert made.everything_once


@PLATFORMS
async def test_what_is_not_due_yet_waits_on_and_comes_as_a_digest(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        backup = await waiting(made)
        backups.restore(backup, made.made.database, made.now)
        await made.flushes()
        assert made.messages == []
        await told(made)
        assert sum("3 stories" in text for text in made.messages) == 1


@PLATFORMS
@KNOWN
@pytest.mark.parametrize("sent", [True, False])
async def test_a_digest_under_way_when_the_backup_was_made_is_looked_for(
    tmp_path: Path, platform: str, *, sent: bool, known: bool
) -> None:
    async with days(tmp_path, platform) as made:
        await waiting(made)
        made.now = datetime.now(UTC)
        store = await Sqlite.open(made.made.database)
        ((digest, _),) = await store.claim(made.now, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
        assert digest.kind == "digest"
        await store.close()
        (tmp_path / "copy.db").unlink()
        backup = backed_up(made)
        if sent:
            await made.flushes()
            assert made.everything_once
        await put_back(made, backup, known=known)
        assert made.everything_once
        assert sum("3 stories" in text for text in made.messages) == 1


@PLATFORMS
@pytest.mark.parametrize("stories", [2, 4])
async def test_what_became_one_event_and_was_told_as_one_since_the_backup_is_not_told_again(
    tmp_path: Path, platform: str, stories: int
) -> None:
    """One by one, or as a digest."""
    async with days(tmp_path, platform) as made:
        backup = await waiting(made, stories=stories)
        async with made.opens() as running:
            await running.desk.answer("story merge 1 2", Caller(app.TERMINAL, "op", "admin", operator=True))
        made.now = datetime.now(UTC)
        await made.flushes()
        before = len(made.messages)
        await put_back(made, backup, known=True)
        assert len(made.messages) == before
