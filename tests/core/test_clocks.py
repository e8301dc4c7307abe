"""How wrong this machine's clock is, by the dates of others."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.core import clocks

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        ({}, ""),
        ({"Slack's": 4 * MINUTE, "the feeds'": -4 * MINUTE}, ""),
        ({"Slack's": 5 * MINUTE}, "this machine's clock is 5 minutes ahead of Slack's"),
        ({"Slack's": 3 * HOUR, "Discord's": 3 * HOUR + MINUTE}, "this machine's clock is 3 hours ahead of Discord's"),
        ({"the feeds'": -3 * DAY}, "this machine's clock is 3 days behind the feeds'"),
    ],
)
def test_the_clock_is_wrong_from_five_minutes_on(ahead: dict[str, timedelta], said: str) -> None:
    assert clocks.wrong(ahead).partition(". ")[0] == said


@pytest.mark.parametrize(
    "date",
    [
        "",
        "soon",
        "Thu, 99 Nov 2026 12:00:00 GMT",
        "Thu, 26 Nov 2026 12:00:00 -0000",
        f"Thu, 26 Nov {10**20} 12:00:00 GMT",
        f"Thu, 26 Nov 2026 12:00:00 +{10**20}",
    ],
    ids=range(6),
)
def test_a_date_that_says_nothing_is_none(date: str) -> None:
    assert clocks.dated(date) is None


def test_a_date_is_read() -> None:
    assert clocks.dated("Thu, 26 Nov 2026 12:00:00 GMT") == datetime(2026, 11, 26, 12, tzinfo=UTC)
