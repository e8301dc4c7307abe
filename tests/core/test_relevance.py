"""core.relevance and core.tags: what is AI regulation, what is it about, and why."""

import json
import time

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
    started = time.monotonic()
    judge(report("AI act " * 200_000, "a" * 1_000_000), FEED, SHIPPED)
    judge(report("\x00\x1b[31m\u202e" * 1_000, ""), FEED, SHIPPED)
    assert time.monotonic() - started < 1


def labelled(name: str) -> list[dict[str, object]]:
    path = SHARED / "eval" / name
    if not path.is_file():
        pytest.skip(f"{path} is not here: the labelled data are not part of the project")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_labelled_headlines_are_told_apart_with_few_false_alarms() -> None:
    """Floors a little below what was measured: P .86 R .79; not hard .98/.86; the unselected window 1.0/1.0."""
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
    assert precision >= 0.82
    assert recall >= 0.75
    precision, recall = measure([row for row in rows if not row["hard"]])
    assert precision >= 0.94
    assert recall >= 0.82
    precision, recall = measure([row for row in rows if row["stream"] == "natural-window"])
    assert precision >= 0.85
    assert recall >= 0.9
    strangers = [row for row in rows if row["label"] in ("reg_other", "other")]
    assert sum(said[row["id"]] for row in strangers) <= 0.01 * len(strangers)
