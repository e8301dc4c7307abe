"""core.scores: how good predictions are, on cases counted by hand."""

import pytest

from bot.core import scores
from bot.core.scores import Report


def reports(*rows: str) -> list[Report]:
    """Each row "event story cluster"; "-" is no story."""
    parts = [row.split() for row in rows]
    return [
        Report(str(n), event, "" if story == "-" else story, "policy", cluster)
        for n, (event, story, cluster) in enumerate(parts)
    ]


def test_precision_is_of_what_was_found_and_recall_of_what_was_wanted() -> None:
    score = scores.of([(True, True), (True, True), (True, False), (False, True), (False, False)])
    assert (score.rows, score.wanted, score.found, score.right) == (5, 3, 3, 2)
    assert score.precision == score.recall == score.f1 == pytest.approx(2 / 3)


def test_nothing_wanted_and_nothing_found_scores_nothing_and_divides_by_nothing() -> None:
    score = scores.of([])
    assert (score.precision, score.recall, score.f1) == (0, 0, 0)
    grouping = scores.grouping([])
    assert (grouping.pairs.precision, grouping.cubed_f1, grouping.merges, grouping.extra) == (0, 0, 0, 0)


def test_the_events_as_labelled_score_full_marks() -> None:
    found = scores.grouping(reports("a - 1", "a - 1", "b - 2", "b - 2", "c - 3"))
    assert (found.pairs.precision, found.pairs.recall, found.cubed_f1) == (1, 1, 1)
    assert (found.merges, found.extra, found.whole) == (0, 0, {"policy": (2, 2)})


def test_a_parted_event_costs_recall_and_one_alert_too_many() -> None:
    """Event a of three in clusters of 2 and 1: one of its three pairs is found."""
    found = scores.grouping(reports("a - 1", "a - 1", "a - 2"))
    assert found.pairs.precision == 1
    assert found.pairs.recall == pytest.approx(1 / 3)
    assert found.cubed_precision == 1
    assert found.cubed_recall == pytest.approx((2 / 3 + 2 / 3 + 1 / 3) / 3)
    assert (found.extra, found.whole) == (1, {"policy": (0, 1)})


def test_a_merge_of_strangers_costs_precision_and_a_merge_of_sisters_is_told_apart() -> None:
    """One cluster holds two reports of a, one of its sister b and one stranger c: 6 pairs, 1 right, 2 mild."""
    found = scores.grouping(reports("a s 1", "a s 1", "b s 1", "c - 1"))
    assert found.pairs.precision == pytest.approx(1 / 6)
    assert (found.merges, found.mild_merges) == (5, 2)
    assert found.cubed_precision == pytest.approx((2 / 4 + 2 / 4 + 1 / 4 + 1 / 4) / 4)
    assert found.cubed_recall == 1


def test_events_of_no_story_are_strangers_to_each_other() -> None:
    assert scores.grouping(reports("a - 1", "b - 1")).mild_merges == 0


def test_one_cluster_of_a_hundred_thousand_reports_is_counted_not_listed() -> None:
    found = scores.grouping([Report(str(n), "a", "", "policy", 1) for n in range(100_000)])
    assert found.pairs.right == 100_000 * 99_999 // 2
