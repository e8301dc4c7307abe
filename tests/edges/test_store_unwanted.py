"""What waits to be sent and is wanted no more, in any store: it is never sent, whatever kept it waiting."""

from datetime import datetime, timedelta

from bot.core.audience import indexed
from bot.core.novelty import NEWS_FOR
from bot.model import Alert, Delivery, Doubt, Later, Refused, Sent, Story, Subscription
from bot.ports import Store
from tests.edges.stored import EVERYWHERE, LEASE, LEGAL, MINUTE, NOW, brief_of, entry, filed, judged

CLOSED = Refused("is_archived", "", closed="channel")
LATER = NOW + timedelta(hours=1)


async def subscribed(store: Store, words: str = "acts", every: str = "now") -> int:
    return (await store.subscribe(Subscription(LEGAL, words, "U1", NOW, every=every))).id


async def told(store: Store, key: str, *by: int, word: str = "wombat") -> Story:
    story = await filed(store, judged(entry(key)), text=indexed(f"A bill about {word}s"))
    await store.publish(brief_of(story), (Alert(LEGAL, ("acts",), subscriptions=by),), NOW)
    return story


async def claimed(store: Store, at: datetime = NOW) -> list[Delivery]:
    found = await store.claim(at, EVERYWHERE, lease=LEASE, gaps={}, limit=50)
    return [delivery for delivery, _ in found]


async def closed(store: Store, at: datetime = NOW) -> None:
    """The channel refuses what is to go there now."""
    (one,) = await claimed(store, at)
    await store.settle(one.id, CLOSED, NOW, MINUTE)


async def to_be_sent(store: Store) -> int:
    return (await store.census()).deliveries.get("pending", 0)


async def test_unsubscribing_takes_out_what_waits_for_a_closed_channel_and_leaves_what_another_asks_for(
    store: Store,
) -> None:
    first, second = await subscribed(store), await subscribed(store, "bills")
    await told(store, "1", first)
    await told(store, "2", first)
    both = await told(store, "3", first, second)
    await closed(store)
    await store.unsubscribe(LEGAL, first, NOW)
    assert await to_be_sent(store) == 1
    await store.revive(LEGAL, NOW)
    (left,) = await claimed(store)
    assert left.story == both.id
    await store.settle(left.id, Sent("1"), NOW, MINUTE)
    assert await claimed(store, LATER) == []


async def test_the_undo_of_unsubscribing_brings_back_what_waited_for_a_closed_channel(store: Store) -> None:
    number = await subscribed(store)
    stories = [await told(store, key, number) for key in "12"]
    await closed(store)
    await store.unsubscribe(LEGAL, number, NOW)
    assert await claimed(store, LATER) == []
    back = await store.resume(LEGAL, number, NOW)
    assert back is not None
    assert back[1] == len(stories)
    for story in stories:
        (one,) = await claimed(store, LATER)
        assert one.story == story.id
        await store.settle(one.id, Sent(f"m{story.id}"), LATER, MINUTE)


async def test_nor_does_it_bring_back_what_was_gathered_and_nobody_looked_at_since(store: Store) -> None:
    """RegPulse was off meanwhile: a look of its would have taken it out."""
    number = await subscribed(store, every="hourly")
    await told(store, "1", number)
    await store.unsubscribe(LEGAL, number, NOW)
    late = NOW + NEWS_FOR + MINUTE
    resumed = await store.resume(LEGAL, number, late)
    assert resumed
    assert resumed[1:] == (0, 1)
    assert not await store.claim(late + timedelta(hours=1), EVERYWHERE, lease=LEASE, gaps={}, limit=9)


async def test_the_undo_of_unsubscribing_brings_back_no_news_that_are_none_any_more(store: Store) -> None:
    number = await subscribed(store, every="daily 13:00")
    for key in "12":
        await told(store, key, number)
    await store.unsubscribe(LEGAL, number, NOW)
    assert await claimed(store) == []
    late = NOW + NEWS_FOR + MINUTE
    back = await store.resume(LEGAL, number, late)
    assert back is not None
    assert back[1:] == (0, 2)
    assert await claimed(store, late + timedelta(days=1)) == []


async def test_what_is_under_way_or_in_doubt_when_it_is_unsubscribed_is_left_to_be_resolved(store: Store) -> None:
    number = await subscribed(store)
    await told(store, "1", number)
    (one,) = await claimed(store)
    await store.unsubscribe(LEGAL, number, NOW)
    await store.settle(one.id, Doubt("the answer was lost"), NOW, timedelta(0))
    (again,) = await claimed(store, NOW + MINUTE)
    assert (again.id, again.state) == (one.id, "doubt")


async def test_what_was_not_sent_after_all_is_not_tried_again_once_nobody_asks_for_it(store: Store) -> None:
    number = await subscribed(store)
    await told(store, "1", number)
    (one,) = await claimed(store)
    await store.unsubscribe(LEGAL, number, NOW)
    await store.settle(one.id, Later("asked to wait", MINUTE), NOW, MINUTE)
    assert await claimed(store, LATER) == []


async def test_an_alert_routed_while_its_subscription_was_stopped_is_not_sent(store: Store) -> None:
    number = await subscribed(store)
    await store.unsubscribe(LEGAL, number, NOW)
    await told(store, "1", number)
    assert await claimed(store) == []


async def test_a_word_muted_while_a_story_waits_for_a_closed_channel_silences_it_unless_it_is_unmuted(
    store: Store,
) -> None:
    number = await subscribed(store)
    await told(store, "1", number, word="wombat")
    back = await told(store, "2", number, word="quokka")
    await closed(store)
    for word in ("wombat", "quokka"):
        await store.mute(LEGAL, word, NOW)
    await store.unmute(LEGAL, "quokka")
    assert await claimed(store, LATER) == []
    (left,) = await claimed(store, LATER)
    assert left.story == back.id
    await store.settle(left.id, Sent("1"), LATER, MINUTE)
    assert await claimed(store, LATER + timedelta(days=1)) == []


async def test_a_digest_that_waits_for_a_closed_channel_goes_without_what_is_not_wanted_any_more(store: Store) -> None:
    daily, bills = await subscribed(store, every="daily 13:00"), await subscribed(store, "bills", "daily 13:00")
    await told(store, "1", daily)
    await told(store, "2", bills, word="wombat")
    kept = await told(store, "3", bills, word="quokka")
    (digest,) = await claimed(store, LATER)
    await store.settle(digest.id, CLOSED, LATER, MINUTE)
    await store.unsubscribe(LEGAL, daily, LATER)
    await store.mute(LEGAL, "wombat", LATER)
    (digest,) = await claimed(store, LATER + timedelta(hours=1))
    assert [brief.story for brief in digest.carries] == [kept.id]


async def test_a_digest_all_of_which_was_for_a_stopped_subscription_is_gone_with_it(store: Store) -> None:
    daily = await subscribed(store, every="daily 13:00")
    for key in "123":
        await told(store, key, daily)
    (digest,) = await claimed(store, LATER)
    await store.settle(digest.id, CLOSED, LATER, MINUTE)
    await store.unsubscribe(LEGAL, daily, LATER)
    assert await to_be_sent(store) == 0
    assert await claimed(store, LATER + timedelta(hours=1)) == []
    back = await store.resume(LEGAL, daily, LATER)
    assert back is not None
    assert back[1] == 3


async def test_a_story_left_out_of_the_thread_of_its_digest_counts_as_told_by_it(store: Store) -> None:
    daily = await subscribed(store, every="daily 13:00")
    stories = [await told(store, key, daily) for key in "123"]
    (digest,) = await claimed(store, LATER)
    await store.settle(digest.id, Sent("1.1"), LATER, MINUTE, threads=True)
    await store.unsubscribe(LEGAL, daily, LATER)
    assert await claimed(store, LATER + MINUTE) == []
    assert {one.state for story in stories for one in await store.deliveries(story.id)} == {"sent"}
    assert await store.told_in(LEGAL, NOW) == {story.id for story in stories}


async def test_what_a_person_asked_for_goes_though_its_subscription_is_stopped_or_a_word_of_it_muted(
    store: Store,
) -> None:
    one = await subscribed(store, every="hourly")
    story = await told(store, "1", one)
    await store.publish(brief_of(story), (Alert(LEGAL, ("acts",)),), NOW, asked=True)
    await store.unsubscribe(LEGAL, one, NOW)
    await store.mute(LEGAL, "wombat", NOW)
    assert [delivery.story for delivery in await claimed(store)] == [story.id]
