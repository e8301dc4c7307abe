"""core.audience, core.routing: which channels hear a story, and because of which words."""

import re
from dataclasses import replace
from itertools import count

import pytest

from bot.core import audience
from bot.core import report as report_lines
from bot.core.relevance import judge
from bot.core.routing import Router
from bot.errors import UserError
from bot.model import Alert, Channel, Story, Subscription
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

ONE, TWO = Channel("slack", "T1", "C1"), Channel("discord", "G1", "D1")
FINE = report(
    "Commission fines Examplar under the EU AI Act", "The chatbot maker hid its risk assessments. An opinion follows."
)
NUMBERS = count(1)
STORY = Story((FINE,), judge(FINE, FEED, SHIPPED), NOW, id=1)


def asks(channel: Channel, query: str, *mutes: str) -> Subscription:
    return Subscription(channel, query, "U1", NOW, next(NUMBERS), mutes)


def alerts(story: Story, *subscriptions: Subscription) -> tuple[Alert, ...]:
    return Router.of(subscriptions).alerts(story, SHIPPED)


def because(*subscriptions: Subscription) -> dict[str, tuple[str, ...]]:
    return {alert.channel.id: alert.because for alert in alerts(STORY, *subscriptions)}


def test_a_channel_hears_once_because_of_all_its_words() -> None:
    assert because(asks(ONE, "everything"), asks(ONE, '"eu ai act"'), asks(ONE, "chatbot"), asks(TWO, "zebra")) == {
        "C1": ("EU AI Act", "chatbot")
    }


def test_who_asked_for_everything_hears_everything() -> None:
    assert because(asks(TWO, "everything")) == {"D1": ("everything",)}


def test_an_excluded_or_muted_word_silences() -> None:
    assert because(asks(ONE, "chatbot -opinion"), asks(TWO, "everything", "chatbot")) == {}


def test_a_story_is_found_by_the_names_of_its_tags() -> None:
    assert because(asks(ONE, '"European Union"')) == {"C1": ("European Union",)}


def test_a_story_that_is_not_relevant_goes_nowhere() -> None:
    library = report("Library opens", "Borrowing is free.")
    story = Story((library,), judge(library, FEED, SHIPPED), NOW, id=2)
    assert alerts(story, asks(ONE, "everything")) == ()


def test_a_story_only_near_ai_regulation_goes_to_those_who_asked_for_such() -> None:
    near = replace(STORY, verdict=replace(STORY.verdict, label="adjacent"))
    asked = (asks(ONE, "everything"), asks(TWO, "commission include:adjacent"))
    assert [alert.channel for alert in alerts(near, *asked)] == [TWO]
    assert audience.asked_for(near, asked)
    assert not audience.asked_for(near, (asks(ONE, "everything"), asks(ONE, "((")))


def test_a_story_is_found_by_its_tags() -> None:
    verdict = replace(
        STORY.verdict, jurisdictions=("EU-IT",), stage="enforced", type="enforcement", topics=("chatbots",)
    )
    story = replace(STORY, verdict=verdict)
    for field in (
        "jurisdiction:eu", "jurisdiction:eu-it", "stage:enforced", "type:enforcement", "topic:chatbots",
        "instrument:eu-ai-act", "certainty:reported", "tier:press", "importance:low",
    ):  # fmt: skip
        assert alerts(story, asks(ONE, field))[0].because == (field,)
    assert alerts(story, asks(ONE, "jurisdiction:us"), asks(TWO, "tier:primary")) == ()


def test_a_place_is_asked_for_by_code_or_name() -> None:
    story = replace(STORY, verdict=replace(STORY.verdict, jurisdictions=("US-CA",)))
    for field in ("jurisdiction:us-ca", "jurisdiction:California", "jurisdiction:us"):
        audience.asked(field, SHIPPED)
        assert alerts(story, asks(ONE, field))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("stage:singed", "Unknown stage “singed” at character 7: did you mean stage:signed (Signed/adopted"),
        ("stage:adoptd", "Unknown stage “adoptd” at character 7: did you mean stage:signed (Signed/adopted"),
        ("stage:vetoed,adopted", "Unknown stage “adopted” at character 14: did you mean stage:signed"),
        ("ai -(type:bil OR fine)", "Unknown type “bil” at character 11: did you mean type:bill?"),
        ("topic:copywrite", "Unknown topic “copywrite” at character 7: did you mean topic:copyright?"),
        ("jurisdiction:californai", "did you mean jurisdiction:us-ca (California)?"),
        ("jurisdiction:Brussels", "did you mean jurisdiction:eu (European Union)?"),
        ("instrument:eu-ai-akt", "Unknown instrument “eu-ai-akt” at character 12: did you mean instrument:eu-ai-act"),
        ("stage:zzzzzz", "Unknown stage “zzzzzz” at character 7. There are: amended, applied"),
        ("jurisdiction:europe", "did you mean jurisdiction:eu (European Union)?"),
        ("jurisdiction:Holland", "did you mean jurisdiction:eu-nl (Netherlands)?"),
        ("stage:law", "did you mean stage:signed (Signed/adopted"),
        ("stage:passed", "did you mean stage:passed_legislature (Both chambers"),
        ("topic:kids", "did you mean topic:children (Children and teens)?"),
        ('topic:"zzz zzz"', "Unknown topic “zzz zzz” at character 8. There are:"),
    ],
)
def test_a_tag_that_no_story_could_have_is_named_with_its_nearest(typed: str, told: str) -> None:
    with pytest.raises(UserError, match=re.escape(told)):
        audience.asked(typed, SHIPPED)


def test_a_phrase_does_not_reach_from_one_text_into_the_next() -> None:
    assert because(asks(ONE, '"follows the example"'), asks(TWO, '"opinion follows"')) == {"D1": ("opinion follows",)}


def test_a_muted_phrase_silences_in_any_spelling() -> None:
    assert because(asks(ONE, "everything", "eu “ai” acts"), asks(TWO, "everything", "eu ai office")) == {
        "D1": ("everything",)
    }


def test_a_subscription_nobody_can_read_any_more_silences_no_other() -> None:
    assert because(asks(ONE, "(("), asks(ONE, "chatbot")) == {"C1": ("chatbot",)}


def test_the_words_given_as_reason_are_few_and_distinct() -> None:
    queries = ("commission", "COMMISSION", "fine", "examplar", "act", "chatbot", "maker", "risk", "everything")
    assert because(*(asks(ONE, one) for one in queries)) == {
        "C1": ("Commission", "fines", "Examplar", "Act", "chatbot")
    }


@pytest.mark.parametrize(
    ("kind", "stage", "hears"),
    [
        ("statute", "signed", True),
        ("litigation", "decided", True),
        ("", "delayed", True),
        ("statute", "", False),
        ("statute", "rumoured", False),
        ("position", "introduced", False),
    ],
)
def test_a_subscription_to_changes_of_stage_hears_only_of_moves(kind: str, stage: str, hears: bool) -> None:
    story = replace(STORY, verdict=replace(STORY.verdict, type=kind, stage=stage))
    moves = replace(asks(ONE, "chatbot"), stages_only=True)
    heard = alerts(story, moves, asks(TWO, "chatbot"))
    assert [alert.channel for alert in heard] == ([ONE, TWO] if hears else [TWO])
    assert bool(audience.heard(moves, audience.text_of(story, SHIPPED))) is hears
    assert ("changes of stage only" in report_lines.verdict_of(moves, audience.text_of(story, SHIPPED))) is not hears


def test_an_alert_names_every_subscription_of_its_channel_that_asks_for_the_story() -> None:
    one, other, third = asks(ONE, "chatbot"), asks(ONE, "zebra"), asks(ONE, "commission")
    (alert,) = alerts(STORY, one, other, third)
    assert alert.subscriptions == (one.id, third.id)
