"""Notes of corrections: at most one an hour and three in all of a story in a channel, and none where nobody wants more."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core import cards, corrections
from bot.model import Alert, Correction, Doubt, Later, Sent, Story, Subscription
from bot.ports import Store
from tests.edges.stored import EVERYWHERE, LEASE, LEGAL, MINUTE, NOW, brief_of, entry, filed, judged, revised

HOUR = timedelta(hours=1)


async def told(store: Store) -> tuple[Story, int]:
    """One story in the channel, and the subscription that asked for it."""
    asking = await store.subscribe(Subscription(LEGAL, "models", "U1", NOW))
    story = await filed(store, judged(entry("1")))
    await store.publish(brief_of(story), (Alert(LEGAL, ("models",), subscriptions=(asking.id,)),), NOW)
    assert await said(store, NOW) == ["alert"]
    return story, asking.id


async def corrected(store: Store, story: Story, at: datetime, *, retracted: bool = False, instead_of: str = "") -> None:
    brief = await store.brief(story.id)
    assert brief
    seen = Correction(story.entries[0].id, "Gazette", retracted, "May", f"{at:%H:%M}", at, instead_of)
    await store.correct(seen, corrections.applied(brief, seen), f"{at:%d %H:%M}", at)


async def restored(store: Store, story: Story, at: datetime) -> None:
    brief = await store.brief(story.id)
    assert brief
    seen = Correction(story.entries[0].id, "Gazette", False, "", "", at)
    await store.correct(seen, corrections.applied(brief, seen), "", at)


async def said(store: Store, at: datetime) -> list[str]:
    """What goes out by then."""
    found = await store.claim(at, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    for delivery, _ in found:
        await store.settle(delivery.id, Sent(f"m{delivery.id}"), at, MINUTE)
    return [delivery.kind if brief.corrections == () else brief.corrections[-1].now for delivery, brief in found]


async def test_a_change_within_the_hour_waits_and_is_told_as_it_stands_by_then(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE)
    assert await said(store, NOW + MINUTE) == ["12:01"]
    for minute in (2, 3, 4):
        await corrected(store, story, NOW + minute * MINUTE)
        assert await said(store, NOW + minute * MINUTE) == []
        assert len(await revised(store, NOW + minute * MINUTE)) == 1
    assert await said(store, NOW + HOUR) == []
    assert await said(store, NOW + HOUR + 2 * MINUTE) == ["12:04"]
    assert await said(store, NOW + 9 * HOUR) == []


async def test_after_three_notes_the_message_alone_is_edited_but_for_a_retraction(store: Store) -> None:
    story, _ = await told(store)
    notes = []
    for hour in range(1, 7):
        await corrected(store, story, NOW + 2 * hour * HOUR)
        notes += await said(store, NOW + 2 * hour * HOUR)
        assert len(await revised(store, NOW + 2 * hour * HOUR)) == 1
    assert notes == ["14:00", "16:00", "18:00"]
    await corrected(store, story, NOW + 13 * HOUR, retracted=True)
    assert await said(store, NOW + 13 * HOUR) == ["01:00"]


async def test_a_retraction_and_an_official_report_do_not_wait_for_the_hour(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE)
    assert await said(store, NOW + MINUTE) == ["12:01"]
    await corrected(store, story, NOW + 2 * MINUTE)
    assert await said(store, NOW + 2 * MINUTE) == []
    await corrected(store, story, NOW + 3 * MINUTE, instead_of="Gatherer")
    assert await said(store, NOW + 3 * MINUTE) == ["12:03"]
    await corrected(store, story, NOW + 4 * MINUTE, retracted=True)
    assert await said(store, NOW + 4 * MINUTE) == ["12:04"]


async def test_an_official_report_heard_in_silence_takes_the_alert_s_place_without_a_note(store: Store) -> None:
    """Of a backup that was put back: the note may stand there since."""
    story, _ = await told(store)
    official = await filed(store, judged(entry("2", tier="primary"), standing="silent"), joins=story)
    assert official.entries[0].key == "2"
    await corrected(store, official, NOW + MINUTE, instead_of="Gazette")
    assert await said(store, NOW + MINUTE) == []
    assert len(await revised(store, NOW + MINUTE)) == 1
    await corrected(store, official, NOW + 2 * MINUTE)
    assert await said(store, NOW + 2 * MINUTE) == ["12:02"]


async def leave(store: Store, how: str, subscription: int) -> None:
    match how:
        case "unsubscribe":
            assert await store.unsubscribe(LEGAL, subscription, NOW)
        case "mute":
            await store.mute(LEGAL, "parliament", NOW)
        case "updates off":
            await store.set(LEGAL, "updates", "off")


LEAVING = pytest.mark.parametrize("how", ["unsubscribe", "mute", "updates off"])


@LEAVING
async def test_who_left_gets_no_note_but_of_a_retraction(store: Store, how: str) -> None:
    story, subscription = await told(store)
    await leave(store, how, subscription)
    await corrected(store, story, NOW + MINUTE)
    assert await said(store, NOW + MINUTE) == []
    assert len(await revised(store, NOW + MINUTE)) == 1, "what stands there is put right all the same"
    await corrected(store, story, NOW + 2 * MINUTE, retracted=True)
    assert await said(store, NOW + 2 * MINUTE) == ["12:02"]


@LEAVING
async def test_who_leaves_while_a_note_waits_does_not_get_it(store: Store, how: str) -> None:
    story, subscription = await told(store)
    await corrected(store, story, NOW + MINUTE)
    await leave(store, how, subscription)
    assert await said(store, NOW + 2 * MINUTE) == []
    await corrected(store, story, NOW + 3 * MINUTE, retracted=True)
    assert await said(store, NOW + 3 * MINUTE) == ["12:03"]


@pytest.mark.parametrize("left", [False, True], ids=["stays", "left"])
async def test_a_retraction_that_waits_is_told_though_something_else_is_corrected_meanwhile(
    store: Store, *, left: bool
) -> None:
    """As in quiet hours: the note of the morning says the graver of both, also to who left."""
    story, subscription = await told(store)
    if left:
        await leave(store, "unsubscribe", subscription)
    await corrected(store, story, NOW + MINUTE, retracted=True)
    await corrected(store, story, NOW + 2 * MINUTE)
    ((note, brief),) = await store.claim(NOW + HOUR, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    card = cards.correction(brief, note.created)
    assert card.mark == "Retracted"
    assert "12:01" in card.lead


async def test_a_retraction_that_comes_while_another_note_is_on_its_way_follows_it(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE)
    ((note, _),) = await store.claim(NOW + MINUTE, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await corrected(store, story, NOW + 2 * MINUTE, retracted=True)
    assert await said(store, NOW + 2 * MINUTE) == []
    await store.settle(note.id, Sent("n1"), NOW + 2 * MINUTE, MINUTE)
    assert await said(store, NOW + 2 * MINUTE) == ["12:02"]
    assert await said(store, NOW + 9 * HOUR) == []


async def test_a_mute_of_another_word_and_another_subscription_s_end_change_nothing(store: Store) -> None:
    story, _ = await told(store)
    other = await store.subscribe(Subscription(LEGAL, "harbours", "U1", NOW))
    await store.unsubscribe(LEGAL, other.id, NOW)
    await store.mute(LEGAL, "harbours", NOW)
    await corrected(store, story, NOW + MINUTE)
    assert await said(store, NOW + MINUTE) == ["12:01"]


async def test_what_a_person_asked_for_is_corrected_without_a_subscription(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    await store.publish(brief_of(story), (Alert(LEGAL, ("asked",)),), NOW, asked=True)
    assert await said(store, NOW) == ["alert"]
    await corrected(store, story, NOW + MINUTE)
    assert await said(store, NOW + MINUTE) == ["12:01"]


async def test_who_is_being_told_as_it_is_retracted_gets_the_note_when_the_message_is_there(store: Store) -> None:
    asking = await store.subscribe(Subscription(LEGAL, "models", "U1", NOW))
    story = await filed(store, judged(entry("1")))
    await store.publish(brief_of(story), (Alert(LEGAL, ("models",), subscriptions=(asking.id,)),), NOW)
    ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await corrected(store, story, NOW + MINUTE / 2, retracted=True)
    assert await said(store, NOW + MINUTE / 2) == []
    await store.settle(delivery.id, Doubt("the connection dropped", after=HOUR), NOW + MINUTE, MINUTE)
    assert await said(store, NOW + 2 * MINUTE) == [], "nothing stands above it yet"
    await store.settle(delivery.id, Sent("m1"), NOW + 3 * MINUTE, MINUTE)
    assert await said(store, NOW + 3 * MINUTE) == ["12:00"]
    assert await said(store, NOW + 9 * HOUR) == []


async def test_an_alert_that_could_not_be_posted_before_it_was_retracted_is_not_posted_nor_is_a_note(
    store: Store,
) -> None:
    asking = await store.subscribe(Subscription(LEGAL, "models", "U1", NOW))
    story = await filed(store, judged(entry("1")))
    await store.publish(brief_of(story), (Alert(LEGAL, ("models",), subscriptions=(asking.id,)),), NOW)
    ((delivery, _),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await corrected(store, story, NOW + MINUTE / 2, retracted=True)
    await store.settle(delivery.id, Later("try later"), NOW + MINUTE, MINUTE)
    assert await said(store, NOW + 3 * MINUTE) == []
    assert await said(store, NOW + 5 * MINUTE) == []
    assert await store.deliveries(story.id) == ()


@LEAVING
async def test_that_a_report_stands_again_is_told_also_to_who_left_an_hour_after_its_retraction(
    store: Store, how: str
) -> None:
    story, subscription = await told(store)
    await leave(store, how, subscription)
    await corrected(store, story, NOW + MINUTE, retracted=True)
    assert await said(store, NOW + MINUTE) == ["12:01"]
    await restored(store, story, NOW + 2 * MINUTE)
    assert len(await revised(store, NOW + 2 * MINUTE)) == 1
    assert await said(store, NOW + HOUR) == []
    ((_, brief),) = await store.claim(NOW + HOUR + MINUTE, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    assert cards.correction(brief).mark == "Stands again"


async def test_that_a_report_stands_again_is_told_after_three_notes_and_six_at_most_of_one_that_comes_and_goes(
    store: Store,
) -> None:
    story, _ = await told(store)
    notes = []
    for hour in range(1, 10):
        at = NOW + 2 * hour * HOUR
        await (restored(store, story, at) if hour % 2 == 0 else corrected(store, story, at, retracted=True))
        assert len(await revised(store, at)) == 1, "the message always says how it is"
        notes += await said(store, at)
    assert notes == ["14:00", "", "18:00", "", "22:00", ""]


async def test_a_second_retraction_within_the_hour_waits_for_its_end(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE, retracted=True)
    assert await said(store, NOW + MINUTE) == ["12:01"]
    await restored(store, story, NOW + 2 * MINUTE)
    await corrected(store, story, NOW + 3 * MINUTE, retracted=True)
    assert await said(store, NOW + HOUR) == []
    assert await said(store, NOW + HOUR + 3 * MINUTE) == ["12:03"]


async def test_that_a_report_stands_again_follows_the_note_of_its_retraction_that_is_on_its_way(store: Store) -> None:
    story, _ = await told(store)
    await corrected(store, story, NOW + MINUTE, retracted=True)
    ((note, _),) = await store.claim(NOW + MINUTE, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await restored(store, story, NOW + 2 * MINUTE)
    await store.settle(note.id, Sent("n1"), NOW + 2 * MINUTE, MINUTE)
    assert await said(store, NOW + 2 * MINUTE) == [""]
    assert await said(store, NOW + 9 * HOUR) == []


async def test_what_was_corrected_before_anybody_was_told_is_told_as_corrected(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    await store.publish(replace(brief_of(story), lead=story.entries[0].id), (), NOW)
    await corrected(store, story, NOW + MINUTE)
    again = replace(brief_of(story), lead=story.entries[0].id)
    await store.publish(again, (Alert(LEGAL, ("asked",)),), NOW + 2 * MINUTE, asked=True)
    assert await said(store, NOW + 2 * MINUTE) == ["12:01"]


async def test_who_is_told_after_a_report_took_another_s_place_reads_nothing_of_the_other(store: Store) -> None:
    """Nor in the sources' own words, where it wants no model."""
    story, _ = await told(store)
    first, other = story.entries[0].id, await filed(store, judged(entry("2", tier="primary")), joins=story)
    official = other.entries[0].id
    seen = (
        Correction(first, "Gazette", True, "May", "Retracted", NOW),
        Correction(official, "Authority", False, "", "June", NOW + MINUTE, "Gazette"),
        Correction(official, "Authority", False, "June", "July", NOW + HOUR),
    )
    brief = replace(brief_of(story), corrections=seen)
    await store.correct(seen[-1], replace(brief, plain=brief), "digest", NOW + HOUR)
    await store.publish(brief, (Alert(replace(LEGAL, id="later"), ("models",)),), NOW + HOUR)
    await store.set(replace(LEGAL, id="later"), "model", "off")
    found = await store.claim(NOW + HOUR, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    (shown,) = [one for delivery, one in found if delivery.channel.id == "later"]
    assert shown.corrections == seen[-1:]
    (shown,) = [one for delivery, one in await revised(store, NOW + HOUR) if delivery.channel == LEGAL]
    assert shown.corrections == seen
