"""`catchup`: what a channel was told or would have heard, grouped, the most important first, a page at a time."""

from datetime import timedelta

import pytest

from bot.commands import catching
from bot.core import catchup
from bot.model import Reply
from tests.walks.test_commands import ELSEWHERE, FINE, ORDERS, SIGNED, Office, office
from tests.walks.world import OTHER

__all__ = ["office"]


def listed(reply: Reply) -> list[tuple[str, str]]:
    """(group, headline) of each line, in order."""
    return [(card.title, one.text) for card in reply.cards for one in card.stories]


async def test_it_holds_what_was_told_and_what_would_have_been_by_group_and_weight(office: Office) -> None:
    await office.says("save california")
    await office.hears(ORDERS, hours=3)
    await office.hears(SIGNED, hours=20)
    await office.hears(FINE, hours=100)
    await office.hears(*OTHER)
    await office.turns()
    await office.sends()
    await office.says("save investigation")
    reply = await office.asks("catchup")
    lines = listed(reply)
    assert len(lines) == 2
    assert "this channel was told or would have heard 2 stories, the most important first" in reply.text
    (signed,) = [(group, text) for group, text in lines if SIGNED[0] in text]
    assert signed[0] == "California"
    assert "told here" in signed[1]
    (fine,) = [text for group, text in lines if group == "European Union"]
    assert FINE[0] in fine
    assert "told here" not in fine
    assert all(one.link.startswith("https://") for card in reply.cards for one in card.stories)


async def test_a_span_cuts_off_what_is_older_and_words_what_does_not_match(office: Office) -> None:
    await office.hears(SIGNED, hours=20)
    await office.hears(FINE, hours=100)
    await office.turns()
    assert len(listed(await office.asks("catchup 12h"))) == 0
    assert len(listed(await office.asks("catchup 1d"))) == 1
    assert len(listed(await office.asks("catchup 2w"))) == 2
    (line,) = listed(await office.asks("catchup 5d stage:signed"))
    assert SIGNED[0] in line[1]
    (line,) = listed(await office.asks('catchup "EU AI Act"'))
    assert FINE[0] in line[1]


async def test_a_channel_without_subscription_catches_up_on_all_but_what_it_muted(office: Office) -> None:
    await office.hears(SIGNED, FINE, ORDERS, hours=1)
    await office.turns()
    reply = await office.asks("catchup", ELSEWHERE)
    assert len(listed(reply)) == 3
    assert "subscribed to nothing" in reply.text
    await office.says("mute governor", ELSEWHERE)
    assert len(listed(await office.asks("catchup", ELSEWHERE))) == 2


async def test_what_was_told_because_of_a_subscription_since_removed_is_there(office: Office) -> None:
    await office.says("save california")
    await office.hears(SIGNED, hours=1)
    await office.turns()
    await office.sends()
    await office.says("unsubscribe california")
    await office.says("save nothing-like-it")
    assert [SIGNED[0] in text for _, text in listed(await office.asks("catchup 1d"))] == [True]


async def test_the_pages_hold_every_story_once_and_end(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching, "PAGE", 4)
    for number in range(10):
        await office.hears((f"{SIGNED[0]} number {number}", SIGNED[1]), hours=number)
    await office.files_apart()
    seen: list[str] = []
    line, pages = "catchup 3d", 0
    while line:
        reply = await office.asks(line)
        seen += [text for _, text in listed(reply)]
        line = next((button.line for button in reply.buttons if button.label == "More"), "")
        pages += 1
    assert (len(seen), len(set(seen)), pages) == (10, 10, 3)
    assert (await office.says("catchup 3d page:9")) == "There are no more."


async def test_a_page_ends_within_a_group_and_the_next_goes_on_there(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching, "PAGE", 2)
    for number in range(3):
        await office.hears((f"{SIGNED[0]} number {number}", SIGNED[1]), hours=number)
        await office.hears((f"{FINE[0]} number {number}", FINE[1]), hours=number)
    await office.files_apart()
    pages = [[group for group, _ in listed(await office.asks(f"catchup page:{page}"))] for page in (1, 2, 3)]
    assert pages == [["California"] * 2, ["California", "European Union"], ["European Union"] * 2]


@pytest.mark.parametrize("text", ["5", "5x", "0d", "91d", "9999w", "5 fortnights"])
async def test_what_is_no_span_is_said_so(office: Office, text: str) -> None:
    said = await office.says(f"catchup {text}")
    assert "Say: catchup 12h" in said or "Catch up on 1 hour to 90 days" in said


@pytest.mark.parametrize(
    ("text", "back", "rest"),
    [
        ("", timedelta(days=7), ""),
        ("12h", timedelta(hours=12), ""),
        ("5 days stage:signed", timedelta(days=5), "stage:signed"),
        ("2W", timedelta(weeks=2), ""),
        ("copyright", timedelta(days=7), "copyright"),
    ],
)
def test_a_span_is_read_off_the_front(text: str, back: timedelta, rest: str) -> None:
    assert catchup.span(text) == (back, rest)


async def test_nothing_is_said_so_with_a_way_on(office: Office) -> None:
    assert await office.says("catchup 2d") == "Nothing since 22 Nov, 12:00 UTC. Further back: catchup 4w"
