"""What every store promises of entries, stories and briefs, whatever it is made of."""

from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path
from typing import cast

import pytest

from bot.core.text import fold
from bot.model import (
    UNJUDGED,
    Alert,
    Article,
    Claim,
    Entry,
    Evidence,
    Filing,
    Heard,
    Held,
    Imprint,
    Later,
    Memory,
    Released,
    Review,
    Sent,
    Story,
    Tier,
    Unread,
)
from bot.ports import Store
from tests.edges.stored import (
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NO,
    NOW,
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
        items=bytes(range(32)),
    )
    await store.record(bare, (), NOW)
    await store.record(replace(full, failures=1), (), NOW)
    await store.record(full, (), NOW)
    assert await store.memories() == {"quiet": bare, "gazette": full}
    later = replace(bare, etag='"2"')
    await store.record_all((Heard(full, full, light=True), Heard(bare, later, light=True)), NOW)
    assert await store.memories() == {"quiet": replace(bare, etag='"2"'), "gazette": full}


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


async def test_news_of_many_feeds_is_stored_together_and_a_poll_without_news_touches_little(store: Store) -> None:
    known = Memory("gazette", etag="1", items=b"12345678", next_poll=NOW)
    await store.record(known, (judged(entry("1")),), NOW)
    asked = replace(known, etag="2", items=b"", next_poll=NOW + MINUTE)
    first = Memory("herald", etag="1")
    news = (judged(entry("1", feed="herald")), judged(entry("2", feed="herald")))
    assert await store.record_all(
        [
            Heard(known, asked, light=True),
            Heard(Memory("herald"), first, news),
            Heard(Memory("w"), Memory("w"), light=True),
        ],
        NOW,
    ) == (0, 2, 0)
    assert await store.memories() == {
        "gazette": replace(asked, items=b"12345678"), "herald": first, "w": Memory("w")
    }  # fmt: skip


async def test_only_feeds_that_are_due_are_looked_up_when_asked_for(store: Store) -> None:
    for name, at in (("past", NOW - MINUTE), ("now", NOW), ("later", NOW + MINUTE), ("never", None)):
        await store.record(Memory(name, next_poll=at), (), NOW)
    assert set(await store.memories(NOW)) == {"past", "now", "never"}


async def test_what_waits_to_be_judged_is_given_out_newest_first_and_judged_once(store: Store) -> None:
    waiting = [replace(judged(entry(str(n), minutes=n), standing="baseline"), verdict=UNJUDGED) for n in range(3)]
    await heard(store, judged(entry("old")), *waiting)
    found = await store.unjudged(2)
    assert [one.key for one in found] == ["2", "1"]
    await store.judge([(found[0].id, YES), (found[1].id, NO)])
    await store.judge([(found[0].id, NO)])
    assert [one.key for one in await store.unjudged(9)] == ["0"]
    assert [(one.entry.key, one.verdict, one.standing) for one in await store.unfiled(9)] == [
        ("old", YES, "new"), ("2", YES, "baseline")
    ]  # fmt: skip


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


async def test_recall_tells_an_entry_that_says_what_is_stored_from_one_that_changed(store: Store) -> None:
    await heard(store, judged(entry("1", title="Café Act")), judged(entry("2", title="Bread Act")))
    recall = await store.recall("gazette", (entry("1", title="Café Act"), entry("2", title="Cake Act")))
    assert recall.keys == {"1", "2"}
    assert recall.same == {"1"}


async def test_news_that_read_otherwise_is_looked_at_when_it_says_again_what_is_stored(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    (stored,) = story.entries
    await store.see_version(stored.id, "one", NOW)
    await store.see_version(stored.id, "two", NOW + MINUTE)
    assert await store.last_version(stored.id) == "two"
    assert (await store.recall("gazette", (entry("1"),))).same == frozenset()
    await store.see_version(stored.id, "one", NOW + 2 * MINUTE)
    assert await store.last_version(stored.id) == "one"
    await store.see_version(stored.id, "", NOW + 3 * MINUTE)
    assert await store.last_version(stored.id) == ""
    assert (await store.recall("gazette", (entry("1"),))).same == {"1"}


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


NEWS_FOR = timedelta(days=3)


async def test_held_entries_wait_until_a_person_releases_them(store: Store) -> None:
    held = judged(entry("1"), standing="held", why="38 of 40 items look new at once")
    other = judged(entry("2", feed="herald"), standing="held")
    for memory, one in ((Memory("gazette"), held), (Memory("herald"), other)):
        await store.record(memory, (one,), NOW)
        await store.record(memory, (), NOW + MINUTE)
    assert await store.memory("gazette") == Memory("gazette", held=Held(1, NOW, held.why))
    assert await store.unfiled(10) == ()
    assert await store.release("gazette", NOW + MINUTE, NEWS_FOR) == Released(new=1)
    assert await store.release("gazette", NOW + MINUTE, NEWS_FOR) == Released()
    (released,) = await store.unfiled(10)
    assert (released.entry.key, released.standing) == ("1", "new")
    assert [name for name, memory in (await store.memories()).items() if memory.held] == ["herald"]
    lines = [(line.at, line.step, line.outcome) for line in await store.trail(released.entry.id)]
    assert (NOW, "heard", "held") in lines
    assert lines[-1] == (NOW + MINUTE, "heard", "released")


async def test_what_is_too_old_to_be_news_when_it_is_released_is_filed_as_known_with_its_reason(store: Store) -> None:
    ages = {"fresh": timedelta(days=2), "old": timedelta(days=800, hours=12), "just in time": NEWS_FOR}
    dated = [replace(entry(key), published=NOW - age) for key, age in ages.items()]
    undated = [replace(entry(key), published=None, seen=NOW - ages[at]) for key, at in (("5", "fresh"), ("6", "old"))]
    held = tuple(judged(one, standing="held", why="5 of 5 items look new at once") for one in (*dated, *undated))
    await store.record(Memory("gazette"), held, NOW)
    assert await store.release("gazette", NOW, NEWS_FOR) == Released(new=3, old=2)
    found = {one.entry.key: one for one in await store.unfiled(10)}
    standings = {key: one.standing for key, one in found.items()}
    assert standings == {"fresh": "new", "old": "stale", "just in time": "new", "5": "new", "6": "stale"}
    for key, why in (("old", "dated 800.5 days ago"), ("6", "first seen 800.5 days ago")):
        lines = [(line.outcome, line.why) for line in await store.trail(found[key].entry.id) if line.step == "heard"]
        assert lines == [
            ("held", "5 of 5 items look new at once"),
            ("stale", f"{why}, older than what is told as new"),
        ]


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


async def test_what_is_only_near_is_filed_and_passed_over_once(store: Store) -> None:
    near = replace(YES, label="adjacent")
    await heard(store, judged(entry("1"), near))
    assert [one.entry.key for one in await store.unfiled(2)] == ["1"]
    story = await filed(store, judged(entry("1"), near))
    assert [one.id for one in await store.unbriefed(5)] == [story.id]
    await store.pass_over(story.id, "no subscription asks for it", NOW + MINUTE)
    assert await store.unbriefed(5) == ()
    assert (await store.trail(story.entries[0].id))[-1].why == "no subscription asks for it"
    assert await store.latest(5) == ()
    assert await store.latest(5, adjacent=True) == (story,)


async def test_a_story_that_is_no_longer_only_near_is_owed_to_the_channels(store: Store) -> None:
    story = await filed(store, judged(entry("1"), replace(YES, label="adjacent")))
    await store.pass_over(story.id, "no subscription asks for it", NOW)
    joined = await filed(store, judged(entry("2")), joins=story)
    assert await store.unbriefed(5) == (joined,)
    await store.publish(brief_of(joined), (alert(),), NOW)
    await filed(store, judged(entry("3")), joins=joined)
    assert await store.unbriefed(5) == ()
    assert [one.id for one in await store.latest(5)] == [story.id]


async def test_a_story_is_found_by_the_tags_it_has_now(store: Store) -> None:
    await heard(store, judged(entry("1")), judged(entry("2")))
    first, second = [one.entry for one in await store.unfiled(2)]
    story = await store.file(Filing(first, None, "alone"), YES, told=True, text="words", tags="tagone", now=NOW)
    assert [one.id for one in await store.search('"tagone"', 5)] == [story.id]
    await store.file(Filing(second, story, "alike"), YES, told=True, text="more", tags="tagtwo", now=NOW)
    assert await store.search('"tagone"', 5) == ()
    assert [one.id for one in await store.search('"words" AND "more" AND "tagtwo"', 5)] == [story.id]


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


async def test_overdue_is_what_is_to_be_told_and_was_seen_long_ago_until_it_is_briefed(store: Store) -> None:
    baseline, held = judged(entry("2"), standing="baseline"), judged(entry("3"), standing="held")
    await heard(store, judged(entry("1"), NO), baseline, held, judged(entry("4")))
    assert (await store.overdue(NOW), await store.overdue(NOW + MINUTE)) == (0, 1)
    story = await filed(store, judged(entry("4")))
    await filed(store, baseline, told=False)
    assert (await store.overdue(NOW), await store.overdue(NOW + MINUTE)) == (0, 1)
    await store.publish(brief_of(story), (), NOW)
    assert await store.overdue(NOW + MINUTE) == 0


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
    imprint = Imprint("https://a.example/1", "The Example", "Mara Finch", NOW)
    await store.keep_page(
        story.entries[0].id, Article("The whole article.", imprint), words="the whole article", now=NOW
    )
    again = await store.story(story.id)
    assert again
    assert again.entries[0].source == "The whole article."
    assert again.entries[0].imprint == imprint


async def test_why_an_article_was_not_read_stands_in_the_trail(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    await store.keep_page(story.entries[0].id, Unread("paywall", "it wants to be paid"), words="", now=NOW)
    trail = await store.trail(story.entries[0].id)
    assert ("article", "paywall", "it wants to be paid") in [(line.step, line.outcome, line.why) for line in trail]


async def test_a_review_is_not_lost_to_an_older_copy_of_the_brief(store: Store) -> None:
    story = await published(store, LEGAL)
    brief = await store.brief(story.id)
    assert brief
    reviewed = replace(brief, review=Review("Ann", NOW), disclosure="AI-assisted, reviewed by Ann.")
    await store.revise(reviewed, NOW, repost=True, why="reviewed")
    await store.revise(replace(brief, sources=(*brief.sources, *brief.sources)), NOW, repost=True, why="grown")
    assert await store.brief(story.id) == replace(reviewed, sources=(*brief.sources, *brief.sources))
    await store.revise(replace(brief, takeaways=(), dek=()), NOW, repost=True, why="other words")
    other = await store.brief(story.id)
    assert other
    assert other.review is None


PAGE = "Before it. The act starts in May. Between them. Fines reach 2%. After it."


async def quoted(store: Store) -> Story:
    """A published brief with two quotes from an article, the second of which runs on further in another claim."""
    story = await filed(store, judged(entry("1")))
    await store.keep_page(story.entries[0].id, Article(PAGE), words="", now=NOW)

    def claim(*quotes: str) -> Claim:
        number = story.entries[0].id
        proof = tuple(Evidence(number, PAGE.index(q), PAGE.index(q) + len(q), q) for q in quotes)
        return Claim(quotes[0], proof)

    brief = replace(
        brief_of(story), dek=(claim("The act starts in May."),), takeaways=(claim("Fines"), claim("Fines reach 2%."))
    )
    await store.publish(brief, (), NOW)
    again = await store.story(story.id)
    assert again
    return again


async def test_of_a_forgotten_article_the_quotes_stay_where_they_were(store: Store) -> None:
    story = await quoted(store)
    assert await store.forget_pages(NOW + timedelta(days=2), 10) == 1
    again, brief = await store.story(story.id), await store.brief(story.id)
    assert again
    assert brief
    source = again.entries[0].source
    for claim in (*brief.dek, *brief.takeaways):
        assert [source[proof.start : proof.end] for proof in claim.evidence] == [
            proof.quote for proof in claim.evidence
        ]
    assert "Fines reach 2%." in source
    assert not [gone for gone in ("Before", "Between", "After") if gone in source]
    assert len(source) == len(PAGE)
    assert await store.forget_pages(NOW + timedelta(days=2), 10) == 0


async def test_articles_are_kept_until_they_are_old(store: Store) -> None:
    story = await quoted(store)
    assert await store.forget_pages(NOW, 10) == 0
    again = await store.story(story.id)
    assert again
    assert again.entries[0].source == PAGE


async def test_a_forgotten_article_that_nobody_quoted_leaves_the_feed_s_words(store: Store) -> None:
    story = await filed(store, judged(entry("1")))
    await store.keep_page(story.entries[0].id, Article("The whole article."), words="", now=NOW)
    await store.forget_pages(NOW + timedelta(days=2), 10)
    again = await store.story(story.id)
    assert again
    assert again.entries[0].source == again.entries[0].text


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


async def test_news_of_a_feed_that_is_remembered_is_stored(store: Store) -> None:
    before = Memory("gazette", etag="old")
    await store.record(before, (), NOW)
    after = replace(before, etag="new")
    assert await store.record_all((Heard(before, after, (judged(entry("1")),)),), NOW) == (1,)
    assert (await store.memories())["gazette"].etag == "new"
