"""A backup is older than its workspaces' tokens, each of which renews itself once: none is lost for that."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

from bot.model import Refused, Sent
from bot.store import backups
from tests.edges.slack_served import Served, served
from tests.standins.slack import SlackServer


@asynccontextmanager
async def put_back(folder: Path, *, lost: bool = False) -> AsyncIterator[Served]:
    """Two workspaces, a backup of ten hours before their tokens were renewed, put back; `lost`: the file since is not there."""
    db, copy = folder / "regpulse.db", folder / "copy.db"
    async with SlackServer() as slack:
        async with served(folder, slack=slack) as made:
            for team in ("T2", "T3"):
                await made.slack.installs(team, made.address)
            backups.make(db, copy)
            made.passes(timedelta(hours=11))
            for team in ("T2", "T3"):
                assert isinstance(await made.sends(team), Sent)
            assert slack.refreshed == 2
            now = made.now
        if lost:
            db.unlink()
        done = backups.restore(copy, db, now)
        assert (done.tokens, done.old_tokens) == ((0, ("Team T2", "Team T3")) if lost else (2, ()))
        async with served(folder, slack=slack) as again:
            again.now = now
            yield again


async def test_a_restored_backup_has_the_tokens_of_the_file_it_replaces(tmp_path: Path) -> None:
    async with put_back(tmp_path) as made:
        for hours in (2, 11, 11):
            made.passes(timedelta(hours=hours))
            for team in ("T2", "T3"):
                assert isinstance(await made.sends(team), Sent)
        assert await made.notices() == []


async def test_a_workspace_whose_token_is_as_old_as_the_backup_waits_until_it_is_installed_again(
    tmp_path: Path,
) -> None:
    async with put_back(tmp_path, lost=True) as made:
        assert isinstance(await made.sends("T2"), Sent), "the token in hand serves as long as it lasts"
        made.passes(timedelta(hours=2))
        for _ in range(2):
            refused = await made.sends("T2")
            assert isinstance(refused, Refused)
            assert (refused.reason, refused.closed) == (
                "the workspace's token is as old as the backup that was put back", "space"
            )  # fmt: skip
        assert len(await made.store.installations()) == 2
        (notice,) = await made.notices()
        assert notice.startswith("A Slack workspace cannot be spoken to: Team T2 (T2): its token could not be renewed")
        assert f"Install it again: http://{made.address}/slack/install" in notice
        await made.slack.installs("T2", made.address)
        assert isinstance(await made.sends("T2"), Sent)
        assert await made.notices() == ["A Slack workspace can be spoken to again: Team T2 (T2) "]


async def test_a_workspace_that_removes_the_app_after_its_token_was_renewed_is_forgotten(tmp_path: Path) -> None:
    async with put_back(tmp_path) as made:
        made.passes(timedelta(hours=11))
        assert isinstance(await made.sends("T2"), Sent)
        made.slack.revokes_token("T2")
        assert isinstance(await made.sends("T2"), Refused)
        assert [one.team for one in await made.store.installations()] == ["T3"]


async def test_a_damaged_file_gives_what_can_be_read_of_it(tmp_path: Path) -> None:
    db, copy = tmp_path / "regpulse.db", tmp_path / "copy.db"
    async with served(tmp_path) as made:
        await made.slack.installs("T2", made.address)
        backups.make(db, copy)
        made.passes(timedelta(hours=11))
        await made.sends("T2")
        renewed = await made.store.installation("T2")
    with closing(sqlite3.connect(db)) as raw:
        raw.execute("DROP TABLE pushes")
        raw.commit()
    assert backups.restore(copy, db, made.now).tokens == 1
    async with served(tmp_path) as again:
        assert await again.store.installation("T2") == renewed
