"""What waited of stories that were merged by mistake is told after all once they are apart again."""

from datetime import timedelta

import pytest

from bot.model import Channel, Later, Outcome, Sent, Story
from bot.ports import Store
from tests.edges import test_store_gathering as gathering
from tests.edges.stored import EVERYWHERE, LAB, LEASE, LEGAL, MINUTE, NOW, POLICY, alert, brief_of, published
from tests.edges.test_store_gathering import MORNING
from tests.edges.test_store_regrouping import merged, sends, taken_out

DAY = timedelta(days=1)


async def waits(store: Store, story: Story) -> set[Channel]:
    """Where the story is still to be told, under its own number."""
    found = await store.deliveries(story.id)
    return {one.channel for one in found if one.story == story.id and one.state in ("pending", "gathered")}


async def told(store: Store) -> list[tuple[int, Channel]]:
    """Every story and channel of what goes from now on."""
    found: list[tuple[int, Channel]] = []
    for minutes in range(1, 9):
        found += [(one.story, one.channel) for one in await sends(store, NOW + DAY + minutes * MINUTE)]
    return sorted(found, key=str)


async def test_who_waited_for_both_waits_for_both_again_and_who_waited_for_one_for_that_one(store: Store) -> None:
    one = await published(store, LEGAL, POLICY, key="1")
    two = await published(store, LEGAL, LAB, key="2")
    await merged(store, one, two)
    await taken_out(store, one, "2")
    assert (await waits(store, one), await waits(store, two)) == ({LEGAL, POLICY}, {LEGAL, LAB})
    assert await told(store) == sorted([(one.id, LEGAL), (one.id, POLICY), (two.id, LEGAL), (two.id, LAB)], key=str)


@pytest.mark.parametrize("first", ["stays", "goes"])
async def test_who_was_told_the_one_before_the_merge_is_told_the_other_after_it_is_undone(
    store: Store, first: str
) -> None:
    sent = await published(store, LEGAL, key="1")
    await sends(store, NOW)
    waiting = await published(store, LEGAL, key="2")
    into, gone = (sent, waiting) if first == "stays" else (waiting, sent)
    await merged(store, into, gone)
    assert await waits(store, into) == set()
    await taken_out(store, into, gone.entries[0].key)
    assert await told(store) == [(waiting.id, LEGAL)]


async def test_who_is_told_the_whole_while_they_are_one_is_told_the_other_afterwards(store: Store) -> None:
    one, two = await published(store, LEGAL, key="1"), await published(store, LEGAL, key="2")
    await merged(store, one, two)
    assert [delivery.story for delivery in await sends(store, NOW + MINUTE)] == [one.id]
    await taken_out(store, one, "2")
    assert await told(store) == [(two.id, LEGAL)]


async def test_what_was_under_way_at_the_merge_and_did_not_go_waits_as_its_own_again(store: Store) -> None:
    one, two = await published(store, POLICY, key="1"), await published(store, LEGAL, key="2")
    flying = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await merged(store, one, two)
    busy: Outcome = Later("busy")
    for delivery, _ in flying:
        await store.settle(delivery.id, busy, NOW, MINUTE)
    assert await waits(store, one) == {LEGAL, POLICY}
    await taken_out(store, one, "2")
    assert (await waits(store, one), await waits(store, two)) == ({POLICY}, {LEGAL})


@pytest.mark.parametrize("order", ["23", "32"])
@pytest.mark.parametrize("chain", [False, True])
async def test_three_merged_come_apart_in_any_order_each_with_what_waited_of_it(
    store: Store, order: str, *, chain: bool
) -> None:
    one, two, three = [
        await published(store, channel, key=key) for channel, key in ((LEGAL, "1"), (POLICY, "2"), (LAB, "3"))
    ]
    await merged(store, two if chain else one, three)
    await merged(store, one, two)
    assert await waits(store, one) == {LEGAL, POLICY, LAB}
    for key in order:
        await taken_out(store, one, key)
    assert await told(store) == sorted([(one.id, LEGAL), (two.id, POLICY), (three.id, LAB)], key=str)


async def test_what_a_person_asked_for_is_still_theirs_after_the_stories_came_apart(store: Store) -> None:
    one, two = await published(store, POLICY, key="1"), await published(store, POLICY, key="2")
    assert await store.publish(brief_of(two), (alert(LEGAL),), NOW, asked=True) == 1
    await merged(store, one, two)
    assert await store.publish(brief_of(one), (alert(LAB),), NOW, asked=True) == 1
    await taken_out(store, one, "2")
    assert (await waits(store, one), await waits(store, two)) == ({POLICY, LAB}, {POLICY, LEGAL})


async def test_what_was_given_a_channel_since_is_not_given_it_again(store: Store) -> None:
    one, two = await published(store, LEGAL, key="1"), await published(store, LEGAL, key="2")
    await merged(store, one, two)
    await taken_out(store, one, "2")
    await told(store)
    await merged(store, one, two)
    await taken_out(store, one, "2")
    assert await told(store) == []


async def test_three_days_later_it_is_no_news_any_more(store: Store) -> None:
    one, two = await published(store, LEGAL, key="1"), await published(store, LEGAL, key="2")
    await merged(store, one, two)
    await sends(store, NOW + MINUTE)
    await taken_out(store, one, "2", at=NOW + 3 * DAY + MINUTE)
    assert await waits(store, two) == set()


async def test_what_a_digest_told_as_one_line_is_told_by_itself_when_it_is_apart(store: Store) -> None:
    daily = await gathering.subscribed(store)
    stories = [await gathering.published(store, key, daily) for key in "123"]
    await gathering.settled(store, await gathering.one_claimed(store, MORNING), Later("busy"), MORNING)
    await merged(store, stories[0], stories[1], at=MORNING)
    digest = await gathering.one_claimed(store, MORNING + MINUTE)
    assert [brief.story for brief in digest.carries] == [stories[0].id, stories[2].id]
    await gathering.settled(store, digest, Sent("1.1"), MORNING + MINUTE)
    await taken_out(store, stories[0], "2", at=MORNING + 2 * MINUTE)
    assert [await waits(store, one) for one in stories] == [set(), {LEGAL}, set()]
    assert await gathering.claimed(store, MORNING + 3 * MINUTE) == []
    assert [one.story for one in await gathering.claimed(store, MORNING + DAY)] == [stories[1].id]


async def test_a_story_that_went_to_nobody_can_still_be_told(store: Store) -> None:
    story = await published(store)
    assert await store.tell(story.id, NOW + MINUTE)
    assert [one.id for one in await store.unbriefed(9)] == [story.id]
    assert not await store.tell(story.id, NOW + MINUTE)
    await store.publish(brief_of(story), (alert(),), NOW + MINUTE)
    assert not await store.tell(story.id, NOW + MINUTE)
