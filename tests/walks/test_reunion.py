"""A report that shows two stories to be one event: no alert twice, and what was posted says where it belongs."""

from itertools import cycle
from pathlib import Path

import pytest

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


ALIKE = (
    (
        "{state} governor signs bill requiring safety reports from frontier AI developers",
        "The governor of {state} signed a bill on Monday that requires developers of frontier AI models to publish safety "
        "reports. Developers must report critical safety incidents to the state within 15 days.",
    ),
    (
        "{state} attorney general sues AI companion chatbot maker",
        "The {state} attorney general sued a maker of AI companion chatbots on Monday over harm to minors.",
    ),
    ("{state} lawmakers pass bill banning AI deepfakes in elections", ""),
)
STATES = ("Washington", "Texas", "Georgia", "Utah")
"""Two of them are the names of something else, too."""


@pytest.mark.parametrize("outlets", [("one",), ("one", "two", "three")], ids=["one outlet", "three outlets"])
@pytest.mark.parametrize(("title", "text"), ALIKE, ids=["governors", "attorneys", "headlines alone"])
async def test_what_several_states_did_alike_on_one_morning_is_told_of_each(
    tmp_path: Path, title: str, text: str, outlets: tuple[str, ...]
) -> None:
    async with world(tmp_path, slack=True) as made:
        await listens(made)
        for state, outlet in zip(STATES, cycle(outlets), strict=False):
            made.publishes(outlet, (title.format(state=state), text.format(state=state)))
        _, sent = await made.turns()
        assert sorted(headline.split()[0] for _, headline in sent) == sorted(STATES)
