"""The keeper's commands as an operator types them, each a process of its own beside, or instead of, a running bot."""

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import pipeline
from bot.app import keeping
from bot.cli import care
from bot.model import Caller, Channel
from bot.pipeline import polling
from bot.store import backups, forgetting
from bot.store.sqlite import Sqlite
from tests.walks.test_cli import runs
from tests.walks.test_main_job import arrange, publish
from tests.walks.world import NEWS, SLACK, world


async def test_a_backup_is_made_beside_a_running_bot_and_put_back_when_it_has_stopped(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        arrange(made)
        await made.subscribes(SLACK)
        await made.turns()
        publish(made)
        async with made.opens():
            code, out, err = await runs(made, "backup", str(tmp_path / "copy.db"))
            assert code == 0, err
            assert "read through and whole" in out
            code, _, err = await runs(made, "restore", str(tmp_path / "copy.db"))
            assert code == 2
            assert re.search(
                rf"another RegPulse is running on this database: process {os.getpid()} on \S+, since ", err
            )
        await made.turns()
        assert len(made.slack.channel("C1").messages) == len(NEWS)
        await made.subscribes(Channel("slack", "T1", "C2"))
        code, out, err = await runs(made, "restore", str(tmp_path / "copy.db"))
        assert code == 0, err
        assert f"{made.database}.before-" in out
        assert "- Gone, for they were made since the backup: slack:T1:C2 “everything”.\n" in out
        await made.turns()
        assert len(made.slack.channel("C1").messages) == len(NEWS), "what was told since the backup is not told again"


async def test_what_waited_in_the_backup_and_was_sent_since_is_found_in_the_channel(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        arrange(made)
        await made.subscribes(SLACK)
        await made.turns()
        publish(made)
        async with made.opens() as running:
            await pipeline.turn(running.room, everything=True)  # a turn without its flush: all is in the outbox
        assert (await runs(made, "backup", str(tmp_path / "copy.db")))[0] == 0
        await made.turns()
        assert len(made.slack.channel("C1").messages) == len(NEWS)
        await runs(made, "restore", str(tmp_path / "copy.db"))
        await made.turns()
        assert len(made.slack.channel("C1").messages) == len(NEWS)


async def test_what_was_heard_in_the_backup_and_told_since_is_not_told_again(tmp_path: Path) -> None:
    """One is not filed yet, one has no brief."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.publishes("one", NEWS[0])
        async with made.opens() as running:
            await polling.hear_all(running.room, everything=True)
            await pipeline._file_all(running.room)
            made.publishes("one", NEWS[1])
            await polling.hear_all(running.room, everything=True)
        assert (await runs(made, "backup", str(tmp_path / "copy.db")))[0] == 0
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
        await runs(made, "restore", str(tmp_path / "copy.db"))
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
        assert NEWS[1][0] in await made.says("latest"), "it is kept for look-ups"


async def test_after_a_restore_no_story_has_the_number_of_one_that_was_told_since(tmp_path: Path) -> None:
    """The buttons below that one are still there, and the file that knew it is gone."""
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        assert (await runs(made, "backup", str(tmp_path / "copy.db")))[0] == 0
        made.publishes("one", NEWS[0])
        await made.turns()
        assert NEWS[0][0] in await made.says("story 1")
        made.database.unlink()
        await runs(made, "restore", str(tmp_path / "copy.db"))
        await made.turns()
        made.publishes("one", NEWS[2])
        await made.turns()
        assert "There is no story “1”" in await made.says("story 1")
        assert NEWS[2][0] in await made.says("latest")


async def test_without_a_file_a_backup_goes_into_the_configured_folder(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        code, out, _ = await runs(made, "backup")
        (found,) = (tmp_path / "backups").iterdir()
        assert code == 0
        assert f"regpulse restore {found} --db {made.database}\n" in out
        made.database.write_bytes(b"\xff" * 9_000)
        code, _, err = await runs(made, "once")
        assert code == 2
        assert f"regpulse restore {found}" in err
        assert (await runs(made, "restore", str(found)))[0] == 0
        assert (await runs(made, "once"))[0] == 0


async def test_backups_that_a_cron_job_makes_are_pruned_as_the_bot_s_own_are(tmp_path: Path) -> None:
    """Hourly, so that the bot's own is never due."""
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        folder, now = tmp_path / "backups", datetime.now(UTC)
        folder.mkdir()
        hourly = [backups.dated(made.database, folder, now - timedelta(hours=hours)) for hours in range(12, 0, -1)]
        backups.make(made.database, hourly[0])
        for copy in hourly[1:]:
            shutil.copyfile(hourly[0], copy)
        code, out, err = await runs(made, "backup")
        assert (code, "6 older ones are deleted, the newest 7 are kept" in out) == (0, True), err
        assert sorted(folder.iterdir())[:-1] == hourly[-6:]
        shutil.copyfile(hourly[-1], hourly[0])
        assert await keeping.backed_up(made.config().database, now) is None
        assert not hourly[0].exists(), "where another program makes them, the bot prunes them"


async def test_a_backup_elsewhere_prunes_nothing(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        folder, now = tmp_path / "backups", datetime.now(UTC)
        folder.mkdir()
        for hours in range(9):
            backups.make(made.database, backups.dated(made.database, folder, now - timedelta(hours=hours)))
        assert care._pruned(made.database, tmp_path / "copy.db", made.config().database) == ""
        assert len(os.listdir(folder)) == 9
        assert "2 older ones" in care._pruned(made.database, folder / "copy.db", made.config().database)


@pytest.mark.parametrize("empty", [True, False])
async def test_a_database_that_is_gone_is_told_at_the_start_with_its_newest_backup(
    tmp_path: Path, *, empty: bool
) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        await made.turns()
        await runs(made, "backup")
        (found,) = (tmp_path / "backups").iterdir()
        assert "backup" not in (await runs(made, "once"))[2]
        made.database.unlink()
        if empty:
            made.database.touch()
        # `doctor` makes a database where there is none; nothing is in it.
        assert "but it has backups" in " ".join((await runs(made, "doctor"))[1].split())
        wanted = f"{made.database}: is empty, but it has backups"
        code, _, err = await runs(made, "once")
        assert (code, wanted in err, f"regpulse restore {found}" in err) == (0, True, True), err


async def test_a_backup_of_nothing_over_something_or_of_a_stranger_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        code, _, err = await runs(made, "backup", str(tmp_path / "copy.db"))
        assert (code, "there is no such database" in err) == (2, True)
        await made.turns()
        (tmp_path / "copy.db").write_text("mine")
        code, _, err = await runs(made, "backup", str(tmp_path / "copy.db"))
        assert (code, "exists already" in err) == (2, True)
        code, _, err = await runs(made, "restore", str(tmp_path / "copy.db"))
        assert (code, "Nothing was changed" in err) == (2, True)
        assert (tmp_path / "copy.db").read_text() == "mine"


async def test_forgetting_says_what_it_would_delete_and_does_it_only_when_told_so(tmp_path: Path) -> None:
    async with world(tmp_path, environment={"REGPULSE_OPS_CHANNEL": "slack:T1:C9"}) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        code, out, _ = await runs(made, "forget", "slack:T1")
        assert code == 0
        assert re.search(r"1  subscriptions: deleted", out)
        assert f"regpulse forget slack:T1 --yes --db {made.database}\n" in out
        async with made.opens() as running:
            code, _, err = await runs(made, "forget", "slack:T1", "--yes")
            assert (code, "another RegPulse is running" in err) == (2, True)
            assert await running.store.subscriptions(SLACK)
        await runs(made, "backup")
        code, out, _ = await runs(made, "forget", "slack:T1", "--yes")
        assert code == 0
        assert "holds nothing about slack:T1 any more" in out
        assert "1 backup" in out
        (copy,) = (tmp_path / "backups").iterdir()
        assert f"goes on {backups.made_at(copy) + timedelta(days=7):%d %b %Y}" in out, "seven are kept, one made a day"
        assert "[ops] channel" in out
        assert "[people] editors" not in out
        assert "Messages on Slack" in out
        assert b"C1" not in made.database.read_bytes()
        assert "Nothing is held about slack:T1" in (await runs(made, "forget", "slack:T1"))[1]
        code, _, err = await runs(made, "forget", "everybody")
        assert (code, "Write slack:TEAM" in err) == (2, True)


@pytest.mark.parametrize(
    ("direct", "person", "target"),
    [(Channel("slack", "T1", "D7"), "U7", "slack:T1:U7"), (Channel("discord", "", "700"), "500600", "discord:500600")],
)
@pytest.mark.parametrize("line", ["settings model off", "settings updates off", "mute wombat"])
async def test_who_only_set_something_in_their_direct_messages_is_found_by_their_own_id(
    tmp_path: Path, direct: Channel, person: str, target: str, line: str
) -> None:
    async with world(tmp_path) as made:
        made.has_feed("one")
        async with made.opens() as running:
            assert isinstance(running.store, Sqlite)
            await running.desk.answer("latest", Caller(direct, person, "admin"))
            assert await running.store.found(forgetting.whom(target)) == (), "who only looks leaves nothing behind"
            await running.desk.answer(line, Caller(direct, person, "admin"))
            found = await running.store.found(forgetting.whom(target))
            assert {"settings", "muted words"} & {what for what, _, _ in found}
            await running.store.forget(forgetting.whom(target), datetime.now(UTC))
            assert not [one for one in await running.store.chosen() if getattr(one, "channel", None) == direct]
