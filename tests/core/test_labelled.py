"""core.labelled: rows of anybody's labelled data, each fault named with its line."""

from datetime import timedelta

import pytest

from bot.core import labelled
from bot.core.relevance import judge
from bot.errors import UserError
from tests.core.vocabulary import FEED, LIKENESS, SHIPPED

GOOD = {"id": "r1", "title": "Commission opens AI Act probe", "label": "ai_regulation"}


def read(*values: object) -> tuple[labelled.Row, ...]:
    return labelled.rows(enumerate(values, 1), "mine.jsonl")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ([1, 2], 'must be an object, {"id": …, "title": …}.'),
        ({"title": "T"}, '"id" is missing.'),
        ({"id": "x"}, '"title" is missing.'),
        ({"id": 7, "title": "T"}, '"id" must be a string, not 7.'),
        ({"id": "x", "title": None}, '"title" must be a string, not null.'),
        ({"id": "x", "title": "T", "summary": ["a"]}, "\"summary\" must be a string, not ['a']."),
        ({"id": "x", "title": "T", "label": True}, '"label" must be a string, not True.'),
        ({"id": "x", "title": "T", "hard": "yes"}, "\"hard\" must be true or false, not 'yes'."),
        ({"id": "x", "title": "T", "topics": "privacy"}, "\"topics\" must be a list of strings, not 'privacy'."),
        ({"id": "x", "title": "T", "topics": [1]}, '"topics" must be a list of strings, not [1].'),
        ({"id": "x", "title": "T", "published": "yesterday"}, '"published" is no date: yesterday'),
        (GOOD, 'the id "r1" stands in line 1 already.'),
    ],
)
def test_a_faulty_row_is_one_sentence_with_file_and_line(row: object, said: str) -> None:
    with pytest.raises(UserError) as error:
        read(GOOD, row)
    assert str(error.value) == f"mine.jsonl: line 2: {said}"


def test_a_huge_wrong_value_is_not_repeated_whole() -> None:
    with pytest.raises(UserError) as error:
        read({"id": "x", "title": ["T" * 1_000_000]})
    assert len(str(error.value)) < 200


def test_no_rows_at_all_is_said() -> None:
    with pytest.raises(UserError, match="holds no rows"):
        read()


def test_a_row_needs_a_label_and_a_known_one() -> None:
    with pytest.raises(UserError, match=r'mine\.jsonl: line 2: "label" is missing'):
        labelled.require(read(GOOD, {"id": "x", "title": "T"}), "label", "mine.jsonl", labelled.LABELS)
    with pytest.raises(UserError, match=r'line 1: unknown label "maybe"\. Use one of: ai_regulation, '):
        labelled.require(read({**GOOD, "label": "maybe"}), "label", "mine.jsonl", labelled.LABELS)
    labelled.require(read(GOOD), "label", "mine.jsonl", labelled.LABELS)


def test_null_is_as_good_as_nothing_where_a_value_may_lack() -> None:
    (row,) = read({**GOOD, "summary": None, "published": None, "outlet": None, "topics": None, "hard": None})
    assert (row.entry.text, row.entry.outlet, row.entry.published, row.texts("topics")) == ("", "", None, ())


def test_a_date_without_an_offset_is_utc_and_a_week_s_date_is_a_newsletter_s() -> None:
    day, week = read(
        {**GOOD, "published": "2026-09-01"}, {**GOOD, "id": "r2", "published": "2026-09-01", "date_precision": "week"}
    )
    assert day.entry.when.isoformat() == "2026-09-01T00:00:00+00:00"
    assert (day.entry.tier, week.entry.tier) == ("press", "newsletter")


def test_slices_hold_each_row_where_it_belongs_and_no_empty_ones() -> None:
    rows = read(GOOD, {"id": "b", "title": "T", "summary": "S", "label": "other", "hard": True})
    assert labelled.slices(rows) == {
        "all": (0, 1), "not hard": (0,), "hard": (1,), "title only": (0,), "other": (1,)
    }  # fmt: skip


def test_squeezed_rows_keep_their_order_within_one_week() -> None:
    rows = read(*({"id": str(n), "title": "T", "published": f"202{n}-01-01"} for n in (5, 3, 4)))
    times = {row.id: row.entry.when for row in labelled.squeezed(rows)}
    assert times["3"] < times["4"] < times["5"]
    assert times["5"] - times["3"] == timedelta(days=7)


def test_rows_without_dates_can_be_grouped_and_squeezed() -> None:
    said = "Brussels fines chatbot maker Examplar 15 million euros under the AI Act"
    rows = read({"id": "a", "title": said}, {"id": "b", "title": said}, {"id": "c", "title": "Harbour library opens"})
    for each in (rows, labelled.squeezed(rows)):
        placed = labelled.grouped([(row, judge(row.entry, FEED, SHIPPED)) for row in each], LIKENESS)
        assert placed["a"][0] == placed["b"][0] != placed["c"][0]
        assert "likely the same event" in placed["b"][1]


TWO_WORDINGS = (
    (
        "Commission fines Examplar 15 million euros under the EU AI Act",
        "The European Commission fined Examplar for hiding risk assessments of its chatbot.",
    ),
    (
        "First penalty of Europe's AI law goes to a chatbot firm",
        "Brussels said on Tuesday that risk files of the Examplar chatbot were kept from its inspectors.",
    ),
    (
        "Europe's AI law draws first penalty: Commission fines Examplar 15 million euros over chatbot risk files",
        "The European Commission fined Examplar on Tuesday for keeping risk files of its chatbot from inspectors, "
        "the first penalty under the EU AI Act.",
    ),
)


def test_a_row_whose_story_was_put_together_with_another_says_that_too() -> None:
    rows = read(
        *(
            {"id": str(n), "title": title, "summary": text, "published": f"2026-09-01T0{n}:00:00"}
            for n, (title, text) in enumerate(TWO_WORDINGS)
        )
    )
    placed = labelled.grouped([(row, judge(row.entry, FEED, SHIPPED)) for row in rows], LIKENESS)
    assert {cluster for cluster, _ in placed.values()} == {placed["0"][0]}
    first, _, then = placed["1"][1].partition("; then ")
    assert "too different" in first or "no open story" in first
    assert "likely the same event" in then
