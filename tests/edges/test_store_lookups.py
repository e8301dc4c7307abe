"""What every store answers when asked: subscriptions, stories, the trail, its own health."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core import condition
from bot.core.audience import indexed
from bot.core.query import date_words, parse, to_fts
from bot.model import (
    Alert,
    Census,
    Decision,
    Delay,
    Feedback,
    PlatformHealth,
    Refused,
    Sent,
    Subscription,
    Verdict,
)
from bot.ports import Store
from tests.edges.stored import (
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NO,
    NOW,
    POLICY,
    YES,
    alert,
    brief_of,
    entry,
    filed,
    heard,
    judged,
    published,
)

# Subscriptions


def asks(query: str, channel: object = LEGAL) -> Subscription:
    return Subscription(channel if channel is LAB else LEGAL, query, "U1", NOW)


async def test_a_channel_has_each_query_once(store: Store) -> None:
    first = await store.subscribe(asks("ai act"))
    again = await store.subscribe(replace(asks("ai act"), created_by="U2", created=NOW + MINUTE))
    other = await store.subscribe(asks("ai act", LAB))
    assert first == again == replace(asks("ai act"), id=first.id)
    assert other.id != first.id
    assert await store.subscriptions() == (first, other)
    assert await store.subscriptions(LEGAL) == (first,)
    assert await store.subscriptions(POLICY) == ()


async def test_a_channel_ends_only_its_own_subscriptions(store: Store) -> None:
    ours = await store.subscribe(asks("ai act"))
    assert not await store.unsubscribe(LAB, ours.id, NOW)
    assert await store.unsubscribe(LEGAL, ours.id, NOW)
    assert not await store.unsubscribe(LEGAL, ours.id, NOW)
    assert await store.subscriptions() == ()


async def test_a_subscription_is_changed_whole_and_by_its_own_channel_only(store: Store) -> None:
    ours, other = await store.subscribe(asks("ai act")), await store.subscribe(asks("chips"))
    changed = replace(
        ours, query="fines", name="Money", every="hourly", stages_only=True, mention="S1", mention_from="high"
    )
    assert await store.change(changed)
    assert await store.subscriptions(LEGAL) == (changed, other)
    assert not await store.change(replace(changed, channel=LAB))
    assert not await store.change(replace(changed, id=99))
    assert not await store.change(replace(changed, query="chips")), "two of a channel never ask the same"
    assert await store.subscriptions() == (changed, other)


async def test_the_channels_a_person_subscribed_are_found_within_their_space(store: Store) -> None:
    elsewhere = replace(LEGAL, space="T9")
    for channel, person in ((LEGAL, "U1"), (LEGAL, "U1"), (LAB, "U2"), (POLICY, "U1"), (elsewhere, "U1")):
        await store.subscribe(Subscription(channel, f"ai {person}", person, NOW))
    assert await store.subscribed_by(LEGAL.platform, LEGAL.space, "U1") == (LEGAL, POLICY)
    assert await store.subscribed_by(LEGAL.platform, LEGAL.space, "U3") == ()


async def test_a_person_says_one_thing_of_a_story_in_a_channel(store: Store) -> None:
    for number in (1, 2):
        await filed(store, judged(entry(f"n{number}")))
    said = Feedback(1, LEGAL, "U1", "topic", NOW)
    for one in (said, replace(said, person="U2"), replace(said, channel=LAB), replace(said, story=2, at=NOW - MINUTE)):
        await store.give_feedback(one)
    await store.give_feedback(replace(said, opinion="relevant", at=NOW + MINUTE))
    assert await store.feedback(LEGAL, story=1) == (
        replace(said, person="U2"),
        replace(said, opinion="relevant", at=NOW + MINUTE),
    )
    assert [one.story for one in await store.feedback(LEGAL)] == [2, 1, 1]
    assert [one.person for one in await store.feedback(LEGAL, since=NOW + MINUTE)] == ["U1"]


async def test_the_number_of_an_ended_subscription_is_not_given_again(store: Store) -> None:
    ended = await store.subscribe(asks("ai act"))
    await store.unsubscribe(LEGAL, ended.id, NOW)
    assert (await store.subscribe(asks("chips"))).id > ended.id


async def test_a_muted_word_silences_every_subscription_of_its_channel(store: Store) -> None:
    await store.subscribe(asks("ai act"))
    await store.subscribe(asks("ai act", LAB))
    await store.mute(LEGAL, "opinion", NOW)
    await store.mute(LEGAL, "opinion", NOW + MINUTE)
    await store.mute(LEGAL, "events", NOW)
    assert await store.mutes(LEGAL) == ("events", "opinion")
    mutes = {one.channel: one.mutes for one in await store.subscriptions()}
    assert mutes == {LEGAL: ("events", "opinion"), LAB: ()}
    assert (await store.subscribe(asks("chips"))).mutes == ("events", "opinion")
    assert not await store.unmute(LAB, "opinion")
    assert await store.unmute(LEGAL, "opinion")
    assert not await store.unmute(LEGAL, "opinion")
    assert await store.mutes(LEGAL) == ("events",)


async def test_each_change_of_a_channel_is_heard_of_once_with_all_it_asks_for_now(store: Store) -> None:
    first = await store.subscribe(asks("ai act"))
    other = await store.subscribe(asks("chips", LAB))
    second = await store.subscribe(asks("fines"))
    lab, legal = await store.subscriptions_changed(0, 9)
    assert (lab.channel, lab.subscriptions) == (LAB, (other,))
    assert (legal.channel, legal.subscriptions) == (LEGAL, (first, second))
    assert await store.subscriptions_changed(0, 1) == (lab,)
    assert await store.subscriptions_changed(lab.number, 9) == (legal,)
    assert await store.subscriptions_changed(legal.number, 9) == ()


async def test_whatever_changes_what_a_channel_hears_is_a_change(store: Store) -> None:
    known = await store.subscribe(asks("ai act"))
    changes = (
        (lambda: store.subscribe(replace(asks("ai act"), stages_only=True)), (replace(known, stages_only=True),)),
        (lambda: store.mute(LEGAL, "opinion", NOW), (replace(known, stages_only=True, mutes=("opinion",)),)),
        (lambda: store.unmute(LEGAL, "opinion"), (replace(known, stages_only=True),)),
        (lambda: store.unsubscribe(LEGAL, known.id, NOW), ()),
    )
    for change, after in changes:
        (before,) = await store.subscriptions_changed(0, 9)
        await change()
        (now,) = await store.subscriptions_changed(before.number, 9)
        assert (now.channel, now.subscriptions) == (LEGAL, after)


# Looking up


async def test_the_latest_event_comes_first_and_pages_do_not_overlap(store: Store) -> None:
    for key, minutes in (("1", 10), ("2", 30), ("3", 20), ("4", 30)):
        await filed(store, judged(entry(key, minutes=minutes)), told=key != "2")
    pages = [await store.latest(3, offset) for offset in (0, 3, 6)]
    assert [[story.entries[0].key for story in page] for page in pages] == [["4", "2", "3"], ["1"], []]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("cafe", "cafés"),
        ("CAFÉS", "cafés"),
        ('"regulation of cafés"', "cafés"),
        ("café inspector", "cafés"),
        ("entirely OR inspectors", "cafés, other"),
        ("something -inspectors", "other"),
        ('"cafés of regulation"', ""),
    ],
)
async def test_a_story_is_found_by_the_words_of_all_its_reports(store: Store, query: str, found: str) -> None:
    story = await filed(store, judged(entry("1")), text=indexed("The regulation of cafés"))
    await filed(store, judged(entry("2", minutes=1)), text=indexed("Something else entirely"))
    await filed(store, judged(entry("3", minutes=-1)), joins=story, text=indexed("Something: inspectors at the door"))
    stories = await store.search(to_fts(parse(query)), 10)
    assert ", ".join(sorted("cafés" if one.id == story.id else "other" for one in stories)) == found


async def test_search_gives_the_better_then_the_newer_and_pages(store: Store) -> None:
    for number in range(6):
        await filed(store, judged(entry(str(number), minutes=number)), text=indexed("the chips act"))
    pages = [await store.search(to_fts(parse("chips")), 4, offset) for offset in (0, 4)]
    keys = [[story.entries[0].key for story in page] for page in pages]
    assert keys == [["5", "4", "3", "2"], ["1", "0"]]
    assert await store.search(to_fts(parse("absent")), 4) == ()


async def test_what_a_story_is_tagged_with_chooses_and_does_not_rank(store: Store) -> None:
    for number in range(6):
        dated = date_words(NOW - timedelta(days=number % 3))
        text = "chips " * (1 + number % 2) + "and acts of many other things"
        await filed(
            store, judged(entry(str(number), minutes=number)), text=indexed(text), tags=indexed(" ".join(dated))
        )
    for number in range(6, 26):
        await filed(store, judged(entry(str(number), minutes=number)), text=indexed("something else"))
    for asked in ("chips", "chips since:2026-11-01", "chips until:2026 -until:2020", "chips (since:2026-11-22 OR act)"):
        found = await store.search(to_fts(parse(asked)), 9)
        assert [story.entries[0].key for story in found] == ["5", "3", "1", "4", "2", "0"], asked
    found = await store.search(to_fts(parse("since:2026-11-24")), 9)
    assert [story.entries[0].key for story in found] == ["3", "0"]


async def test_find_gives_every_entry_of_an_address_with_its_story(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    twin = replace(entry("9", feed="herald"), link=entry("1").link)
    await heard(store, judged(twin, NO, why="seen at once"))
    found = await store.find(entry("1").link)
    assert [(one.entry.feed, one.verdict, number) for one, number in found] == [
        ("gazette", YES, story.id),
        ("herald", NO, None),
    ]
    assert await store.find("https://nowhere.invalid/") == ()


async def test_the_trail_tells_an_irrelevant_entry_in_two_lines(store: Store) -> None:
    await heard(store, judged(entry("1"), Verdict("negative", 0.1, ("about football",)), why="first seen now"))
    ((found, _),) = await store.find(entry("1").link)
    assert await store.trail(found.entry.id) == (
        Decision(NOW, "heard", "new", "first seen now"),
        Decision(NOW, "judged", "negative", "score 0.10: about football"),
    )
    assert await store.trail(found.entry.id + 1) == ()


async def test_the_trail_follows_an_entry_to_its_delivery(store: Store) -> None:
    story = await filed(store, judged(entry("1")), at=NOW + MINUTE)
    await store.publish(brief_of(story), (alert(LEGAL), alert(POLICY), alert(LAB)), NOW + 2 * MINUTE)
    for delivery, _ in await store.claim(NOW + 3 * MINUTE, ("slack", "discord"), lease=LEASE, gaps={}, limit=9):
        outcome = Refused("the channel is archived", "Unarchive it.") if delivery.channel == LAB else Sent("1.1")
        await store.settle(delivery.id, outcome, NOW + 4 * MINUTE, MINUTE)
    trail = await store.trail(story.entries[0].id)
    assert [(line.step, line.outcome) for line in trail] == [
        ("heard", "new"),
        ("judged", "positive"),
        ("filed", f"story {story.id}"),
        ("briefed", "extract"),
        ("routed", "3 deliveries"),
        ("delivered", "refused"),
        ("delivered", "sent"),
    ]
    assert [line.at for line in trail] == sorted(line.at for line in trail)
    assert [line.why for line in trail[-2:]] == ["1 channel on discord", "2 channels on slack"]


async def test_a_report_that_joins_a_story_already_told_shows_what_came_first(store: Store) -> None:
    story = await published(store)
    late = entry("2", feed="herald", minutes=30)
    joined = await filed(store, judged(late), joins=story, at=NOW + 31 * MINUTE)
    (report,) = [one for one in joined.entries if one.key == "2"]
    steps = [(line.step, line.at) for line in await store.trail(report.id)]
    assert [step for step, _ in steps] == ["briefed", "routed", "heard", "judged", "filed"]
    assert [at for _, at in steps] == sorted(at for _, at in steps)


async def test_the_trail_names_no_channel_for_whoever_asks_may_not_know_of_it(store: Store) -> None:
    story = await published(store, LEGAL, LAB)
    for delivery, _ in await store.claim(NOW, ("slack", "discord"), lease=LEASE, gaps={}, limit=9):
        await store.settle(delivery.id, Sent("1.1"), NOW, MINUTE)
    told = " ".join(f"{line.outcome} {line.why}" for line in await store.trail(story.entries[0].id))
    assert LEGAL.id not in told
    assert alert().because[1] not in told


async def test_a_story_nobody_subscribes_to_says_so_in_its_trail(store: Store) -> None:
    story = await published(store)
    last = (await store.trail(story.entries[0].id))[-1]
    assert (last.step, last.outcome, last.why) == ("routed", "0 deliveries", "no subscription asks for it")


# Health


async def test_a_platform_is_in_its_state_since_it_changed(store: Store) -> None:
    for minute, ok in enumerate((True, True, False, False)):
        reason = "" if ok else "the token is refused"
        await store.note_platform("slack", ok=ok, reason=reason, now=NOW + minute * MINUTE)
    await store.note_platform("discord", ok=True, reason="", now=NOW)
    assert await store.platforms() == (
        PlatformHealth("slack", False, "the token is refused", NOW + 2 * MINUTE),
        PlatformHealth("discord", True, "", NOW),
    )


async def test_the_census_counts_what_there_is(store: Store) -> None:
    assert await store.census() == Census(bytes=(await store.census()).bytes)
    await heard(store, judged(entry("0"), NO))
    await published(store, LEGAL, LAB, key="1", at=NOW + MINUTE)
    await published(store, LEGAL, key="2", at=NOW + 2 * MINUTE)
    await filed(store, judged(entry("3")))
    await store.subscribe(asks("ai act"))
    ((delivery, _),) = await store.claim(NOW + 3 * MINUTE, ("discord",), lease=LEASE, gaps={}, limit=9)
    await store.settle(delivery.id, Sent("1"), NOW + 3 * MINUTE, MINUTE)
    await store.note_turn(NOW)
    await store.note_turn(NOW + 4 * MINUTE)
    counted = await store.census()
    assert counted.bytes % 4096 == 0
    assert counted.bytes > 0
    assert counted == Census(
        entries=4,
        stories=3,
        briefs=2,
        subscriptions=1,
        deliveries={"pending": 2, "sent": 1},
        oldest_pending=NOW + MINUTE,
        last_turn=NOW + 4 * MINUTE,
        bytes=counted.bytes,
        delays=(Delay(3 * MINUTE, 3 * MINUTE),),
    )
    assert "• of the last alert: after being seen 3 min; after being published 3 min\n" in condition.status(
        (), (), (), {}, counted, NOW
    )
    several = replace(counted, delays=(*counted.delays, Delay(9 * MINUTE, None)))
    assert "• of the last 2 alerts: after being seen half within 3 min, 95% within 9 min;" in condition.status(
        (), (), (), {}, several, NOW
    )
    assert f"{counted.bytes / 1e6:.1f} MB" in condition.status((), (), (), {}, counted, NOW)


async def test_only_what_was_told_as_news_counts_as_an_alert_s_age(store: Store) -> None:
    story = await published(store, LEGAL, at=NOW)
    await store.publish(brief_of(story), (alert(POLICY),), NOW + 60 * MINUTE, asked=True)
    for delivery, _ in await store.claim(NOW + 61 * MINUTE, ("slack",), lease=LEASE, gaps={}, limit=9):
        await store.settle(delivery.id, Sent("1"), NOW + 61 * MINUTE, MINUTE)
    assert (await store.census()).delays == (Delay(61 * MINUTE, 61 * MINUTE),)


@pytest.mark.parametrize(("every", "counted"), [("now", 1), ("daily 09:00", 0)])
async def test_what_was_to_wait_for_a_digest_is_not_late(store: Store, every: str, counted: int) -> None:
    by = (await store.subscribe(replace(asks("acts"), every=every))).id
    story = await filed(store, judged(entry()))
    await store.publish(brief_of(story), (Alert(LEGAL, ("acts",), subscriptions=(by,)),), NOW)
    day = NOW + timedelta(days=1)
    ((delivery, _),) = await store.claim(day, ("slack",), lease=LEASE, gaps={}, limit=9)
    await store.settle(delivery.id, Sent("1"), day, MINUTE)
    assert len((await store.census()).delays) == counted
    assert delivery.waited == (counted == 0)
