"""ports.Store: what every store promises, whatever it is made of."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import cast

import pytest

from bot.core.audience import indexed
from bot.core.query import parse, to_fts
from bot.core.text import fold
from bot.model import (
    Alert,
    Census,
    Decision,
    Entry,
    Later,
    Memory,
    PlatformHealth,
    Refused,
    Sent,
    Subscription,
    Tier,
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
    STORES,
    TIERS,
    YES,
    alert,
    brief_of,
    entry,
    filed,
    heard,
    judged,
    published,
)

ONE = LEGAL


@pytest.fixture(params=STORES)
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    made = await STORES[request.param](tmp_path)
    yield made
    await made.close()


# Listening


async def test_a_feed_never_polled_is_absent_and_a_polled_one_comes_back_whole(store: Store) -> None:
    assert await store.memories() == {}
    bare = Memory("quiet")
    full = Memory(
        feed="gazette",
        configured="https://gazette.invalid/feed",
        url="https://gazette.invalid/moved",
        etag='W/"1"',
        last_modified="Tue, 24 Nov 2026 12:00:00 GMT",
        body_hash="abc",
        baseline_at=NOW,
        polled_at=NOW + MINUTE,
        ok_at=NOW + 2 * MINUTE,
        next_poll=NOW + timedelta(hours=1, microseconds=1),
        failures=3,
        reason="the server answered 503",
    )
    await store.record(bare, (), NOW)
    await store.record(replace(full, failures=1), (), NOW)
    await store.record(full, (), NOW)
    assert await store.memories() == {"quiet": bare, "gazette": full}


async def test_an_entry_comes_back_as_its_publisher_wrote_it(store: Store) -> None:
    one = replace(
        entry(title="Ordonnance n° 5 « IA » 人工智能 🤖 %_'\";--"),
        text="Ligne une.\n\nLigne deux.",
        published=None,
        author="",
    )
    await heard(store, judged(one))
    (found,) = await store.unfiled(10)
    assert found == judged(replace(one, id=found.entry.id))
    assert found.entry.id > 0


async def test_an_entry_already_stored_is_left_as_it_is(store: Store) -> None:
    assert await store.record(Memory("gazette"), (judged(entry("1")), judged(entry("2"))), NOW) == 2
    changed = replace(entry("1"), title="Rewritten", link="https://elsewhere.invalid/1")
    assert await store.record(Memory("gazette"), (judged(changed, NO), judged(entry("3"))), NOW) == 1
    titles = [one.entry.title for one in await store.unfiled(10)]
    assert titles == [entry(key).title for key in "123"]


async def test_an_item_twice_in_one_document_is_one_entry(store: Store) -> None:
    assert await store.record(Memory("gazette"), (judged(entry("1")), judged(entry("1"))), NOW) == 1


async def test_two_feeds_may_use_the_same_key(store: Store) -> None:
    await heard(store, judged(entry("1", feed="gazette")), judged(entry("1", feed="herald")))
    assert (await store.census()).entries == 2


async def test_recall_knows_what_this_feed_has_shown_and_nothing_of_others(store: Store) -> None:
    await heard(store, judged(entry("1", title="Café Act")), judged(entry("2", feed="herald", title="Herald only")))
    asked = (
        replace(entry("1"), title="x", link="https://gazette.invalid/x"),
        replace(entry("y", title="CAFE act"), link=""),
        replace(entry("z", title="z"), link=entry("1").link),
        replace(entry("2", title="Herald only"), link="https://herald.invalid/2"),
    )
    recall = await store.recall("gazette", asked)
    assert recall.keys == {"1"}
    assert recall.links == {entry("1").link}
    assert recall.titles == {fold("Café Act")}
    assert await store.recall("gazette", ()) == await store.recall("unheard", asked)


async def test_a_document_of_two_thousand_entries_is_stored_and_recalled_whole(store: Store) -> None:
    document = tuple(entry(str(number)) for number in range(2_000))
    assert await store.record(Memory("gazette"), tuple(map(judged, document)), NOW) == 2_000
    recall = await store.recall("gazette", (*document, entry("unseen")))
    assert len(recall.keys) == len(recall.links) == len(recall.titles) == 2_000


async def test_a_document_is_stored_with_its_validators_or_not_at_all(store: Store) -> None:
    await store.record(Memory("gazette", etag="old"), (), NOW)
    broken = replace(entry("2"), title=cast(str, 2.5), outlet=cast(str, None))
    with pytest.raises(Exception):  # noqa: B017  # whichever error this store has for it
        await store.record(Memory("gazette", etag="new"), (judged(entry("1")), judged(broken)), NOW)
    assert (await store.memories())["gazette"].etag == "old"
    assert (await store.census()).entries == 0
    assert await store.record(Memory("gazette", etag="new"), (judged(entry("1")),), NOW) == 1


async def test_held_entries_wait_until_a_person_releases_them(store: Store) -> None:
    held = judged(entry("1"), standing="held", why="38 of 40 items look new at once")
    other = judged(entry("2", feed="herald"), standing="held")
    await store.record(Memory("gazette", reason="held back"), (held,), NOW)
    await store.record(Memory("herald", reason="held back"), (other,), NOW)
    assert await store.unfiled(10) == ()
    assert await store.release("gazette", NOW + MINUTE) == 1
    assert await store.release("gazette", NOW + MINUTE) == 0
    (released,) = await store.unfiled(10)
    assert (released.entry.key, released.standing) == ("1", "new")
    reasons = {name: memory.reason for name, memory in (await store.memories()).items()}
    assert reasons == {"gazette": "", "herald": "held back"}
    lines = [(line.at, line.step, line.outcome) for line in await store.trail(released.entry.id)]
    assert (NOW, "heard", "held") in lines
    assert lines[-1] == (NOW + MINUTE, "heard", "released")


# Filing


async def test_unfiled_are_the_relevant_ones_oldest_first(store: Store) -> None:
    baseline = judged(entry("2"), standing="baseline")
    await heard(store, judged(entry("1"), NO), baseline, judged(entry("3")), judged(entry("4")))
    assert [one.entry.key for one in await store.unfiled(2)] == ["2", "3"]
    await filed(store, baseline, told=False)
    assert [one.entry.key for one in await store.unfiled(10)] == ["3", "4"]


async def test_a_filed_entry_starts_a_story_and_others_join_it(store: Store) -> None:
    story = await filed(store, judged(entry("1")), at=NOW + MINUTE)
    assert (story.headline, story.verdict, story.told, story.created) == (entry("1").title, YES, True, NOW + MINUTE)
    later = replace(YES, stage="signed")
    joined = await filed(store, judged(entry("2", feed="herald", minutes=5), later), joins=story, at=NOW + 6 * MINUTE)
    assert joined.id == story.id
    assert {one.key for one in joined.entries} == {"1", "2"}
    assert (joined.verdict, joined.created) == (later, story.created)
    assert await store.story(story.id) == joined
    assert await store.story(story.id + 1) is None


async def test_the_primary_report_is_the_best_tier_then_the_earliest(store: Store) -> None:
    order: tuple[tuple[str, Tier, int], ...] = (
        ("late-press", "press", 9),
        ("aggregator", TIERS[-1], 0),
        ("early-press", "press", 3),
        ("primary", "primary", 30),
    )
    story = None
    heads = []
    for key, tier, minutes in order:
        story = await filed(store, judged(entry(key, minutes=minutes, tier=tier)), joins=story)
        heads.append(story.entries[0].key)
    assert heads == ["late-press", "late-press", "early-press", "primary"]
    assert story
    assert [one.key for one in story.entries] == ["primary", "early-press", "late-press", "aggregator"]


async def test_a_story_once_to_be_told_stays_so(store: Store) -> None:
    story = await filed(store, judged(entry("1")), told=False)
    assert not story.told
    story = await filed(store, judged(entry("2")), joins=story, told=True)
    assert story.told
    story = await filed(store, judged(entry("3")), joins=story, told=False)
    assert story.told


async def test_open_stories_are_those_with_a_report_since_then(store: Store) -> None:
    old = await filed(store, judged(entry("1")))
    new = await filed(store, judged(entry("2", minutes=10)))
    assert [story.id for story in await store.open_stories(NOW + 5 * MINUTE)] == [new.id]
    assert [story.id for story in await store.open_stories(NOW + 10 * MINUTE)] == [new.id]
    await filed(store, judged(entry("3", minutes=12)), joins=old)
    await filed(store, judged(entry("4", minutes=-99)), joins=new)
    assert {story.id for story in await store.open_stories(NOW + 5 * MINUTE)} == {old.id, new.id}


async def test_thousands_of_stories_may_be_open_at_once(store: Store) -> None:
    number = 1_500
    await store.record(Memory("gazette"), tuple(judged(entry(str(key))) for key in range(number)), NOW)
    for one in await store.unfiled(40):
        await filed(store, one)
    assert len(await store.open_stories(NOW)) == 40
    assert len(await store.unfiled(number)) == number - 40


async def test_times_in_another_zone_are_the_same_moments(store: Store) -> None:
    tokyo = timezone(timedelta(hours=9))
    story = await filed(store, judged(entry("1", minutes=10)))
    since = NOW + 11 * MINUTE
    assert await store.open_stories(since.astimezone(tokyo)) == ()
    assert [one.id for one in await store.open_stories((NOW + 9 * MINUTE).astimezone(tokyo))] == [story.id]


# Briefing


async def test_unbriefed_are_the_stories_to_be_told_oldest_first_until_published(store: Store) -> None:
    first = await filed(store, judged(entry("1")))
    await filed(store, judged(entry("2")), told=False)
    third = await filed(store, judged(entry("3")))
    assert [story.id for story in await store.unbriefed(10)] == [first.id, third.id]
    assert [story.id for story in await store.unbriefed(1)] == [first.id]
    await store.publish(brief_of(first), (), NOW)
    assert [story.id for story in await store.unbriefed(10)] == [third.id]


async def test_a_brief_comes_back_as_it_was_written(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    assert await store.brief(story.id) is None
    written = replace(brief_of(story), headline="« Loi » 🤖 — n’importe", published=None)
    await store.publish(written, (), NOW)
    assert await store.brief(story.id) == written


async def test_an_alert_already_in_the_outbox_is_left_as_it_is(store: Store) -> None:
    story = await published(store, LEGAL)
    other_words = Alert(LEGAL, ("other words",))
    assert await store.publish(brief_of(story), (other_words, alert(LAB)), NOW + MINUTE) == 1
    found = await store.deliveries(story.id)
    assert [(one.channel, one.because) for one in found] == [(LEGAL, alert().because), (LAB, alert().because)]
    assert len({one.id for one in found}) == 2
    assert all(len(one.id) == 24 and set(one.id) <= set("0123456789abcdef") for one in found)


async def test_a_preview_and_an_alert_of_one_story_are_two_messages(store: Store) -> None:
    story = await published(store, LEGAL)
    assert await store.publish(brief_of(story), (replace(alert(), kind="preview"),), NOW) == 1


async def test_a_brief_may_be_written_again_until_something_of_it_was_delivered(store: Store) -> None:
    story = await published(store, LEGAL)
    better = brief_of(story, dek="Better said.")
    await store.publish(better, (), NOW)
    assert await store.brief(story.id) == better
    ((delivery, _),) = await store.claim(NOW, ("slack",), lease=LEASE, gaps={}, limit=1)
    await store.settle(delivery.id, Later("busy"), NOW, MINUTE)
    again = brief_of(story, dek="Said again.")
    await store.publish(again, (), NOW)
    assert await store.brief(story.id) == again
    ((delivery, told),) = await store.claim(NOW + MINUTE, ("slack",), lease=LEASE, gaps={}, limit=1)
    assert told == again
    await store.publish(better, (), NOW)
    assert await store.brief(story.id) == again
    await store.settle(delivery.id, Sent("1.1"), NOW + MINUTE, MINUTE)
    assert await store.publish(better, (alert(LAB),), NOW + 2 * MINUTE) == 1
    assert await store.brief(story.id) == again


async def test_a_backfill_takes_the_alert_from_nobody(store: Store) -> None:
    """Asked for between filing and briefing, a story is still owed to all who subscribe."""
    story = await filed(store, judged(entry("1")))
    assert await store.publish(brief_of(story), (alert(LAB),), NOW, asked=True) == 1
    assert [one.id for one in await store.unbriefed(10)] == [story.id]
    assert await store.publish(brief_of(story), (alert(LAB), alert(LEGAL)), NOW) == 1
    assert await store.unbriefed(10) == ()


async def test_a_baseline_story_that_was_previewed_is_told_with_its_next_report(store: Store) -> None:
    story = await filed(store, judged(entry("1")), told=False)
    await store.publish(brief_of(story), (replace(alert(), kind="preview"),), NOW)
    assert await store.unbriefed(10) == ()
    await filed(store, judged(entry("2")), joins=story, told=True)
    assert [one.id for one in await store.unbriefed(10)] == [story.id]


async def test_the_article_that_was_fetched_is_what_evidence_points_into(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    await store.keep_page(story.entries[0].id, "The whole article.", NOW)
    again = await store.story(story.id)
    assert again
    assert again.entries[0].source == "The whole article."


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
    assert not await store.unsubscribe(LAB, ours.id)
    assert await store.unsubscribe(LEGAL, ours.id)
    assert not await store.unsubscribe(LEGAL, ours.id)
    assert await store.subscriptions() == ()


async def test_the_number_of_an_ended_subscription_is_not_given_again(store: Store) -> None:
    ended = await store.subscribe(asks("ai act"))
    await store.unsubscribe(LEGAL, ended.id)
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
    assert await store.census() == Census()
    await heard(store, judged(entry("0"), NO))
    await published(store, LEGAL, LAB, key="1", at=NOW + MINUTE)
    await published(store, LEGAL, key="2", at=NOW + 2 * MINUTE)
    await filed(store, judged(entry("3")))
    await store.subscribe(asks("ai act"))
    ((delivery, _),) = await store.claim(NOW + 3 * MINUTE, ("discord",), lease=LEASE, gaps={}, limit=9)
    await store.settle(delivery.id, Sent("1"), NOW + 3 * MINUTE, MINUTE)
    await store.note_turn(NOW)
    await store.note_turn(NOW + 4 * MINUTE)
    assert await store.census() == Census(
        entries=4,
        stories=3,
        briefs=2,
        subscriptions=1,
        deliveries={"pending": 2, "sent": 1},
        oldest_pending=NOW + MINUTE,
        last_turn=NOW + 4 * MINUTE,
    )


async def test_everything_is_there_after_a_restart(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    for opens in STORES.values():
        folder = tmp_path / "again"
        folder.mkdir()
        first = await opens(folder)
        story = await published(first, LEGAL)
        before = (await first.census(), await first.story(story.id), await first.deliveries(story.id))
        await first.close()
        second = await opens(folder)
        after = (await second.census(), await second.story(story.id), await second.deliveries(story.id))
        await second.close()
        assert after == before
        assert isinstance(story.entries[0], Entry)
