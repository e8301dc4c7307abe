"""core.tags: the body that acted, the instrument, its stage and type, each read from the words that say so."""

import pytest

from bot.core.relevance import judge
from bot.model import Verdict
from tests.core.vocabulary import FEED, SHIPPED, report


def read(title: str, text: str = "") -> Verdict:
    return judge(report(title, text), FEED, SHIPPED)


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Parliament adopts position on AI liability rules", "passed_chamber"),
        ("House passes AI deepfake bill, sends it to the Senate", "passed_chamber"),
        ("Assembly and Senate both approve AI bill, sending it to governor's desk", "passed_legislature"),
        ("Lawmakers and member states reach provisional agreement on AI rules", "passed_legislature"),
        ("AI chatbot bill heads to governor's desk", "passed_legislature"),
        ("Senate committee approves AI bill", "committee"),
        ("Parliament backs changes to AI rules in committee vote", "committee"),
        ("AI bill dies in committee", "failed"),
        ("New AI law takes effect", "in_force"),
        ("Key provisions of AI law start to apply", "partially_applicable"),
        ("Agency seeks comment on AI openness", "consultation"),
        ("Commission withdraws AI liability plan", "withdrawn"),
        ("Court upholds AI hiring law", "upheld"),
        ("Judge refuses to block AI law", "upheld"),
        ("Judge strikes down AI advertising law", "struck_down"),
        ("Examplar sues state to block AI law", "challenged"),
        ("Authors sue AI firm over books", "pending"),
        ("Regulator settles with AI firm over false claims", "settled"),
        ("Regulator fines AI firm 5m euros", "enforced"),
        ("인공지능 규제 시행 1년 유예", "delayed"),
    ],
)
def test_the_stage_is_the_step_that_was_taken(title: str, stage: str) -> None:
    assert read(title).stage == stage


@pytest.mark.parametrize(
    "title",
    [
        "Ministry considering executive order on AI",
        "AI law could enter into force next year",
        "Lawmakers weigh AI ban",
        "Minister vows to ban deepfakes",
    ],
)
def test_a_plan_is_no_step(title: str) -> None:
    assert read(title).stage == "rumoured"


def test_what_was_not_done_is_no_step() -> None:
    assert read("Governor has not signed AI bill").stage == ""


def test_an_order_is_a_thing_and_orders_is_a_verb() -> None:
    assert read("The executive order on AI explained").stage == ""
    assert read("Regulator orders AI firm to delete photos").stage == "enforced"


def test_the_body_that_acted_comes_first() -> None:
    assert read("Texas attorney general sues California AI firm").jurisdictions[:2] == ("US-TX", "US-CA")
    assert read("Ofcom opens inquiry into AI deepfakes on American platform").jurisdictions[0] == "UK"


def test_a_place_inside_another_stands_alone() -> None:
    assert read("California governor signs AI bill as United States debates preemption").jurisdictions == ("US-CA",)


def test_a_source_s_own_place_counts_only_where_no_other_is_named() -> None:
    home = FEED.__class__(id="f", url="https://a.example/feed", name="F", jurisdiction="UK")
    assert judge(report("Regulator publishes AI guidance"), home, SHIPPED).jurisdictions == ("UK",)
    assert judge(report("Japan publishes AI guidance"), home, SHIPPED).jurisdictions == ("JP",)


def test_the_type_is_what_the_act_is() -> None:
    assert read("Governor signs AI bill").type == "bill"
    assert read("Regulator opens investigation into AI chatbot").type == "enforcement"
    assert read("Judge rules AI maker liable").type == "litigation"
    assert read("President signs executive order on AI").type == "executive_order"


def test_a_tag_says_what_it_stands_on() -> None:
    reasons = read("California governor signs AI bill into law").reasons
    assert "California: “California”" in reasons
    assert any(reason.startswith("Signed") and "“signs" in reason for reason in reasons)
