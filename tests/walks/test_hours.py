"""What a channel's people choose of its times: said aloud, undone by a button, near misses answered with the nearest."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.commands import hours
from bot.core import timing
from bot.model import Subscription
from bot.store.sqlite import Sqlite
from tests.edges.stored import LAB, LEGAL, NOW
from tests.walks.test_commands import Office


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    yield Office(store, now=NOW)
    await store.close()


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
    office: Office, typed: str, said: str, undo: str
) -> None:
    before = await hours.chosen(office.store, LEGAL)
    reply = await office.asks(f"settings {typed}", LEGAL)
    assert reply.text.startswith("Ada changed the settings of this channel. ")
    assert said in reply.text
    assert not reply.private
    assert [(button.label, button.line) for button in reply.buttons] == [("Undo", undo)]
    assert await hours.chosen(office.store, LEGAL) != before
    assert await hours.chosen(office.store, LAB) == timing.Settings()
    await office.asks(undo, LEGAL)
    assert await hours.chosen(office.store, LEGAL) == before


async def test_what_is_so_already_is_not_announced(office: Office) -> None:
    reply = await office.asks("settings updates on", LEGAL)
    assert reply.private
    assert reply.text.startswith("It is so already.")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("timezone Berln", "Did you mean Europe/Berlin?"),
        ("timezone", "settings timezone Europe/Berlin"),
        ("quiet at night", "as in: 20:00-07:00"),
        ("quiet 20:00-31:00", "no time of the day"),
        ("budget many", "number up to 99"),
        ("budget -1", "number up to 99"),
        ("budget ٣", "number up to 99"),
        ("updates maybe", "settings updates on"),
        ("quite 20:00-07:00", "Did you mean: settings quiet?"),
        ("timezones x", "Did you mean: settings timezone?"),
    ],
)
async def test_what_cannot_be_set_is_answered_with_what_to_say_and_nothing_changes(
    office: Office, typed: str, said: str
) -> None:
    reply = await office.asks(f"settings {typed}", LEGAL)
    assert said in reply.text
    assert reply.private
    assert await hours.chosen(office.store, LEGAL) == timing.Settings()


@pytest.mark.parametrize("typed", ["model off", "manage admins", "colour blue"])
def test_other_settings_are_left_to_others(typed: str) -> None:
    assert not hours.takes(typed)


async def test_settings_show_all_and_when_the_digests_go_next(office: Office) -> None:
    for number, every in enumerate(("now", "daily 09:00", "weekly mon 06:00", "daily 09:00")):
        await office.store.subscribe(Subscription(LEGAL, f"words{number}", "U1", NOW, every=every))
    await office.asks("settings timezone Europe/Berlin", LEGAL)
    await office.asks("settings quiet 20:00-07:00", LEGAL)
    text = await hours.shown(office.store, LEGAL, NOW)
    assert text.splitlines() == [
        "Time zone: Europe/Berlin, where it is 13:00 on Tue 24 Nov.",
        "Quiet hours: 20:00-07:00. What comes in them is sent when they end.",
        "Break-throughs: 3 alerts of high importance a week may come in quiet hours (settings budget 3).",
        "Updates: on; posted alerts are edited when more reports come.",
        "Next daily 09:00 digest: Wed 25 Nov, 09:00 (Europe/Berlin).",
        "Next weekly mon 06:00 digest: Mon 30 Nov, 07:00 (Europe/Berlin), when quiet hours end.",
    ]
    assert "now until Wed 25 Nov, 07:00" in await hours.shown(office.store, LEGAL, NOW + timedelta(hours=9))


async def test_who_may_not_manage_a_channel_cannot_silence_it(office: Office) -> None:
    await office.says("settings quiet 20:00-07:00", LEGAL, may_manage=False)
    assert await hours.chosen(office.store, LEGAL) == timing.Settings()


async def test_ones_own_messages_have_their_own_hours_and_their_undo(office: Office) -> None:
    reply = await office.asks("my settings quiet 20:00-07:00", LEGAL)
    assert reply.private
    assert [button.line for button in reply.buttons] == ["my settings quiet off"]


@pytest.mark.parametrize("typed", ["every:daily", 'every:"daily 9:00"', "every:daily@9", 'every:"Daily 09:00"'])
async def test_a_cadence_may_be_typed_as_people_write_it(office: Office, typed: str) -> None:
    await office.says(f"save importance:high {typed}", LEGAL)
    (one,) = await office.store.subscriptions(LEGAL)
    assert one.every == "daily 09:00"


@pytest.mark.parametrize("line", ["settings", "settings budget", "settings model maybe"])
async def test_who_asks_of_their_own_messages_is_told_what_to_type_for_those(office: Office, line: str) -> None:
    said = (await office.asks(f"my {line}", LEGAL)).text
    assert "my settings" in said
    assert "settings" not in said.replace("my settings", "")
