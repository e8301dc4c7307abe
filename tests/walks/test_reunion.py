"""A report that shows two stories to be one event: no alert twice, and what was posted says where it belongs."""

from pathlib import Path

from tests.walks.world import SLACK, World, world

FINE = (
    "Commission fines Examplar 15 million euros under the EU AI Act",
    "The European Commission fined Examplar for hiding risk assessments of its chatbot.",
)
OTHER_WORDS = (
    "First penalty of Europe's AI law goes to a chatbot firm",
    "Brussels said on Tuesday that risk files of the Examplar chatbot were kept from its inspectors.",
)
BOTH = (
    "Europe's AI law draws first penalty: Commission fines Examplar 15 million euros over chatbot risk files",
    "The European Commission fined Examplar on Tuesday for keeping risk files of its chatbot from inspectors, "
    "the first penalty under the EU AI Act.",
)


async def listens(made: World) -> None:
    """A channel that hears everything from three feeds."""
    for name in ("one", "two", "three"):
        made.has_feed(name)
    await made.subscribes(SLACK)
    await made.turns()


async def test_two_alerts_stay_and_the_later_says_of_which_story_it_is_part(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await listens(made)
        for name, news in (("one", FINE), ("two", OTHER_WORDS)):
            made.publishes(name, news)
            await made.turns()
        made.publishes("three", BOTH)
        _, sent = await made.turns()
        first, second = made.slack.channel("C1").messages
        assert sent == []
        assert [first.edits, second.edits] == [1, 1]
        assert "The same event as story 1" in str(second)
        assert "became part of story 1" in await made.says("why 2")


async def test_after_an_editor_took_them_apart_no_later_report_puts_them_together(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made)
        for name, news in (("one", FINE), ("two", OTHER_WORDS), ("three", BOTH)):
            made.publishes(name, news)
        await made.turns()
        assert "story 2 now" in await made.says("story split 1 2")
        made.publishes("two", BOTH)
        await made.turns()
        assert "part of" not in await made.says("story 2")
