"""core.related: earlier events about one instrument, linked and never merged."""

from dataclasses import replace
from datetime import timedelta

from bot.core import cards, related
from bot.model import Earlier, Story, Verdict
from tests.core.test_cards import BRIEF
from tests.core.vocabulary import NOW, SHIPPED, report


def story(number: int, days_ago: float, *instruments: str, stage: str = "", title: str = "") -> Story:
    entry = report(title or f"Event number {number}", number=number, hours=24 * days_ago)
    return Story((entry,), Verdict("positive", 1.0, (), ("EU",), instruments, stage=stage), NOW, id=number)


def numbers(found: tuple[Earlier, ...]) -> list[int]:
    return [one.story for one in found]


def test_the_latest_of_what_came_before_stand_beside_a_story_newest_first() -> None:
    past = [story(number, 20 - number, "eu-ai-act") for number in range(1, 8)]
    found = related.earlier(story(9, 0, "eu-ai-act"), tuple(past), SHIPPED)
    assert numbers(found) == [7, 6, 5]
    assert found[0] == Earlier(7, "Event number 7", NOW - timedelta(days=13), "EU AI Act")


def test_neither_the_story_itself_nor_what_came_later_or_is_about_something_else() -> None:
    now = story(9, 5, "eu-ai-act")
    later, other = story(8, 1, "eu-ai-act"), story(7, 9, "us-eo-14110")
    assert related.earlier(now, (now, later, other), SHIPPED) == ()


def test_a_timeline_is_about_one_instrument() -> None:
    past = (story(1, 9, "us-eo-14110"), story(2, 8, "eu-ai-act"), story(3, 7, "us-eo-14110"))
    found = related.earlier(story(9, 0, "eu-ai-act", "us-eo-14110"), past, SHIPPED)
    assert numbers(found) == [3, 1]
    assert {one.about for one in found} == {"Executive Order 14110"}


def test_an_event_of_which_no_report_stands_is_none_that_came_before() -> None:
    false, half = story(1, 3, "eu-ai-act"), story(2, 4, "eu-ai-act")
    taken_back = replace(false.entries[0], amended="retracted")
    false = replace(false, entries=(taken_back,))
    half = replace(half, entries=(*half.entries, replace(taken_back, id=3)))
    assert numbers(related.earlier(story(9, 0, "eu-ai-act"), (false, half), SHIPPED)) == [2]


def test_a_body_is_no_instrument_two_acts_of_it_are_no_timeline() -> None:
    body = next(one.id for one in SHIPPED.instruments.values() if one.type == "institution")
    now = story(9, 0, body)
    assert related.instruments(now, SHIPPED) == ()
    assert related.earlier(now, (story(1, 3, body),), SHIPPED) == ()


def test_an_instrument_the_registry_no_longer_has_relates_nothing() -> None:
    assert related.earlier(story(9, 0, "gone-act"), (story(1, 3, "gone-act"),), SHIPPED) == ()


def test_what_changed_is_said_where_both_stages_are_known() -> None:
    before = story(1, 3, "eu-ai-act", stage="delayed")
    assert related.earlier(story(9, 0, "eu-ai-act", stage="in_force"), (before,), SHIPPED)[0].change == (
        "delayed → in force"
    )
    for stage in ("delayed", ""):
        assert related.earlier(story(9, 0, "eu-ai-act", stage=stage), (before,), SHIPPED)[0].change == ""


def test_an_alert_and_a_story_s_card_show_them_as_a_timeline() -> None:
    past = related.earlier(
        story(9, 0, "eu-ai-act", stage="signed"), (story(1, 21, "eu-ai-act", stage="delayed"),), SHIPPED
    )
    lines = ("Earlier on EU AI Act: delayed → signed", "3 Nov 2026: Event number 1 (story 1)")
    assert cards.story(BRIEF, story(12, 0, "eu-ai-act"), SHIPPED, past).earlier == lines
    assert cards.alert(replace(BRIEF, earlier=past), SHIPPED).earlier == lines
    assert cards.alert(BRIEF, SHIPPED).earlier == ()
