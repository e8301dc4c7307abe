"""core.backtest and core.missing: what a query alone explains, and which part of one failed."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core import backtest, query
from bot.core.backtest import Trial
from bot.core.missing import missing


def trial(wanted: query.Query, *texts: str) -> Trial:
    """The query tried on these texts."""
    heard = [text for text in map(query.Text, texts) if query.matched(wanted, text) is not None]
    remaining = Counter(
        str(one) for text in heard for one in backtest.others(wanted) if query.matched(one, text) is not None
    )
    return Trial(len(heard), (), remaining, len(texts))


@pytest.mark.parametrize(
    ("typed", "texts", "expected"),
    [
        ("a1 OR b1", ("a1", "a1", "b1"), ("a1", 2)),
        ("a1 OR b1", ("a1 b1", "b1"), ("b1", 1)),
        ("a1 OR b1", ("a1 b1",), None),
        ("(a1 OR b1) c1", ("a1 c1", "b1 c1", "b1 c1", "b1"), ("b1", 2)),
        ("a1 (b1 OR c1 -d1)", ("a1 b1", "a1 c1", "a1 c1", "a1 c1 d1"), ("c1", 2)),
        ("a1 b1", ("a1 b1",), None),
        ("a1", ("a1",), None),
        ("a1 OR b1 OR -c1 d1", ("d1", "d1", "a1"), ("d1", 2)),
    ],
)
def test_the_noisiest_word_is_the_alternative_most_stories_came_by_alone(
    typed: str, texts: tuple[str, ...], expected: tuple[str, int] | None
) -> None:
    wanted = query.parse(typed)
    found = backtest.noisiest(wanted, trial(wanted, *texts))
    assert (found and (str(found[0]), found[1])) == expected


def test_a_narrower_query_sends_something_and_no_more_than_is_fine_where_one_does() -> None:
    wanted = query.parse("a1 OR b1")
    much = trial(wanted, *["a1"] * 60, *["b1"] * 20)
    found = backtest.narrower(wanted, much)
    assert found
    assert (str(found[0]), found[1]) == ("b1", 20)
    assert "That is more than 10 a week. Narrower, with 20 of 80: b1" in backtest.warning(much, found)
    assert backtest.narrower(query.parse("a1"), trial(query.parse("a1"), "a1")) is None
    assert backtest.warning(trial(wanted, "a1"), None) == ""


def test_where_not_all_were_tried_a_week_is_reckoned_from_those_that_were() -> None:
    wanted = query.parse("a1")
    some = replace(trial(wanted, *["a1"] * 30), tried=1_000, span=timedelta(days=10))
    assert backtest.said(wanted, some).startswith(
        "Of the latest 1,000 stories it would have sent 30 stories, about 21 a week"
    )
    assert "more than 10 a week" in backtest.warning(some, None)
    assert replace(some, span=timedelta(0)).a_week == 210


def test_what_is_asked_besides_is_asked_of_every_alternative() -> None:
    assert str(backtest.also(query.parse("a OR b"), "-c")) == "(a OR b) -c"
    assert str(backtest.also(query.parse("a b"), "-c")) == "a b -c"
    assert backtest.also(query.parse("x" * 490), "importance:high") is None


@pytest.mark.parametrize(
    ("typed", "text", "said"),
    [
        ("deepfake", "ai", "missing: “deepfake”"),
        ("ai deepfake -opinion", "ai opinion", "missing: “deepfake”; left out because of opinion"),
        ("a OR b", "c", "missing: “a” or “b”"),
        ("a OR b", "a", ""),
        ('"eu act" stage:signed', "the eu act", "missing: stage:signed"),
        ("ai", f"ai {query.ADJACENT}", "only near AI regulation, and it does not say include:adjacent"),
        ("ai zebra include:adjacent", f"ai {query.ADJACENT}", "missing: “zebra”"),
        ("a -(b OR c)", "a c", "left out because of b OR c"),
    ],
)
def test_what_failed_is_named(typed: str, text: str, said: str) -> None:
    assert missing(query.parse(typed), query.Text(text)) == said


BEGAN = datetime(2026, 11, 20, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("texts", "before", "days", "told"),
    [
        (13, 9, 7, "Since then it would have sent 4 stories, about 4 a week; of what its feeds held before, 9 more."),
        (4, 0, 7, "Since then it would have sent 4 stories, about 4 a week. Among them:"),
        (9, 9, 7, "Since then it would have sent nothing; of what its feeds held before, 9 stories. Among them:"),
        (0, 0, 7, "Since then it would have sent nothing."),
        (13, 9, 0.1, "Since then it would have sent 4 stories; of what its feeds held before, 9 more."),
    ],
)
def test_where_regpulse_has_listened_for_less_it_is_said_and_a_week_reckoned_from_then(
    texts: int, before: int, days: float, told: str
) -> None:
    wanted = query.parse("a1")
    some = replace(trial(wanted, *["a1"] * texts), before=before, since=BEGAN, span=timedelta(days=days))
    said = backtest.said(wanted, some)
    assert said.startswith(f"RegPulse has listened since 20 Nov 2026, 14:00 UTC. {told}")
    assert "30 days" not in said


def test_what_feeds_held_before_is_enough_to_warn_of_but_one_busy_hour_is_not() -> None:
    wanted = query.parse("a1")
    held = replace(trial(wanted, *["a1"] * 60), before=60, since=BEGAN, span=timedelta(hours=1))
    assert "That is more than 10 a week." in backtest.warning(held, None)
    busy = replace(trial(wanted, *["a1"] * 3), since=BEGAN, span=timedelta(hours=1))
    assert backtest.warning(busy, None) == ""
    days = replace(trial(wanted, *["a1"] * 9), since=BEGAN, span=timedelta(days=2))
    assert "That is more than 10 a week." in backtest.warning(days, None)
