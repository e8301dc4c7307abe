"""core.report: how the bot's own doings read."""

import pytest

from bot.core import report
from bot.model import Channel, Delivery, Kind, State
from tests.core.vocabulary import NOW

KINDS: tuple[Kind, ...] = ("alert", "correction")


@pytest.mark.parametrize(
    ("states", "told"),
    [
        (("sent", "sent", "gathered"), "It went to 2 other channels and waits for 1."),
        (("pending", "sending", "gathered"), "It waits for 3 other channels."),
        (("refused",), "It was refused by 1 other channel."),
        (("sent", "doubt", "held", "refused"), "It went to 1 other channel, may have reached 2 and was refused by 1."),
        ((), ""),
    ],
)
def test_other_channels_are_counted_by_what_became_of_it_there(states: tuple[State, ...], told: str) -> None:
    """A note of a correction is no other channel."""
    rows = [
        Delivery(f"d{n}", 1, Channel("slack", "T1", f"C{n}"), kind, (), state, 1, NOW, NOW)
        for n, state in enumerate(states)
        for kind in KINDS[: 2 if state == "sent" else 1]
    ]
    assert report.elsewhere(rows) == told
