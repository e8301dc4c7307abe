"""What waits for its hour in any store: how it is gathered, whom it mentions, and what regrouping and refusals make of it."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.audience import indexed
from bot.model import Alert, Brief, Channel, Delivery, Earlier, Later, Outcome, Refused, Sent, Story, Subscription
from bot.ports import Store
from tests.edges.stored import (
    EVERYWHERE,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NOW,
    brief_of,
    entry,
    filed,
    judged,
    revised,
)
from tests.edges.test_store_regrouping import INDEX, WHY

MORNING = datetime(2026, 11, 25, 9, tzinfo=NOW.tzinfo)
SOON = timedelta(minutes=1)


async def subscribed(store: Store, every: str = "daily 09:00", *, words: str = "acts", mention: str = "",
                     least: str = "low", channel: Channel = LEGAL) -> int:  # fmt: skip
    one = Subscription(channel, words, "U1", NOW, every=every, mention=mention, mention_from=least)
    return (await store.subscribe(one)).id


async def published(store: Store, key: str, *subscriptions: int, importance: int = 10, channel: Channel = LEGAL,
                    because: str = "acts", at: datetime = NOW) -> Story:  # fmt: skip
    story = await filed(store, judged(entry(key)))
    alert = Alert(channel, (because,), subscriptions=subscriptions)
    await store.publish(brief_of(story), (alert,), at, importance=importance)
    return story


async def claimed(store: Store, at: datetime) -> list[Delivery]:
    found = await store.claim(at, EVERYWHERE, lease=LEASE, gaps={}, limit=50)
    return [delivery for delivery, _ in found]


async def one_claimed(store: Store, at: datetime) -> Delivery:
    (one,) = await claimed(store, at)
    return one


async def settled(store: Store, one: Delivery, outcome: Outcome, at: datetime, *, threads: bool = False) -> None:
    await store.settle(one.id, outcome, at, MINUTE, threads=threads)


async def row(store: Store, story: Story) -> Delivery:
    (one,) = await store.deliveries(story.id)
    return one


async def test_three_that_wait_are_one_delivery_that_carries_them_the_most_important_first(store: Store) -> None:
    daily = await subscribed(store)
    stories = [
        await published(store, key, daily, importance=points, because=word)
        for key, points, word in (("1", 10, "acts"), ("2", 90, "bills"), ("3", 50, "acts"))
    ]
    assert await claimed(store, MORNING - SOON) == []
    assert await store.next_due(EVERYWHERE, {}) == MORNING
    digest = await one_claimed(store, MORNING)
    assert (digest.kind, digest.story) == ("digest", stories[1].id)
    assert [brief.story for brief in digest.carries] == [stories[n].id for n in (1, 2, 0)]
    assert digest.timing == "Daily digest, 25 November"
    assert digest.because == ("bills", "acts")
    assert (await row(store, stories[0])).digest == digest.id
    await settled(store, digest, Sent("1.1"), MORNING)
    assert {(await row(store, story)).state for story in stories} == {"sent"}
    assert await claimed(store, MORNING + timedelta(days=9)) == []


async def test_a_digest_mentions_once_and_only_whom_a_story_of_such_importance_is_for(store: Store) -> None:
    first = await subscribed(store, mention="S1", least="high")
    second = await subscribed(store, words="bills", mention="S2")
    for key, by, points in (("1", first, 50), ("2", second, 10), ("3", first, 10)):
        await published(store, key, by, importance=points)
    digest = await one_claimed(store, MORNING)
    assert digest.mention == "S2"
    await settled(store, digest, Sent("1.1"), MORNING, threads=True)
    item = await one_claimed(store, MORNING)
    assert item.thread == "1.1"


async def test_an_alert_mentions_from_the_importance_its_subscription_names(store: Store) -> None:
    now = await subscribed(store, "now", mention="S1", least="medium")
    for key, points in (("1", 10), ("2", 50)):
        story = await published(store, key, now, importance=points)
        one = await one_claimed(store, NOW)
        assert one.story == story.id
        assert one.mention == ("S1" if points == 50 else "")
        await settled(store, one, Sent(key), NOW)


@pytest.mark.parametrize("threads", [True, False])
async def test_what_a_refused_digest_carried_is_refused_with_it_unless_it_was_posted(
    store: Store, *, threads: bool
) -> None:
    daily = await subscribed(store)
    stories = [await published(store, key, daily) for key in "123"]
    digest = await one_claimed(store, MORNING)
    await settled(store, digest, Refused("archived", "Unarchive it."), MORNING, threads=threads)
    assert [((one := await row(store, story)).state, one.reason) for story in stories] == [
        ("refused", "archived. Unarchive it.")
    ] * 3
    await settled(store, digest, Sent("1.1"), MORNING, threads=threads)  # and then it was posted after all
    assert {(await row(store, story)).state for story in stories} == {"pending" if threads else "sent"}


async def test_what_a_digest_carried_that_waited_too_long_for_its_channel_is_refused_with_it(store: Store) -> None:
    daily, at_once = await subscribed(store), await subscribed(store, "now", words="bills")
    stories = [await published(store, key, daily) for key in "123"]
    at, too_late = MORNING, MORNING + timedelta(days=3, minutes=1)
    while at < too_late:
        await settled(store, await one_claimed(store, at), Refused("archived", "", "channel"), at)
        at = await store.next_due(EVERYWHERE, {}) or too_late
    await published(store, "4", at_once, at=too_late)  # looked at before the channel is tried again
    assert await claimed(store, too_late) == []
    assert [(await row(store, story)).state for story in stories] == ["refused"] * 3


async def test_what_a_held_digest_carried_is_held_with_it(store: Store) -> None:
    daily = await subscribed(store)
    stories = [await published(store, key, daily) for key in "123"]
    digest = await one_claimed(store, MORNING)
    await store.hold(digest.id, "nobody can tell", MORNING)
    assert [((one := await row(store, story)).state, one.reason) for story in stories] == [
        ("held", "nobody can tell")
    ] * 3


async def test_a_story_asked_for_by_a_person_does_not_wait_any_longer(store: Store) -> None:
    story = await published(store, "1", await subscribed(store))
    brief = await store.brief(story.id)
    assert brief
    assert await store.publish(brief, (Alert(LEGAL, ("acts",)),), NOW + SOON, asked=True) == 1
    assert (await one_claimed(store, NOW + SOON)).story == story.id


async def test_what_others_ask_for_sooner_goes_sooner(store: Store) -> None:
    weekly, hourly = await subscribed(store, "weekly mon 09:00"), await subscribed(store, "hourly", words="bills")
    story = await published(store, "1", weekly)
    again = Alert(LEGAL, ("bills",), subscriptions=(hourly,))
    assert await store.publish(brief_of(story), (again,), NOW + SOON) == 0
    assert await claimed(store, NOW + SOON) == []
    assert (await one_claimed(store, NOW + timedelta(hours=1))).story == story.id


async def test_editing_a_cadence_replans_what_waits(store: Store) -> None:
    story = await published(store, "1", await subscribed(store, "weekly mon 09:00"))
    await subscribed(store, "hourly")
    assert await claimed(store, NOW + SOON) == []
    assert (await row(store, story)).timing == "waiting for the hourly digest of Tue 24 Nov, 13:00 (UTC)"
    await subscribed(store, "now")
    assert (await one_claimed(store, NOW + 2 * SOON)).story == story.id


async def test_a_change_in_the_very_second_of_a_digest_puts_nothing_off(store: Store) -> None:
    await published(store, "1", await subscribed(store))
    await store.set(LEGAL, "timezone", "Asia/Tokyo")
    assert len(await claimed(store, MORNING)) == 1


async def test_a_word_muted_while_a_story_waits_silences_it_unless_it_is_unmuted_in_time(store: Store) -> None:
    daily = await subscribed(store)
    for key, word in (("1", "wombat"), ("2", "quokka")):
        story = await filed(store, judged(entry(key)), text=indexed(f"A bill about {word}s"))
        await store.publish(brief_of(story), (Alert(LEGAL, ("acts",), subscriptions=(daily,)),), NOW)
    for word in ("wombat", "quokka"):
        await store.mute(LEGAL, word, NOW)
    await store.unmute(LEGAL, "quokka")
    assert (await one_claimed(store, MORNING)).story == story.id
    assert await store.next_due(EVERYWHERE, {}) == MORNING + LEASE


async def test_a_digest_whose_hour_was_missed_until_quiet_hours_is_made_when_they_end(store: Store) -> None:
    """With what comes by night: were it made before, that would stand beside it."""
    daily = await subscribed(store)
    await store.set(LEGAL, "quiet", "20:00-07:00")
    for key in "123":
        await published(store, key, daily)
    night, end = MORNING.replace(hour=22), MORNING.replace(day=MORNING.day + 1, hour=7)
    assert await claimed(store, night) == []
    await published(store, "4", await subscribed(store, "now", words="bills"), at=night)
    digest = await one_claimed(store, end)
    assert len(digest.carries) == 4


# Regrouping


async def waiting(store: Store, *by: tuple[str, int]) -> list[Story]:
    return [await published(store, key, subscription) for key, subscription in by]


async def merged(store: Store, into: Story, gone: Story) -> None:
    assert await store.merge(into.id, gone.id, why=WHY, index=INDEX, now=NOW + SOON)


async def test_of_two_that_wait_and_become_one_the_sooner_stays_for_all_who_asked(store: Store) -> None:
    daily, weekly = await subscribed(store), await subscribed(store, "weekly mon 09:00", words="bills")
    first, second = await waiting(store, ("1", weekly), ("2", daily))
    await merged(store, first, second)
    assert await store.unsubscribe(LEGAL, daily, NOW)
    await claimed(store, NOW + SOON)
    (left,) = await store.deliveries(first.id)
    assert left.due == datetime(2026, 11, 30, 9, tzinfo=NOW.tzinfo)
    assert left.story == first.id


async def test_what_is_told_already_is_not_told_again_with_a_digest(store: Store) -> None:
    now, daily = await subscribed(store, "now"), await subscribed(store, words="bills")
    first, second = await waiting(store, ("1", now), ("2", daily))
    await settled(store, await one_claimed(store, NOW), Sent("1.1"), NOW)
    await merged(store, first, second)
    assert await claimed(store, MORNING) == []


async def test_two_lines_of_a_digest_that_become_one_story_before_it_goes_are_one_line(store: Store) -> None:
    daily = await subscribed(store)
    first, second, third, fourth = await waiting(store, *((key, daily) for key in "1234"))
    digest = await one_claimed(store, MORNING)
    await settled(store, digest, Later("busy"), MORNING)
    await merged(store, first, second)
    again = await one_claimed(store, MORNING + MINUTE)
    assert again.id == digest.id
    assert [brief.story for brief in again.carries] == [first.id, third.id, fourth.id]
    await settled(store, again, Sent("1.1"), MORNING + MINUTE, threads=True)
    told = set()
    while found := await claimed(store, MORNING + 2 * MINUTE):
        for one in found:
            told.add(one.story)
            await settled(store, one, Sent("x"), MORNING + 2 * MINUTE)
    assert told == {first.id, third.id, fourth.id}


async def test_a_story_that_becomes_part_of_one_in_a_digest_under_way_is_not_told_beside_it(store: Store) -> None:
    daily, weekly = await subscribed(store), await subscribed(store, "weekly mon 09:00", words="bills")
    first, *_, other = await waiting(store, ("1", daily), ("2", daily), ("3", daily), ("4", weekly))
    digest = await one_claimed(store, MORNING)
    await merged(store, first, other)
    await settled(store, digest, Sent("1.1"), MORNING)
    assert await claimed(store, MORNING + timedelta(days=9)) == []


async def test_a_story_in_a_digest_not_yet_sent_that_becomes_part_of_one_told_is_left_out(store: Store) -> None:
    daily = await subscribed(store)
    told = await waiting(store, *((key, daily) for key in "123"))
    await settled(store, await one_claimed(store, MORNING), Sent("1.1"), MORNING)
    first, second, third = await waiting(store, *((key, daily) for key in "456"))
    later = MORNING + timedelta(days=1)
    digest = await one_claimed(store, later)
    await settled(store, digest, Later("busy"), later)
    await merged(store, told[0], first)
    again = await one_claimed(store, later + MINUTE)
    assert (again.id, [brief.story for brief in again.carries]) == (digest.id, [second.id, third.id])
    await settled(store, again, Later("busy"), later + MINUTE)
    await merged(store, told[1], second)
    await merged(store, told[2], third)
    assert await claimed(store, later + 9 * MINUTE) == []  # an empty digest is not sent
    assert await store.next_due(EVERYWHERE, {}) is None


# Corrections and edits


async def test_a_story_that_waits_is_looked_at_for_corrections(store: Store) -> None:
    story = await published(store, "1", await subscribed(store))
    ((found, brief),) = await store.told("gazette", ("1",), NOW)
    assert brief
    assert (found.key, brief.story) == ("1", story.id)


async def revisions(store: Store, at: datetime) -> list[tuple[Delivery, Brief]]:
    return await revised(store, at)


async def test_a_digest_is_edited_for_corrections_and_not_for_more_reports(store: Store) -> None:
    daily = await subscribed(store, channel=LAB)
    stories = [await published(store, key, daily, channel=LAB) for key in "123"]
    digest = await one_claimed(store, MORNING)
    await settled(store, digest, Sent("77"), MORNING)
    brief = brief_of(stories[2])
    await store.revise(brief, MORNING, repost=True, why="+1 outlets", growth=True)
    assert await revisions(store, MORNING) == []
    await store.revise(replace(brief, note="Corrected."), MORNING, repost=True, why="corrected")
    ((edited, _),) = await revisions(store, MORNING)
    assert (edited.id, edited.message) == (digest.id, "77")
    assert edited.carries[2].note == "Corrected."


async def test_a_story_told_with_a_digest_is_what_later_ones_answer_to_unless_updates_are_off(store: Store) -> None:
    daily = await subscribed(store, channel=LAB)
    stories = [await published(store, key, daily, channel=LAB) for key in "123"]
    await settled(store, await one_claimed(store, MORNING), Sent("77"), MORNING)
    for key, off, follows in (("4", "on", "77"), ("5", "off", "")):
        await store.set(LAB, "updates", off)
        later = await filed(store, judged(entry(key)))
        brief = replace(brief_of(later), earlier=(Earlier(stories[0].id, "One", NOW, "the Act"),))
        await store.publish(brief, (Alert(LAB, ("acts",)),), MORNING + SOON)
        one = await one_claimed(store, MORNING + SOON)
        assert one.follows == follows
        await settled(store, one, Sent(key), MORNING + SOON)
