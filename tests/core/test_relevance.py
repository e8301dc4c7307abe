"""core.relevance and core.tags: what is AI regulation, what is it about, and why."""

import json
import time
from dataclasses import replace

import pytest

from bot.core.relevance import judge
from tests.core.vocabulary import FEED, SHARED, SHIPPED, report


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Commission fines model maker under the EU AI Act", ""),
        ("Governor signs bill on frontier AI safety reports", "Developers must report incidents to the state."),
        ("FTC opens inquiry into AI chatbots for children", "The agency ordered seven firms to answer."),
        (
            "Privacy regulator orders facial recognition firm to delete photos",
            "The watchdog found a breach of data law.",
        ),
        ("US tightens export controls on AI chips", "The Commerce Department published an interim final rule."),
        ("Bundestag berät über KI-Gesetz", "Die Bundesregierung legte die Verordnung zur künstlichen Intelligenz vor."),
        ("日本政府、生成AIのガイドラインを公表", "人工知能の規制を検討会で議論した。"),
    ],
)
def test_public_power_over_ai_is_relevant_and_says_why(title: str, text: str) -> None:
    verdict = judge(report(title, text), FEED, SHIPPED)
    assert verdict.relevant, verdict
    assert verdict.reasons


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Harbour town opens its library", "Borrowing is free."),
        ("Startup ships a faster chatbot", "The new AI assistant answers in half a second."),
        ("Parliament passes the fisheries bill", "The law sets quotas for cod. A court had ordered a review."),
        ("Bird flu: regulator orders culls", "Avian influenza was found at three farms, the ministry said."),
        (
            "Policy gradient methods for robots",
            "We train a reinforcement learning policy network with a rule-based reward.",
        ),
        ("How I use AI to write tests", "A tutorial on prompts."),
    ],
)
def test_what_is_not_public_power_over_ai_is_not(title: str, text: str) -> None:
    assert not judge(report(title, text), FEED, SHIPPED).relevant


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Agency orders cull after AI outbreak among hens", "“AI” here is avian influenza"),
        ("Air India flight: crash investigators find AI 204 black box", "“AI” here is an Air India flight"),
        ("My AI bill doubled, and here is the invoice", "“AI bill” here is an invoice"),
        ("Rock band AI Act plays second act at festival", "“AI Act” here is the stage"),
        ("Safer policies by imitation learning from AI rules", "“policies” here is reinforcement learning"),
    ],
)
def test_a_word_that_means_something_else_counts_for_nothing_and_says_so(title: str, why: str) -> None:
    verdict = judge(report(title), FEED, SHIPPED)
    assert not verdict.relevant
    assert why in verdict.reasons


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("Webinar: is your bank ready for the EU AI Act?", "event advert: “Webinar”"),
        ("We're hiring a counsel for AI regulation", "job advert: “We're hiring”"),
        ("How to use AI for your compliance policy", "how-to or list: “How to use”"),
        ("Exampler raises $40M to automate EU AI Act compliance", "funding news"),
    ],
)
def test_an_item_that_is_no_news_says_what_it_is(title: str, why: str) -> None:
    verdict = judge(report(title), FEED, SHIPPED)
    assert not verdict.relevant
    assert why in verdict.reasons


def test_who_acts_tells_a_rule_from_a_product() -> None:
    assert judge(report("Canada weighs mandatory labels for AI video"), FEED, SHIPPED).relevant
    assert not judge(report("OpenAI weighs labels for its video app"), FEED, SHIPPED).relevant


def test_a_public_body_s_own_feed_needs_less_to_be_believed() -> None:
    item = report("New report on AI in hospitals")
    agency = replace(FEED, filter="ai_term", tier="primary")
    assert judge(item, agency, SHIPPED).score > judge(item, FEED, SHIPPED).score


def test_a_feed_of_export_rules_need_not_say_ai() -> None:
    item = report(
        "Bureau revises licence policy for semiconductor exports to China", "The interim final rule covers GPUs."
    )
    controls = replace(FEED, filter="export_controls", tier="primary")
    assert judge(item, controls, SHIPPED).relevant
    assert judge(item, controls, SHIPPED).score > judge(item, replace(FEED, filter="ai_reg"), SHIPPED).score


def test_a_feed_about_ai_alone_brings_no_law_about_other_things() -> None:
    about_ai = replace(FEED, filter="reg_term")
    assert not judge(report("Parliament votes on fishing quotas"), about_ai, SHIPPED).relevant


def test_ai_inside_another_word_is_no_ai() -> None:
    verdict = judge(
        report("Maintaining railway rules: court ruling on training", "The regulator said said."), FEED, SHIPPED
    )
    assert "no word about AI" in verdict.reasons


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("Senate passes AI bill", "passed_chamber"),
        ("Governor signs AI bill into law", "signed"),
        ("Governor vetoes AI bill", "vetoed"),
        ("Judge blocks enforcement of AI law", "enjoined"),
        ("Ministry could ban AI toys", "rumoured"),
        ("President will sign AI order next week", "rumoured"),
        ("Trump delays AI order", "delayed"),
    ],
)
def test_a_stage_is_what_happened_and_a_future_verb_is_none(title: str, stage: str) -> None:
    assert judge(report(title), FEED, SHIPPED).stage == stage


def test_places_and_instruments_are_those_that_are_named() -> None:
    verdict = judge(
        report("California governor signs SB-53 on AI safety", "The state law covers frontier developers."),
        FEED,
        SHIPPED,
    )
    assert verdict.jurisdictions[0] == "US-CA"
    assert "us-ca-sb53" in verdict.instruments or any("53" in name for name in verdict.instruments)
    assert judge(report("SB 5374 on parking"), FEED, SHIPPED).instruments == ()


def test_a_weak_name_counts_only_where_its_country_is_named() -> None:
    assert not judge(
        report("New AI rules for minors on chat apps", "A regulator spoke of minors and AI."), FEED, SHIPPED
    ).instruments


def test_hostile_text_is_judged_in_no_time() -> None:
    started = time.process_time()
    judge(report("AI act " * 200_000, "a" * 1_000_000), FEED, SHIPPED)
    judge(report("\x00\x1b[31m\u202e" * 1_000, ""), FEED, SHIPPED)
    assert time.process_time() - started < 1


def labelled(name: str) -> list[dict[str, object]]:
    path = SHARED / "eval" / name
    if not path.is_file():
        pytest.skip(f"{path} is not here: the labelled data are not part of the project")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_labelled_headlines_are_told_apart_with_few_false_alarms() -> None:
    """Floors a little below what was measured: P .87 R .87; not hard .97/.95; the unselected window 1.0/1.0."""
    rows = labelled("relevance.jsonl")
    said = {
        row["id"]: judge(report(str(row["title"]), str(row["summary"] or "")), FEED, SHIPPED).relevant for row in rows
    }

    def measure(chosen: list[dict[str, object]]) -> tuple[float, float]:
        found = [row for row in chosen if said[row["id"]]]
        wanted = [row for row in chosen if row["label"] == "ai_regulation"]
        right = [row for row in found if row["label"] == "ai_regulation"]
        return len(right) / len(found), len(right) / len(wanted)

    precision, recall = measure(rows)
    assert precision >= 0.84
    assert recall >= 0.83
    precision, recall = measure([row for row in rows if not row["hard"]])
    assert precision >= 0.95
    assert recall >= 0.91
    precision, recall = measure([row for row in rows if row["stream"] == "natural-window"])
    assert precision >= 0.85
    assert recall >= 0.9
    strangers = [row for row in rows if row["label"] in ("reg_other", "other")]
    assert sum(said[row["id"]] for row in strangers) <= 0.01 * len(strangers)


def test_the_hard_cases_that_can_be_told_by_their_text_are_told() -> None:
    """Measured .78: the rest need a page, a date or the outlet that the row does not give."""
    rows = labelled("pitfalls.jsonl")
    right = [
        row
        for row in rows
        if judge(report(str(row["title"]), str(row["summary"] or "")), FEED, SHIPPED).relevant
        == (row["label"] == "positive")
    ]
    assert len(right) >= 0.74 * len(rows)


def test_a_thousand_entries_are_judged_in_a_few_seconds() -> None:
    items = [
        report(f"Commission opens AI Act probe number {n}", "A regulator spoke. " * 60, number=n) for n in range(1000)
    ]
    started = time.process_time()
    for item in items:
        judge(item, FEED, SHIPPED)
    assert time.process_time() - started < 20  # an eighth of it, on a machine that is quiet
