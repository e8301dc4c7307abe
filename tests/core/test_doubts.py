"""What of a query can never match is said before it is saved, with what to write; what can match is not doubted."""

from datetime import date

import pytest
from hypothesis import given

from bot.core import audience, doubts, query
from tests.core.test_query import QUERIES, TEXTS
from tests.core.vocabulary import SHIPPED

TODAY = date(2026, 11, 26)


def said(typed: str) -> str:
    asked = audience.asked(typed, SHIPPED)
    return "\n".join(filter(None, (*doubts.of(asked, SHIPPED), doubts.over(asked, TODAY))))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("fines -fines", "Nothing could ever match: “fines” is asked for and left out."),
        ("-FINE fines", "Nothing could ever match: “fines” is asked for and left out."),
        ('"AI Act" -act', "Nothing could ever match: whatever has “\"AI Act\"” has “act”, which is left out."),
        ("(fines OR penalties) -(fines OR penalties)", "Nothing could ever match: “fines” is asked for and left out."),
        (
            "jurisdiction:us-ca -jurisdiction:us",
            "Nothing could ever match: whatever has “jurisdiction:us-ca” has “jurisdiction:us”, which is left out.",
        ),
        (
            "importance:high -importance:medium",
            "Nothing could ever match: whatever has “importance:high” has “importance:medium”, which is left out.",
        ),
        (
            "fines -importance:low",
            "Nothing could ever match: every story has “importance:low”, which is left out.",
        ),
        (
            "stage:signed stage:vetoed",
            "Nothing could ever match: a story has one stage, and two are asked for. "
            "For the one or the other write: stage:signed,vetoed",
        ),
        (
            "since:2027 until:2026",
            "Nothing could ever match: since:2027 begins after until:2026 ends. "
            "Exchange them: since:2026 until:2027",
        ),
        ("ai since:2026-11-06 until:2026-11-05", "Exchange them: since:2026-11-05 until:2026-11-06"),
        ("(ai since:2027 until:2026) OR (fines -fines)", "Nothing could ever match: since:2027"),
        ("fines until:2026-11-25", "until:2026-11-25 is over, so no new story could match. What was: search fines unt"),
        ("colour:red", "“colour:red” is looked for as the words “colour red”, for there is no field of that name."),
        ("fines -(colour:red)", "Fields are: certainty, importance, instrument, jurisdiction, language, since, source"),
    ],
)  # fmt: skip
def test_what_can_never_match_is_said_with_what_to_write(typed: str, told: str) -> None:
    assert told in said(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "fines",
        "everything",
        "fines OR (penalties -penalties)",
        '-"AI Act" act',
        "fined -fines-and-penalties",
        "jurisdiction:us -jurisdiction:us-ca",
        "jurisdiction:us jurisdiction:uk",
        "topic:copyright topic:children",
        "stage:signed,vetoed -stage:vetoed",
        "since:2026 until:2026",
        "since:2026-11 until:2026-11-30",
        "fines until:2026-11",
        "fines until:2026-11-26",
        "since:2028",
        "http://a.example/x",
        "importance:high -certainty:rumoured",
        "language:fr language:en",
    ],
)
def test_what_can_match_is_not_doubted(typed: str) -> None:
    assert said(typed) == ""


def test_a_query_too_large_to_be_looked_through_is_not_doubted() -> None:
    assert said(" ".join(f"(a{n} OR b{n})" for n in range(20)) + " a1 -a1") == ""


@given(QUERIES, TEXTS)
def test_nothing_is_called_impossible_that_matches(typed: str, text: str) -> None:
    asked = query.parse(typed)
    if query.matched(asked, query.Text(text)) is not None:
        assert not [one for one in doubts.of(asked, SHIPPED) if one.startswith("Nothing could")]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("herld", "No source is called “herld”: did you mean source:herald (The Herald)?"),
        ("zzzz", "No source is called “zzzz”. Find its name: sources zzzz"),
    ],
)
def test_a_source_that_nobody_knows_is_named_with_its_nearest(typed: str, told: str) -> None:
    asked = query.Tag("source", typed)
    assert doubts.unknown_source(asked, {"herald": "The Herald", "gazette": "The Gazette"}) == told
