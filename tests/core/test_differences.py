"""core.differences and core.context: what reports dispute, and what our register knew."""

from dataclasses import replace
from datetime import date

import pytest

from bot.core import brief as briefs
from bot.core import cards, context, differences
from bot.core.relevance import judge
from bot.model import Difference, Story, Verdict
from tests.core.vocabulary import FEED, NOW, SHIPPED, report

TITLE = "Authority fines Alpha over its chatbot"


def disputed(one: str, other: str, *, outlet: str = "Other") -> tuple[Difference, ...]:
    return differences.between((report(TITLE, one), report(TITLE, other, number=2, outlet=outlet)))


@pytest.mark.parametrize(
    ("what", "one", "other"),
    [
        ("number", "The authority fined the chatbot maker Alpha 2 million euros.", "The authority fined chatbot maker Alpha 3 million euros."),
        ("date", "The rules for chatbot makers apply from 2 August 2027.", "The rules apply to chatbot makers from 2 December 2027."),
        ("stage", "The upper chamber passed the chatbot bill of Senator Roe.", "The upper chamber rejected the chatbot bill of Senator Roe."),
    ],
)  # fmt: skip
def test_two_outlets_that_disagree_are_both_shown(what: str, one: str, other: str) -> None:
    (found,) = disputed(one, other)
    assert (found.what, found.one.text, found.other.text, found.outlets) == (what, one, other, ("The Example", "Other"))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The authority fined the maker Alpha €2m on Monday.", "The authority fined the maker Alpha 2 million euros."),
        ("The rules for chatbots apply from 2 August.", "The rules for chatbots apply from August 2, 2027."),
        ("The authority fined the maker Alpha 2 million euros.", "A court in Harbourtown freed 3 sailors on Monday."),
        ("The authority fined Alpha 2 million euros.", "The authority fined Alpha 3 million euros. Alpha paid 2 million euros."),
    ],
)  # fmt: skip
def test_reports_that_say_the_same_in_other_words_or_speak_of_other_things_do_not_differ(one: str, other: str) -> None:
    assert disputed(one, other) == ()


def test_an_outlet_does_not_contradict_itself() -> None:
    one, other = (
        "The authority fined the maker Alpha 2 million euros.",
        "The authority fined the maker Alpha 3 million euros.",
    )
    assert disputed(one, other, outlet="The Example") == ()


def test_the_alert_shows_what_is_disputed_with_who_says_what() -> None:
    entries = (
        report(TITLE, "The authority fined the chatbot maker Alpha 2 million euros."),
        report(TITLE, "The authority fined chatbot maker Alpha 3 million euros.", number=2, outlet="Other"),
    )
    story = Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=1)
    brief = briefs.checked(briefs.frame(story, SHIPPED, NOW, writer="extract", disclosure="d"), story)
    ((heading, text),) = cards.alert(brief, SHIPPED).sections
    assert heading == "Reports differ on the number"
    assert text == (
        "The Example: “The authority fined the chatbot maker Alpha 2 million euros.” "
        "Other: “The authority fined chatbot maker Alpha 3 million euros.”"
    )


def test_a_dispute_whose_words_are_not_in_the_reports_is_dropped() -> None:
    entries = (
        report(TITLE, "The authority fined the chatbot maker Alpha 2 million euros."),
        report(TITLE, "The authority fined chatbot maker Alpha 3 million euros.", number=2, outlet="Other"),
    )
    story = Story(entries, judge(entries[0], FEED, SHIPPED), NOW, id=1)
    brief = briefs.frame(story, SHIPPED, NOW, writer="extract", disclosure="d")
    (found,) = brief.differences
    forged = replace(found, other=replace(found.other, text=found.other.text.replace("3", "4")))
    assert briefs.checked(replace(brief, differences=(forged,)), story).differences == ()


# Our register


def test_a_context_line_is_dated_sourced_and_said_to_be_ours() -> None:
    verdict = Verdict("positive", 1.0, (), instruments=("eu-ai-act",))
    (line,) = context.lines(verdict, SHIPPED, date(2026, 11, 24))
    assert line.startswith("Our register, as of 7 October 2026: EU Artificial Intelligence Act")
    assert "In force 1 August 2024;" in line
    assert "2024-08-01" not in line
    assert "Next: 2 December 2026," in line
    assert line.endswith("Source: https://publications.europa.eu/resource/celex/32024R1689")


def test_an_instrument_without_a_source_gives_no_context() -> None:
    act = SHIPPED.instruments["eu-ai-act"]
    unsourced = replace(SHIPPED, instruments={"eu-ai-act": replace(act, url="")})
    assert context.lines(Verdict("positive", 1.0, (), instruments=("eu-ai-act",)), unsourced, date(2026, 11, 24)) == ()


def test_every_context_line_of_the_shipped_register_can_be_read() -> None:
    for name in SHIPPED.instruments:
        for line in context.lines(Verdict("positive", 1.0, (), instruments=(name,)), SHIPPED, date(2026, 11, 24)):
            assert len(line) < 700
            assert "CHECK" not in line
            assert "seed" not in line.lower().split()
