"""What every store promises of stories that people split and merge."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.audience import Index
from bot.model import (
    Brief,
    Channel,
    Correction,
    Delivery,
    Doubt,
    Evidence,
    Filing,
    Later,
    Outcome,
    Refused,
    Sent,
    Story,
)
from bot.ports import Store
from tests.core.vocabulary import SHIPPED
from tests.edges.stored import (
    EVERYWHERE,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
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
    revised,
)

NEAR = replace(YES, label="adjacent")
HARBOUR = replace(YES, jurisdictions=("YY",), instruments=("yy-harbour-act",), stage="proposed")
AFTER = NOW + timedelta(hours=1)
WHY = "an editor said so"
INDEX = Index(SHIPPED)


async def merged(store: Store, into: Story, gone: Story, at: datetime = AFTER) -> Story:
    story = await store.merge(into.id, gone.id, why=WHY, index=INDEX, now=at)
    assert story
    return story


async def taken_out(store: Store, story: Story, *keys: str, at: datetime = AFTER) -> Story:
    """The reports with these keys, out of the story."""
    now = await store.story(story.id)
    assert now
    chosen = tuple(one.id for one in now.entries if one.key in keys)
    made = await store.split(now.id, chosen, index=INDEX, now=at)
    assert made
    return made


async def wrongly_grouped(store: Store, *, told: bool = True) -> Story:
    """A vote of parliament, and a report of a harbour that does not belong to it."""
    story = await filed(store, judged(entry("vote", title="Parliament votes")), told=told)
    harbour = judged(entry("harbour", feed="herald", title="Harbour closes", minutes=5), HARBOUR)
    return await filed(store, harbour, joins=story, told=told)


async def sends(store: Store, at: datetime, outcome: Outcome | None = None) -> list[Delivery]:
    """All that is due, with this outcome; the message's id is the delivery's."""
    found = await store.claim(at, EVERYWHERE, lease=LEASE, gaps={}, limit=50)
    for delivery, _ in found:
        await store.settle(delivery.id, outcome or Sent(f"m{delivery.id}"), at, MINUTE)
    return [delivery for delivery, _ in found]


async def outbox(store: Store, story: Story) -> list[tuple[int, Channel, str]]:
    return [(one.story, one.channel, one.state) for one in await store.deliveries(story.id)]


async def titles(store: Store, text: str) -> list[list[str]]:
    return [sorted(one.title for one in story.entries) for story in await store.search(text, 9)]


# By instrument


async def test_stories_are_found_by_their_instrument_and_date_as_people_left_them(store: Store) -> None:
    async def found(*instruments: str, minutes: int = 60, limit: int = 9) -> list[int]:
        return [one.id for one in await store.about(instruments, NOW + minutes * MINUTE, limit)]

    one = await filed(store, judged(entry("1")))
    two = await filed(store, judged(entry("2", minutes=9), HARBOUR))
    three = await filed(store, judged(entry("3", minutes=20)))
    assert await found("xx-ai-act") == [three.id, one.id]
    assert await found("xx-ai-act", limit=1) == [three.id]
    assert await found("xx-ai-act", minutes=20) == [one.id]
    assert await found("xx-ai-act", "yy-harbour-act") == [three.id, two.id, one.id]
    assert await found() == await found("zz") == []
    await merged(store, three, two)
    assert await found("yy-harbour-act") == [three.id]
    assert await found("xx-ai-act", minutes=10) == [three.id, one.id]
    made = await taken_out(store, three, "2")
    assert (made.id, await found("yy-harbour-act"), await found("xx-ai-act")) == (two.id, [two.id], [three.id, one.id])


# Splitting


async def test_a_report_taken_out_has_a_story_of_its_own_and_leaves_nothing_of_itself_behind(store: Store) -> None:
    story = await wrongly_grouped(store)
    made = await taken_out(store, story, "harbour")
    left = await store.story(story.id)
    assert left
    assert (made.headline, left.headline) == ("Harbour closes", "Parliament votes")
    assert (made.verdict, left.verdict) == (HARBOUR, YES)
    assert await titles(store, "harbour") == [["Harbour closes"]]
    assert await titles(store, "parliament") == [["Parliament votes"]]
    assert {one.id for one in await store.open_stories(NOW)} == {story.id, made.id}
    assert [one.id for one in await store.open_stories(NOW + 3 * MINUTE)] == [made.id]


async def test_each_report_keeps_why_it_is_where_it_is(store: Store) -> None:
    story = await wrongly_grouped(store)
    made = await taken_out(store, story, "harbour")
    for one in (*story.entries[:1], *made.entries):
        steps = [line.step for line in await store.trail(one.id)]
        assert set(steps) == {"heard", "judged", "filed", "regrouped"}
        assert (await store.trail(one.id))[-1].why == "an editor took 1 report out of story 1 into story 2"


async def test_what_is_split_or_merged_is_read_anew_by_who_keeps_the_open_stories(store: Store) -> None:
    story = await wrongly_grouped(store)
    counts = [await store.regroupings()]
    made = await taken_out(store, story, "harbour")
    counts.append(await store.regroupings())
    await merged(store, story, made)
    counts.append(await store.regroupings())
    assert len(set(counts)) == 3


async def test_a_story_keeps_a_report_at_least_and_gives_up_none_of_another(store: Store) -> None:
    story = await wrongly_grouped(store)
    other = await filed(store, judged(entry("other")))
    everything = tuple(one.id for one in story.entries)
    for taken in ((), everything, (other.entries[0].id,), (story.entries[0].id, 99)):
        assert await store.split(story.id, taken, index=INDEX, now=AFTER) is None
    assert await store.split(99, everything, index=INDEX, now=AFTER) is None
    assert await store.story(story.id) == story


async def test_before_anything_was_told_both_are_told_as_if_they_had_never_been_one(store: Store) -> None:
    story = await wrongly_grouped(store)
    made = await taken_out(store, story, "harbour")
    assert [one.id for one in await store.unbriefed(9)] == [story.id, made.id]


async def test_a_baseline_report_left_behind_is_not_told(store: Store) -> None:
    story = await filed(store, judged(entry("old"), standing="baseline"), told=False)
    story = await filed(store, judged(entry("new", minutes=5)), joins=story)
    made = await taken_out(store, story, "new")
    assert [one.id for one in await store.unbriefed(9)] == [made.id]


async def test_what_is_taken_out_of_a_told_story_is_kept_quiet_until_somebody_wants_it_told(store: Store) -> None:
    story = await wrongly_grouped(store)
    await store.publish(brief_of(story), (alert(),), NOW)
    await sends(store, NOW)
    made = await taken_out(store, story, "harbour")
    assert not made.told
    assert await store.unbriefed(9) == ()
    assert await store.tell(made.id, AFTER)
    assert not await store.tell(made.id, AFTER)
    assert not await store.tell(story.id, AFTER)
    assert [one.id for one in await store.unbriefed(9)] == [made.id]
    assert "an editor wants it told" in (await store.trail(made.entries[0].id))[-1].why


async def test_the_told_story_is_looked_at_again_when_it_loses_a_report(store: Store) -> None:
    story = await wrongly_grouped(store)
    await store.publish(brief_of(story), (alert(),), NOW)
    await store.revise(brief_of(story), NOW, repost=False, why="")
    await taken_out(store, story, "harbour")
    assert [one.id for one, _ in await store.grown(9)] == [story.id]


# Merging


async def test_the_reports_of_both_are_one_story_and_either_number_leads_to_it(store: Store) -> None:
    one = await filed(store, judged(entry("vote", title="Parliament votes")))
    two = await filed(store, judged(entry("harbour", title="Harbour closes", minutes=5), HARBOUR))
    story = await merged(store, one, two)
    assert [each.key for each in story.entries] == ["vote", "harbour"]
    assert (await store.story(one.id), await store.story(two.id)) == (story, story)
    assert story.verdict.instruments == (*YES.instruments, *HARBOUR.instruments)
    both = [["Harbour closes", "Parliament votes"]]
    assert (await titles(store, "harbour"), await titles(store, "parliament")) == (both, both)
    assert [each.id for each in await store.latest(9)] == [one.id]
    assert [each.id for each in await store.open_stories(NOW)] == [one.id]
    assert [each.id for each in await store.unbriefed(9)] == [one.id]
    assert (await store.census()).stories == 1
    (found,) = await store.find(two.entries[0].link)
    assert found[1] == one.id


async def test_a_chain_of_merges_leads_to_its_end(store: Store) -> None:
    one, two, three = [await filed(store, judged(entry(key))) for key in "123"]
    await merged(store, two, three)
    story = await merged(store, one, two)
    assert [(await store.story(each.id)) for each in (one, two, three)] == [story] * 3


async def test_nothing_is_merged_with_itself_with_what_is_gone_or_with_nothing(store: Store) -> None:
    one, two, three = [await filed(store, judged(entry(key))) for key in "123"]
    await merged(store, one, two)
    for into, gone in ((one.id, one.id), (three.id, two.id), (two.id, three.id), (one.id, 99), (99, one.id)):
        assert await store.merge(into, gone, why=WHY, index=INDEX, now=AFTER) is None


async def test_pages_of_the_latest_are_full_although_some_were_merged(store: Store) -> None:
    stories = [await filed(store, judged(entry(str(key), minutes=key))) for key in range(6)]
    await merged(store, stories[0], stories[5])
    await merged(store, stories[0], stories[3])
    assert [one.id for one in await store.latest(3)] == [stories[0].id, stories[4].id, stories[2].id]


async def test_a_merge_undoes_a_split(store: Store) -> None:
    story = await wrongly_grouped(store)
    made = await taken_out(store, story, "harbour")
    again = await merged(store, story, made)
    assert again == replace(story, verdict=again.verdict, pinned=True)
    assert again.verdict.instruments == (*YES.instruments, *HARBOUR.instruments)
    assert await titles(store, "harbour") == [["Harbour closes", "Parliament votes"]]


async def test_a_split_undoes_a_merge_number_brief_and_all(store: Store) -> None:
    one = await published(store, LEGAL, key="1")
    two = await published(store, LAB, key="2")
    await sends(store, NOW)
    await merged(store, one, two)
    back = await taken_out(store, one, "2", at=AFTER)
    assert back == replace(two, pinned=True)
    assert await store.brief(two.id) == brief_of(two)
    assert await store.unbriefed(9) == ()
    shown = {delivery.story: brief for delivery, brief in await revisions(store)}
    assert shown[two.id].part_of == 0
    assert await outbox(store, two) == [(two.id, LAB, "sent")]


async def test_a_report_of_another_story_that_joined_meanwhile_does_not_bring_the_old_number_back(store: Store) -> None:
    one, two = [await filed(store, judged(entry(key))) for key in "12"]
    story = await merged(store, one, two)
    await filed(store, judged(entry("3")), joins=story)
    made = await taken_out(store, one, "2", "3")
    assert made.id not in (one.id, two.id)
    assert await store.story(two.id) == await store.story(one.id)


# The outbox of merged stories


async def revisions(store: Store, at: datetime = AFTER) -> list[tuple[Delivery, Brief]]:
    return await revised(store, at)


async def test_a_channel_that_waits_for_both_gets_one_and_who_waits_for_either_gets_it(store: Store) -> None:
    one = await published(store, LEGAL, POLICY, key="1")
    two = await published(store, LEGAL, LAB, key="2")
    story = await merged(store, one, two)
    assert await outbox(store, story) == [(1, LEGAL, "pending"), (1, POLICY, "pending"), (1, LAB, "pending")]
    assert {delivery.channel for delivery in await sends(store, AFTER)} == {LEGAL, POLICY, LAB}


async def test_a_channel_that_got_the_one_does_not_get_the_other(store: Store) -> None:
    one = await published(store, LEGAL, key="1")
    await sends(store, NOW)
    two = await published(store, LEGAL, key="2", at=AFTER)
    await merged(store, one, two)
    assert await sends(store, AFTER) == []
    three = await published(store, POLICY, key="3", at=AFTER)
    await sends(store, AFTER)
    four = await published(store, POLICY, key="4", at=AFTER)
    await merged(store, four, three)
    assert await sends(store, AFTER + MINUTE) == []
    assert await outbox(store, four) == [(three.id, POLICY, "sent")]


async def test_a_posted_message_of_the_merged_story_keeps_its_words_and_says_where_it_belongs(store: Store) -> None:
    one = await published(store, LEGAL, key="1")
    two = await published(store, LEGAL, LAB, key="2")
    await sends(store, NOW)
    await sends(store, NOW + MINUTE)
    await merged(store, one, two)
    found = await revisions(store)
    assert {(delivery.story, delivery.channel) for delivery, _ in found} == {(two.id, LEGAL), (two.id, LAB)}
    assert all(brief == replace(brief_of(two), part_of=one.id) for _, brief in found)
    assert {(story, channel) for story, channel, _ in await outbox(store, one)} == {
        (one.id, LEGAL), (two.id, LEGAL), (two.id, LAB),
    }  # fmt: skip


@pytest.mark.parametrize("outcome", [Later("busy"), Doubt("broke"), Sent("1.1"), Refused("gone", "")])
async def test_a_message_that_was_on_its_way_during_the_merge_reaches_the_channel_once(
    store: Store, outcome: Outcome
) -> None:
    one = await published(store, POLICY, key="1")
    two = await published(store, LEGAL, key="2")
    (flying,) = [
        delivery
        for delivery, _ in await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
        if delivery.story == two.id
    ]
    await merged(store, one, two)
    await store.settle(flying.id, outcome, AFTER, MINUTE)
    await sends(store, AFTER + MINUTE, Later("was not posted"))
    await sends(store, AFTER + 3 * MINUTE)
    ((number, _, state),) = [row for row in await outbox(store, one) if row[1] == LEGAL]
    if isinstance(outcome, Sent | Refused):
        assert (number, state) == (two.id, "sent" if isinstance(outcome, Sent) else "refused")
    else:
        assert (number, state) == (one.id, "sent")


async def test_a_story_not_told_yet_is_told_by_what_was_told_of_the_other(store: Store) -> None:
    baseline = await filed(store, judged(entry("1"), standing="baseline"), told=False)
    told = await published(store, LEGAL, LAB, key="2")
    (first,) = await store.claim(NOW, ("slack",), lease=LEASE, gaps={}, limit=1)
    await store.settle(first[0].id, Sent("1.1"), NOW, MINUTE)
    story = await merged(store, baseline, told)
    assert story.told
    assert await store.unbriefed(9) == ()
    ((delivery, brief),) = await store.claim(AFTER, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    assert (delivery.story, delivery.channel) == (baseline.id, LAB)
    assert brief == replace(brief_of(told), story=baseline.id)


@pytest.mark.parametrize("stays", ["near", "news"])
async def test_news_merged_with_what_was_passed_over_is_still_to_be_told(store: Store, stays: str) -> None:
    near = await filed(store, judged(entry("near"), NEAR))
    await store.pass_over(near.id, "nobody asks for it", NOW)
    news = await filed(store, judged(entry("news", feed="herald")))
    whole = await (merged(store, near, news) if stays == "near" else merged(store, news, near))
    assert [(one.id, one.verdict.label) for one in await store.unbriefed(9)] == [(whole.id, "positive")]


async def test_a_backfill_of_the_whole_gives_no_channel_what_it_got_as_a_part(store: Store) -> None:
    one = await published(store, LEGAL, key="1")
    two = await published(store, LAB, key="2")
    await sends(store, NOW)
    story = await merged(store, one, two)
    again = (alert(LAB), alert(POLICY))
    assert await store.publish(brief_of(story), again, AFTER, asked=True) == 1
    assert [delivery.channel for delivery in await sends(store, AFTER)] == [POLICY]


async def test_the_note_of_a_correction_stays_under_the_message_it_is_about(store: Store) -> None:
    one, two = await published(store, LEGAL, key="1"), await published(store, LEGAL, key="2")
    await sends(store, NOW)
    ((told, _),) = await store.claim(NOW + MINUTE, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    await store.settle(told.id, Sent("2.2"), NOW + MINUTE, MINUTE)
    seen = Correction(two.entries[0].id, "Gazette", False, "It starts in May.", "It starts in June.", NOW)
    await store.correct(seen, replace(brief_of(two), corrections=(seen,)), "digest", NOW)
    await merged(store, one, two)
    ((note, brief),) = await store.claim(AFTER, EVERYWHERE, lease=LEASE, gaps={}, limit=9)
    assert (note.kind, note.story, note.follows) == ("correction", two.id, "2.2")
    assert brief.corrections == (seen,)


# Beside a turn


async def test_a_brief_of_a_story_that_was_merged_meanwhile_is_not_published(store: Store) -> None:
    one = await published(store, LEGAL, key="1")
    two = await filed(store, judged(entry("2")))
    await merged(store, one, two)
    assert await store.publish(brief_of(two), (alert(LEGAL), alert(LAB)), AFTER) == 0
    assert [state for _, _, state in await outbox(store, one)] == ["pending"]
    assert await store.brief(two.id) is None


async def test_a_brief_that_stands_on_a_report_taken_out_meanwhile_is_not_published(store: Store) -> None:
    story = await wrongly_grouped(store)
    harbour = next(one for one in story.entries if one.key == "harbour")
    (claim,) = brief_of(story).dek
    standing = replace(claim, evidence=(Evidence(harbour.id, 0, 10, harbour.source[:10]),))
    await taken_out(store, story, "harbour")
    assert await store.publish(replace(brief_of(story), watch=(standing,)), (alert(),), AFTER) == 0
    assert story.id in {one.id for one in await store.unbriefed(9)}


async def test_a_report_for_a_story_that_was_merged_meanwhile_is_filed_under_the_one_it_is_part_of(
    store: Store,
) -> None:
    one = await filed(store, judged(entry("1")))
    two = await filed(store, judged(entry("2"), HARBOUR))
    await merged(store, one, two)
    await heard(store, judged(entry("3"), HARBOUR))
    ((late, _),) = await store.find(entry("3").link)
    story = await store.file(Filing(late.entry, two, "alike"), HARBOUR, told=True, text="late", now=AFTER)
    assert story.id == one.id
    assert len(story.entries) == 3
    assert story.verdict.instruments == (*YES.instruments, *HARBOUR.instruments)
    assert await store.search("late", 9) == (story,)
