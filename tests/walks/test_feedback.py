"""What people say of a story: kept, counted, shown, and answered with a narrower query they may apply."""

import pytest

from bot.commands.desk import WENT_WRONG
from bot.model import Feedback
from tests.core.vocabulary import NOW
from tests.walks.test_commands import ELSEWHERE, FINE, HERE, ORDERS, SIGNED, Office, office

__all__ = ["office"]
"""The fixture of the desk's own tests."""

OPINION = (
    "Opinion: frontier AI developers should welcome the new AI safety law",
    "I argue that lawmakers in California were right to regulate artificial intelligence. I urge them to go on.",
)


async def told(office: Office, query: str = "everything") -> None:
    """Three stories, sent here because of the query."""
    await office.says(f"save {query}")
    await office.hears(FINE, SIGNED, ORDERS)
    await office.turns()
    await office.sends()


async def story_about(office: Office, word: str) -> int:
    found = await office.store.latest(10)
    return next(story.id for story in found if word in story.headline)


async def test_relevant_is_kept_and_shown_by_why(office: Office) -> None:
    await told(office)
    assert (await office.says("feedback 1 relevant")).startswith("Noted: story 1 is for this channel.")
    assert await office.store.feedback(HERE, story=1) == (Feedback(1, HERE, "U1", "relevant", NOW),)
    assert "People here said: 1 × relevant" in (await office.says("why 1")).splitlines()
    assert "People here said" not in await office.says("why 2")
    assert "People here said" not in await office.says("why 1", ELSEWHERE)


async def test_not_for_us_asks_why_not_and_offers_to_mute_the_word(office: Office) -> None:
    await told(office, "governor OR investigation")
    number = await story_about(office, "Governor")
    reply = await office.asks(f"feedback {number}")
    assert reply.private
    assert [(button.label, button.line) for button in reply.buttons] == [
        ("Wrong jurisdiction", f"feedback {number} jurisdiction"),
        ("Only commentary", f"feedback {number} commentary"),
        ("Wrong topic", f"feedback {number} topic"),
        ("Mute “Governor”", 'mute "Governor"'),
    ]
    await office.asks(reply.buttons[0].line)
    (said,) = await office.store.feedback(HERE, story=number)
    assert said.opinion == "jurisdiction"


async def test_a_wrong_jurisdiction_proposes_a_query_without_it_and_applies_it_on_a_click(office: Office) -> None:
    await told(office)
    number = await story_about(office, "Governor")
    reply = await office.asks(f"feedback {number} jurisdiction")
    assert (
        "Number 1, everything → everything -jurisdiction:us-ca: in the last 30 days it would have sent 2 of 3 stories, "
        "and not this one." in reply.text
    )
    ((button,),) = (reply.buttons,)
    assert button.line == "edit 1 everything -jurisdiction:us-ca"
    applied = await office.asks(button.line)
    assert "Ada changed subscription 1: words: everything → everything -jurisdiction:us-ca" in applied.text
    assert "does not match (left out because of jurisdiction:us-ca)" in await office.says(f"why {number}")
    await office.asks(applied.buttons[0].line)
    assert [one.query for one in await office.store.subscriptions(HERE)] == ["everything"]


async def test_a_wrong_topic_leaves_a_topic_of_the_story_out(office: Office) -> None:
    await told(office, "chatbot OR chatbots name:bots every:hourly")
    number = await story_about(office, "FTC")
    story = await office.store.story(number)
    assert story
    reply = await office.asks(f"feedback {number} topic")
    proposed = reply.buttons[0].line.removeprefix("edit 1 ")
    topic = proposed.removeprefix("(chatbot OR chatbots) -topic:")
    assert topic in story.verdict.topics
    await office.asks(reply.buttons[0].line)
    (one,) = await office.store.subscriptions(HERE)
    assert (one.query, one.name, one.every) == (proposed, "bots", "hourly")


async def test_commentary_is_left_out_by_what_marks_it(office: Office) -> None:
    await office.says("save everything")
    await office.hears(OPINION)
    await office.turns()
    reply = await office.asks("feedback 1 commentary")
    assert "and not this one" in reply.text
    await office.asks(reply.buttons[0].line)
    assert "does not match" in await office.says("why 1")


async def test_each_matching_subscription_gets_its_own_proposal(office: Office) -> None:
    await told(office, "governor")
    await office.says("save developers")
    await office.says("save zebra")
    number = await story_about(office, "Governor")
    reply = await office.asks(f"feedback {number} jurisdiction")
    assert [button.label for button in reply.buttons] == ["Apply to 1", "Apply to 2"]
    await office.says("unsubscribe 1")
    await office.says("unsubscribe 2")
    assert "so there is nothing to narrow" in await office.says(f"feedback {number} jurisdiction")


async def test_what_was_said_lately_is_counted_once_a_person_and_story(office: Office) -> None:
    await told(office)
    assert (await office.says("feedback")).startswith("Nobody here has said anything")
    for line in ("feedback 1 topic", "feedback 1 relevant", "feedback 2 commentary"):
        await office.says(line)
    assert await office.says("feedback") == (
        "People here said: 1 × relevant, 1 × only commentary, of 2 stories in the last 30 days."
    )


@pytest.mark.parametrize("verdict", ["", "relevant", "jurisdiction", "commentary", "topic"])
async def test_feedback_is_everybody_s_and_changes_nothing_by_itself(office: Office, verdict: str) -> None:
    await told(office)
    before = await office.store.subscriptions()
    assert await office.says(f"feedback 1 {verdict}".strip(), may_manage=False) != WENT_WRONG
    assert await office.store.subscriptions() == before
    assert len(await office.store.feedback(HERE)) == 1


async def test_what_was_said_of_a_merged_story_is_said_of_what_it_became(office: Office) -> None:
    await told(office)
    await office.says("feedback 2 relevant")
    await office.edits("story merge 1 2")
    assert "People here said: 1 × relevant" in await office.says("why 1")
