"""What could not be told for three days, in any store: it is given up for good, as what it is."""

from datetime import datetime, timedelta

import pytest

from bot.core import blindness
from bot.model import Channel, Delivery, Doubt, Later, Refused, Sent
from bot.ports import Store
from tests.edges.stored import EVERYWHERE, LAB, LEASE, LEGAL, MINUTE, NOW
from tests.edges.test_store_gathering import claimed, one_claimed, published, row, settled, subscribed
from tests.edges.test_store_notes import corrected, said, told

LATE = NOW + timedelta(days=3, minutes=1)
DAY = timedelta(days=1)
NO_NEWS = "It waited three days for slack, and is no news any more"


async def looked_at(store: Store, at: datetime) -> None:
    """As now and then, whether or not a platform may be spoken to."""
    await store.configured(EVERYWHERE, at)


async def operators(store: Store, at: datetime) -> list[tuple[str, tuple[str, ...]]]:
    found = []
    while notice := await store.claim_notice(at, since=NOW, lease=LEASE):
        card = blindness.card(notice.text, notice.id)
        found.append((card.title, card.points))
        await store.settle_notice(notice.id, Sent(""), at, MINUTE)
    return found


@pytest.mark.parametrize("way", ["looked at", "claimed"])
async def test_what_waited_three_days_is_refused_with_the_reason_whether_or_not_it_is_claimed(
    store: Store, way: str
) -> None:
    at_once = await subscribed(store, "now")
    old, young = await published(store, "1", at_once), await published(store, "2", at_once, at=NOW + DAY)
    if way == "looked at":
        await looked_at(store, LATE)
        assert (await row(store, old)).state == "refused"
    (left,) = [one for at in (LATE, LATE) for one in await claimed(store, at)]
    assert left.story == young.id
    await settled(store, left, Sent("1.1"), LATE)
    given_up = await row(store, old)
    assert (given_up.state, given_up.reason) == ("refused", NO_NEWS)
    assert await claimed(store, LATE + 9 * DAY) == []


async def test_operators_are_told_once_of_each_place_until_a_message_arrives_there(store: Store) -> None:
    elsewhere = Channel("slack", "T2", "C9")
    for key, channel in (("1", LEGAL), ("2", LEGAL), ("3", elsewhere), ("4", LAB)):
        await published(store, key, channel=channel)
    await store.note_platform("slack", ok=False, reason="Slack refuses the bot token.", now=NOW)
    await looked_at(store, LATE)
    ((title, lines),) = await operators(store, LATE)
    assert title == "3 places had news given up"
    assert sorted(lines) == [
        "discord 100: RegPulse was not running, or not let through.",
        "slack T1: Slack refuses the bot token.",
        "slack T2: Slack refuses the bot token.",
    ]
    await published(store, "5", at=LATE)
    await looked_at(store, LATE + 4 * DAY)
    assert await operators(store, LATE + 4 * DAY) == []
    await published(store, "6", at=LATE + 4 * DAY)
    await settled(store, await one_claimed(store, LATE + 4 * DAY), Sent("1"), LATE + 4 * DAY)
    await published(store, "7", at=LATE + 4 * DAY)
    await looked_at(store, LATE + 8 * DAY)
    assert [title for title, _ in await operators(store, LATE + 8 * DAY)] == ["News waited three days and is given up"]


async def test_a_digest_is_as_old_as_its_hour_and_is_refused_with_all_that_it_carries(store: Store) -> None:
    weekly = await subscribed(store, "weekly tue 09:00")
    stories = [await published(store, key, weekly) for key in "123"]
    hour = datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    digest = await one_claimed(store, hour)
    assert digest.kind == "digest"
    await settled(store, digest, Later("Slack is in trouble"), hour)
    await looked_at(store, hour + 2 * DAY)
    assert {(await row(store, story)).state for story in stories} == {"gathered"}
    await looked_at(store, hour + timedelta(days=3, minutes=1))
    assert {((one := await row(store, story)).state, one.reason) for story in stories} == {("refused", NO_NEWS)}


async def test_what_was_gathered_for_a_week_is_no_old_news_at_its_hour_and_is_three_days_after_it(store: Store) -> None:
    weekly = await subscribed(store, "weekly tue 09:00")
    story = await published(store, "1", weekly)
    hour = datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    await looked_at(store, hour + MINUTE)
    one = await one_claimed(store, hour + MINUTE)
    assert one.story == story.id
    await settled(store, one, Later("Slack is in trouble"), hour + MINUTE)
    assert await store.waiting() == hour
    assert len(await claimed(store, hour + DAY)) == 1
    late = await published(store, "2", weekly, at=hour)
    await looked_at(store, hour + 7 * DAY + timedelta(days=3, minutes=1))
    assert (await row(store, late)).reason == NO_NEWS


async def test_a_story_in_the_thread_of_its_digest_that_waited_too_long_counts_as_told_by_it(store: Store) -> None:
    weekly = await subscribed(store, "weekly tue 09:00")
    stories = [await published(store, key, weekly) for key in "123"]
    hour = datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    await settled(store, await one_claimed(store, hour), Sent("1.1"), hour, threads=True)
    assert {(await row(store, story)).state for story in stories} == {"pending"}
    await looked_at(store, hour + 2 * DAY)
    first = await one_claimed(store, hour + 2 * DAY)
    assert first.thread == "1.1"
    await looked_at(store, hour + timedelta(days=3, minutes=1))
    assert sorted([(await row(store, story)).state for story in stories]) == ["sending", "sent", "sent"]


async def test_a_note_of_a_correction_is_never_too_late(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE, retracted=True)
    await looked_at(store, NOW + 9 * DAY)
    assert await said(store, NOW + 9 * DAY) == ["12:01"]


async def test_what_may_have_been_posted_is_looked_for_and_not_sent_again_when_it_is_too_late(store: Store) -> None:
    there, missing = await published(store, "1"), await published(store, "2", channel=LAB)
    for one in await claimed(store, NOW):
        await settled(store, one, Doubt("the connection broke"), NOW)
    await looked_at(store, LATE)
    found: list[Delivery] = await claimed(store, LATE)
    assert {one.state for one in found} == {"doubt"}
    for one in found:
        posted = one.story == there.id
        await settled(store, one, Sent("1.1") if posted else Later("was not posted", timedelta(0)), LATE)
    assert await claimed(store, LATE + MINUTE) == []
    assert ((await row(store, there)).state, (await row(store, missing)).state) == ("sent", "refused")


# By a clock that was wrong


AHEAD = NOW + timedelta(days=30)
BACK = NOW + 2 * MINUTE


async def put_back(store: Store, at: datetime = BACK) -> None:
    """A minute after a turn that was made by a clock a month ahead."""
    await store.note_turn(AHEAD)
    await looked_at(store, AHEAD)
    await store.note_turn(at)


async def test_what_waited_for_its_hour_and_was_given_up_by_a_wrong_clock_goes_at_that_hour(store: Store) -> None:
    weekly = await subscribed(store, "weekly tue 09:00")
    stories = [await published(store, key, weekly) for key in "123"]
    await put_back(store)
    assert {(await row(store, story)).state for story in stories} == {"gathered"}
    hour = datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    assert await claimed(store, hour - MINUTE) == []
    digest = await one_claimed(store, hour)
    assert (digest.kind, len(digest.carries)) == ("digest", 3)


@pytest.mark.parametrize("way", ["looked at", "claimed"])
async def test_what_was_to_go_at_once_and_was_given_up_by_a_wrong_clock_goes_at_once(store: Store, way: str) -> None:
    story = await published(store, "1", await subscribed(store, "now"))
    if way == "claimed":
        assert await claimed(store, AHEAD) == []
    await put_back(store)
    assert (await one_claimed(store, BACK)).story == story.id


async def test_a_digest_that_a_wrong_clock_gave_up_goes_with_all_that_it_carries(store: Store) -> None:
    weekly = await subscribed(store, "weekly tue 09:00")
    stories = [await published(store, key, weekly) for key in "123"]
    hour = datetime(2026, 12, 1, 9, tzinfo=NOW.tzinfo)
    await settled(store, await one_claimed(store, hour), Later("Slack is in trouble"), hour)
    await put_back(store, hour + DAY)
    assert {(await row(store, story)).state for story in stories} == {"gathered"}
    again = await one_claimed(store, hour + DAY)
    assert (again.kind, len(again.carries)) == ("digest", 3)


async def test_what_was_given_up_in_truth_stays_so_when_the_clock_is_put_back_a_little(store: Store) -> None:
    old = await published(store, "1", await subscribed(store, "now"))
    await store.note_turn(LATE + MINUTE)
    await looked_at(store, LATE + MINUTE)
    await store.note_turn(LATE)
    assert (await row(store, old)).reason == NO_NEWS
    assert len(await operators(store, LATE)) == 1


async def test_what_a_platform_refused_stays_refused(store: Store) -> None:
    story = await published(store, "1", await subscribed(store, "now"))
    await settled(store, await one_claimed(store, NOW), Refused("the message is too long", ""), AHEAD)
    await put_back(store)
    assert (await row(store, story)).state == "refused"


async def test_operators_read_that_what_a_wrong_clock_gave_up_waits_again(store: Store) -> None:
    await published(store, "1", await subscribed(store, "weekly tue 09:00"))
    await put_back(store)
    titles = dict(await operators(store, BACK))
    assert titles["A wrong clock gave up what waits again"] == ("1 message, by a clock that was 30 days ahead.",)
    await looked_at(store, NOW + 20 * DAY)
    told = [title for title, _ in await operators(store, NOW + 20 * DAY)]
    assert told == ["News waited three days and is given up"], "in truth, this time"
