"""A backup that is put back knows nothing of what was told since: nothing of it is told again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot import pipeline
from bot.pipeline import polling
from bot.store import backups
from tests.standins.slack_seen import Message
from tests.walks.test_cli import runs
from tests.walks.test_corrections import serves
from tests.walks.world import NEWS, SLACK, World, world

SIGNED, REPORTED = NEWS[1], ("California governor signs frontier AI safety reporting bill into law", NEWS[1][1])
"""One event, as two outlets tell it."""


@asynccontextmanager
async def listening(folder: Path) -> AsyncIterator[World]:
    """To two outlets, for a channel that asked for everything."""
    async with world(folder, slack=True) as made:
        made.has_feed("one")
        made.has_feed("two")
        await made.subscribes(SLACK)
        await made.turns()
        yield made


async def backed_up(made: World) -> None:
    assert (await runs(made, "backup", str(made.folder / "copy.db")))[0] == 0


async def restored(made: World) -> None:
    code, _, err = await runs(made, "restore", str(made.folder / "copy.db"))
    assert code == 0, err
    await made.turns()


def posted(made: World) -> list[Message]:
    assert made.slack
    return made.slack.channel("C1").messages


async def test_an_event_told_since_the_backup_is_not_told_again_with_another_outlet_s_report(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await made.turns()
        await restored(made)
        made.publishes("two", REPORTED)
        await made.turns()
        assert len(posted(made)) == 1
        assert "it may have been told before a backup was put back" in await made.says(
            f"why {made.documents['one'][0].link}", SLACK
        )
        made.publishes("two", NEWS[2])
        await made.turns()
        assert len(posted(made)) == 2, "other news are told"


async def test_nor_is_one_that_the_backup_had_heard_and_not_told_yet(tmp_path: Path) -> None:
    """Of one it had no story, of the other no brief."""
    async with listening(tmp_path) as made:
        made.publishes("one", SIGNED)
        async with made.opens() as running:
            await polling.hear_all(running.room, everything=True)
            await pipeline._file_all(running.room)
            made.publishes("one", NEWS[2])
            await polling.hear_all(running.room, everything=True)
        await backed_up(made)
        await made.turns()
        assert len(posted(made)) == 2
        await restored(made)
        made.publishes("two", REPORTED, NEWS[2])
        await made.turns()
        assert len(posted(made)) == 2


async def test_an_editor_can_have_told_what_may_have_been_told_before(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await backed_up(made)
        made.publishes("one", SIGNED)
        await restored(made)
        assert not posted(made)
        await made.says(f"story tell {backups.FURTHER_ON + 1}")
        await made.turns()
        (message,) = posted(made)
        assert SIGNED[0] in message.text


async def test_a_correction_told_since_the_backup_is_in_the_alert_again_and_has_no_second_note(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        made.publishes("one", NEWS[0])
        await made.turns()
        await backed_up(made)
        serves(made, "15 million", "35 million")
        await made.turns()
        assert len(posted(made)) == 2
        await restored(made)
        alert, _ = posted(made)
        assert alert.edits == 2, "once before it, and once by what knows nothing of that"
        assert "35 million" in str(alert)
        serves(made, "15 December 2026", "20 December 2026")
        await made.turns()
        assert len(posted(made)) == 3, "what is corrected later has its note"
