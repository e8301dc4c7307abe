"""The desk over a real store: what a person types, and what they read."""

from pathlib import Path

from bot import pipeline
from bot.model import Channel
from tests.walks.world import NEWS, SLACK, world

OTHER_CHANNEL = Channel("slack", "T1", "C2")


async def test_a_backfill_before_a_story_is_briefed_costs_no_other_channel_its_alert(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.slack.channel("C2")
        made.has_feed("one")
        await made.subscribes(OTHER_CHANNEL, "everything")
        await made.turns()
        made.publishes("one", NEWS[0])
        async with made.opens() as running:
            await pipeline._hear_all(running.room, everything=True)
            await pipeline._file_all(running.room)
        assert "On their way here" in await made.says("subscribe everything backfill:1", SLACK)
        await made.turns()
        assert [len(made.slack.channel(name).messages) for name in ("C1", "C2")] == [1, 1]
