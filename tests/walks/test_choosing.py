"""What a channel's people choose of its times: said aloud, undone by a button, near misses answered with the nearest."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import choosing
from bot.core import timing
from bot.errors import UserError
from bot.model import Caller, Reply, Subscription
from bot.ports import Store
from bot.store.sqlite import Sqlite
from tests.edges.stored import LAB, LEGAL, NOW

ADA = Caller(LEGAL, "U1", "manager", name="Ada")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    made = await Sqlite.open(tmp_path / "regpulse.db")
    yield made
    await made.close()


async def changed(store: Store, text: str) -> Reply:
    assert choosing.takes(text)
    return await choosing.change(store, text, ADA, NOW)


@pytest.mark.parametrize(
    ("typed", "said", "undo"),
    [
        ("timezone berlin", "Time zone: Europe/Berlin, where it is 13:00 on Tue 24 Nov.", "settings timezone UTC"),
        ("quiet 8pm-7am", "Quiet hours: 20:00-07:00.", "settings quiet off"),
        ("quiet 11:30-13:00", "now until Tue 24 Nov, 13:00 (UTC)", "settings quiet off"),
        ("budget 0", "nothing comes in quiet hours", "settings budget 3"),
        ("budget 1", "1 alert of high importance a week", "settings budget 3"),
        ("updates off", "except for corrections and retractions", "settings updates on"),
        ("tz New York", "America/New_York, where it is 07:00", "settings timezone UTC"),
    ],
)
async def test_a_change_is_said_aloud_by_whom_and_its_undo_brings_back_what_was(
    store: Store, typed: str, said: str, undo: str
) -> None:
    before = await choosing.chosen(store, LEGAL)
    reply = await changed(store, typed)
    assert reply.text.startswith("Ada changed this channel's settings. ")
    assert said in reply.text
    assert not reply.private
    assert [(button.label, button.line) for button in reply.buttons] == [("Undo", undo)]
    assert await choosing.chosen(store, LEGAL) != before
    assert await choosing.chosen(store, LAB) == timing.Settings()
    await changed(store, undo.removeprefix("settings "))
    assert await choosing.chosen(store, LEGAL) == before


async def test_what_is_so_already_is_not_announced(store: Store) -> None:
    reply = await changed(store, "updates on")
    assert reply.private
    assert reply.text.startswith("That is so already.")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("timezone Berln", "Did you mean Europe/Berlin?"),
        ("timezone", "settings timezone Europe/Berlin"),
        ("quiet at night", "as in: 20:00-07:00"),
        ("quiet 20:00-31:00", "no time of the day"),
        ("budget many", "number up to 50"),
        ("budget -1", "number up to 50"),
        ("budget ٣", "number up to 50"),
        ("updates maybe", "settings updates on"),
        ("quite 20:00-07:00", "Did you mean: settings quiet?"),
        ("timezones x", "Did you mean: settings timezone?"),
    ],
)
async def test_what_cannot_be_set_is_answered_with_what_to_say_and_nothing_changes(
    store: Store, typed: str, said: str
) -> None:
    with pytest.raises(UserError) as caught:
        await changed(store, typed)
    assert said in str(caught.value)
    assert await choosing.chosen(store, LEGAL) == timing.Settings()


@pytest.mark.parametrize("typed", ["model off", "manage admins", "colour blue"])
def test_other_settings_are_left_to_others(typed: str) -> None:
    assert not choosing.takes(typed)


async def test_settings_show_all_and_when_the_digests_go_next(store: Store) -> None:
    for number, every in enumerate(("now", "daily 09:00", "weekly mon 06:00", "daily 09:00")):
        await store.subscribe(Subscription(LEGAL, f"words{number}", "U1", NOW, every=every))
    await changed(store, "timezone Europe/Berlin")
    await changed(store, "quiet 20:00-07:00")
    text = await choosing.shown(store, LEGAL, NOW)
    assert text.splitlines() == [
        "Time zone: Europe/Berlin, where it is 13:00 on Tue 24 Nov.",
        "Quiet hours: 20:00-07:00. What comes in them is sent when they end.",
        "Break-throughs: 3 alerts of high importance a week may come in quiet hours (settings budget 3).",
        "Updates: on; posted alerts are edited when more reports come.",
        "The next daily 09:00: Wed 25 Nov, 09:00 (Europe/Berlin)",
        "The next weekly mon 06:00: Mon 30 Nov, 07:00 (Europe/Berlin)",
    ]
    assert "now until Wed 25 Nov, 07:00" in await choosing.shown(store, LEGAL, NOW + timedelta(hours=9))
