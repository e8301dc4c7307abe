"""An *Undo* pressed before and, once a backup was put back, again: what it brought back the first time is not told twice."""

from pathlib import Path

from bot.model import Caller
from tests.walks.test_restored import SIGNED, backed_up, listening, posted, restored
from tests.walks.world import NEWS, SLACK, World

EDITOR = Caller(SLACK, "tester", "admin", operator=True)


async def undo_of(made: World, line: str) -> str:
    """It is done; the line of the button that undoes it."""
    async with made.opens() as running:
        reply = await running.desk.answer(line, EDITOR)
    (undo,) = [button.line for button in reply.buttons if button.label == "Undo"]
    return undo


async def test_what_waited_for_a_subscription_is_not_told_twice(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await made.says("edit 1 every:weekly mon 09:00", SLACK)
        made.publishes("one", SIGNED)
        await made.turns()
        undo = await undo_of(made, "unsubscribe 1")
        await backed_up(made)
        await made.says(undo, SLACK)
        await made.says("edit 1 every:now", SLACK)
        await made.turns()
        assert len(posted(made)) == 1
        await restored(made)
        said = await made.says(undo, SLACK)
        assert "1 story, does not come" in said
        await made.says("edit 1 every:now", SLACK)
        await made.turns()
        assert len(posted(made)) == 1


async def test_what_waited_of_merged_stories_is_not_told_twice(tmp_path: Path) -> None:
    async with listening(tmp_path) as made:
        await made.says("edit 1 every:weekly mon 09:00", SLACK)
        made.publishes("one", SIGNED, NEWS[2])
        await made.turns()
        undo = await undo_of(made, "story merge 1 2")
        await backed_up(made)
        await made.says(undo)
        await made.says("edit 1 every:now", SLACK)
        await made.turns()
        assert len(posted(made)) == 2
        await restored(made)
        await made.says(undo)
        await made.says("edit 1 every:now", SLACK)
        await made.turns()
        assert sum(NEWS[2][0] in str(message) for message in posted(made)) == 1
