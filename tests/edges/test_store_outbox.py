"""The outbox of any store: each message once, one at a time to a channel, and none lost."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.model import Brief, Channel, Delivery, Doubt, Earlier, Later, Outcome, Refused, Sent, Subscription
from bot.ports import Store
from tests.edges.stored import (
    EVERYWHERE,
    GAPS,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NOW,
    POLICY,
    alert,
    brief_of,
    entry,
    filed,
    judged,
    published,
    revised,
)

SECOND = timedelta(seconds=1)


async def claimed(store: Store, at: datetime, *platforms: str, limit: int = 50) -> tuple[Delivery, ...]:
    found = await store.claim(at, platforms or EVERYWHERE, lease=LEASE, gaps=GAPS, limit=limit)
    return tuple(delivery for delivery, _ in found)


async def row(store: Store, story: int) -> Delivery:
    (one,) = await store.deliveries(story)
    return one


# Claiming


async def test_a_claim_leases_what_is_due_with_its_brief(store: Store) -> None:
    story = await published(store, LEGAL)
    ((delivery, brief),) = await store.claim(NOW, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=50)
    assert brief == brief_of(story)
    assert (delivery.state, delivery.attempts, delivery.attempted) == ("sending", 1, NOW)
    assert (delivery.channel, delivery.because, delivery.due) == (LEGAL, alert().because, NOW + LEASE)
    assert await row(store, story.id) == delivery
    assert await claimed(store, NOW) == ()


async def test_nothing_is_claimed_early_nor_for_a_platform_that_is_down(store: Store) -> None:
    await published(store, LEGAL, LAB, at=NOW + MINUTE)
    assert await claimed(store, NOW + MINUTE - timedelta(microseconds=1)) == ()
    assert [one.channel for one in await claimed(store, NOW + MINUTE, "discord")] == [LAB]
    assert await store.claim(NOW + MINUTE, (), lease=LEASE, gaps=GAPS, limit=50) == ()
    assert await store.next_due((), GAPS) is None
    assert await store.next_due(("slack",), GAPS) == NOW + MINUTE


async def test_a_channel_is_sent_one_message_at_a_time_oldest_first(store: Store) -> None:
    stories = [await published(store, LEGAL, key=key) for key in "123"]
    told = []
    for minute in range(3):
        at = NOW + minute * MINUTE
        (delivery,) = await claimed(store, at)
        assert await claimed(store, at + 2 * SECOND) == ()
        await store.settle(delivery.id, Sent(f"m{minute}"), at, MINUTE)
        told.append(delivery.story)
    assert told == [story.id for story in stories]


async def test_a_slow_channel_holds_up_no_other(store: Store) -> None:
    await published(store, LEGAL, key="1")
    (slow,) = await claimed(store, NOW)
    await published(store, LEGAL, POLICY, LAB, key="2")
    others = await claimed(store, NOW)
    assert {one.channel for one in others} == {POLICY, LAB}
    assert slow.channel == LEGAL


async def test_a_claim_takes_no_more_than_asked_for_and_the_oldest_of_all(store: Store) -> None:
    first = await published(store, LAB, LEGAL, key="1")
    await published(store, POLICY, key="2")
    assert {one.story for one in await claimed(store, NOW, limit=2)} == {first.id}
    assert [one.channel for one in await claimed(store, NOW, limit=2)] == [POLICY]


async def test_the_space_with_the_fewest_under_way_comes_first_and_none_has_more_than_its_share(store: Store) -> None:
    big = tuple(Channel("slack", "T1", f"C{n}") for n in range(5))
    small = Channel("slack", "T2", "C1")
    await published(store, *big, small)

    async def shared(limit: int) -> list[Channel]:
        found = await store.claim(NOW, ("slack",), lease=LEASE, gaps=GAPS, limit=limit, share=3)
        return [delivery.channel for delivery, _ in found]

    assert await shared(1) == [big[0]]
    assert await shared(1) == [small]
    assert await shared(9) == [big[1], big[2]]
    assert await shared(9) == []


async def test_a_space_that_is_put_off_waits_and_no_other(store: Store) -> None:
    elsewhere = Channel("slack", "T2", "C1")
    await published(store, LEGAL, POLICY, elsewhere)
    await store.put_off("slack", "T1", NOW + MINUTE)
    assert [one.channel for one in await claimed(store, NOW)] == [elsewhere]
    assert [one.channel for one in await claimed(store, NOW + MINUTE)] == [LEGAL, POLICY]


async def test_the_pause_of_a_channel_counts_from_the_attempt_and_from_the_message(store: Store) -> None:
    await published(store, LEGAL, key="1")
    await published(store, LEGAL, key="2")
    (first,) = await claimed(store, NOW)
    await store.settle(first.id, Sent("1"), NOW + 30 * SECOND, MINUTE)
    assert await claimed(store, NOW + 30 * SECOND + SECOND / 2) == ()
    assert await store.next_due(EVERYWHERE, GAPS) == NOW + 31 * SECOND
    assert len(await claimed(store, NOW + 31 * SECOND)) == 1


async def test_the_same_channel_name_elsewhere_is_another_channel(store: Store) -> None:
    twins = (Channel("slack", "T1", "C"), Channel("slack", "T2", "C"), Channel("discord", "T1", "C"))
    await published(store, *twins)
    assert {one.channel for one in await claimed(store, NOW)} == set(twins)


# Settling


async def test_a_sent_message_stays_sent_whatever_comes_later(store: Store) -> None:
    story = await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    await store.settle(delivery.id, Sent("1.1"), NOW + SECOND, MINUTE)
    sent = await row(store, story.id)
    assert (sent.state, sent.message, sent.attempted) == ("sent", "1.1", NOW)
    outcomes: Sequence[Outcome] = (Sent("2.2"), Later("busy"), Refused("gone", "Invite it."), Doubt("broke"))
    for outcome in outcomes:
        await store.settle(delivery.id, outcome, NOW + MINUTE, MINUTE)
    await store.hold(delivery.id, "held", NOW + MINUTE)
    assert await row(store, story.id) == sent
    assert await claimed(store, NOW + timedelta(days=9)) == ()
    assert await store.next_due(EVERYWHERE, GAPS) is None


@pytest.mark.parametrize(
    ("after", "wait"), [(None, 5 * MINUTE), (timedelta(seconds=7), timedelta(seconds=7)), (timedelta(0), SECOND)]
)
async def test_later_waits_as_long_as_the_platform_asked_or_else_our_own_time(
    store: Store, after: timedelta | None, wait: timedelta
) -> None:
    story = await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    await store.settle(delivery.id, Later("slow down", after), NOW, 5 * MINUTE)
    waiting = await row(store, story.id)
    assert (waiting.state, waiting.reason, waiting.attempts) == ("pending", "slow down", 1)
    assert await store.next_due(EVERYWHERE, GAPS) == NOW + wait
    assert await claimed(store, NOW + wait - timedelta(microseconds=1)) == ()
    (again,) = await claimed(store, NOW + wait)
    assert (again.id, again.state, again.attempts) == (delivery.id, "sending", 2)


async def test_a_refusal_is_never_tried_again(store: Store) -> None:
    story = await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    await store.settle(delivery.id, Refused("the channel is archived", "Unarchive it."), NOW, MINUTE)
    refused = await row(store, story.id)
    assert (refused.state, refused.reason) == ("refused", "the channel is archived. Unarchive it.")
    assert await claimed(store, NOW + timedelta(days=9)) == ()


async def test_an_unknown_delivery_changes_nothing(store: Store) -> None:
    story = await published(store, LEGAL)
    before = await row(store, story.id)
    await store.settle("0" * 24, Sent("1.1"), NOW, MINUTE)
    await store.settle(before.id, Later("not even claimed"), NOW, MINUTE)
    assert await row(store, story.id) == before


async def test_word_of_a_message_that_was_posted_is_believed_however_late(store: Store) -> None:
    story = await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    (doubted,) = await claimed(store, NOW + LEASE)
    assert doubted.state == "doubt"
    await store.settle(delivery.id, Later("was not posted", timedelta(0)), NOW + LEASE, MINUTE)
    await store.settle(delivery.id, Sent("1.1"), NOW + LEASE + SECOND, MINUTE)
    assert (await row(store, story.id)).state == "sent"
    assert await claimed(store, NOW + timedelta(days=9)) == ()


# Doubt


async def test_a_sender_that_died_leaves_a_doubt_that_is_leased_anew(store: Store) -> None:
    await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    end = NOW + LEASE
    assert await store.next_due(EVERYWHERE, GAPS) == end
    assert await claimed(store, end - timedelta(microseconds=1)) == ()
    (doubted,) = await claimed(store, end)
    assert (doubted.id, doubted.state, doubted.attempts, doubted.attempted) == (delivery.id, "doubt", 1, NOW)
    assert doubted.due == end + LEASE
    assert await claimed(store, end) == ()


async def test_a_doubt_comes_back_as_doubt_when_due_and_lets_others_pass_until_then(store: Store) -> None:
    await published(store, LEGAL, key="1")
    await published(store, LEGAL, key="2")
    (first,) = await claimed(store, NOW)
    await store.settle(first.id, Doubt("the connection broke"), NOW, 5 * MINUTE)
    (second,) = await claimed(store, NOW + MINUTE)
    assert second.story != first.story
    await store.settle(second.id, Sent("2"), NOW + MINUTE, MINUTE)
    assert await claimed(store, NOW + 4 * MINUTE) == ()
    (doubted,) = await claimed(store, NOW + 5 * MINUTE)
    assert (doubted.id, doubted.state, doubted.attempts) == (first.id, "doubt", 1)


async def test_after_a_restart_what_was_being_sent_is_in_doubt_and_due(store: Store) -> None:
    await published(store, LEGAL, LAB, key="1")
    first = await claimed(store, NOW)
    await published(store, POLICY, key="2")
    assert await store.reclaim(NOW + SECOND) == 2
    assert await store.reclaim(NOW + SECOND) == 0
    found = {one.channel: one for one in await claimed(store, NOW + SECOND)}
    assert {channel: one.state for channel, one in found.items()} == {LEGAL: "doubt", LAB: "doubt", POLICY: "sending"}
    assert {found[one.channel].id for one in first} == {one.id for one in first}


async def test_a_held_doubt_is_kept_and_shown_and_never_sent_by_itself(store: Store) -> None:
    story = await published(store, LEGAL)
    await claimed(store, NOW)
    (doubted,) = await claimed(store, NOW + LEASE)
    await store.hold(doubted.id, "nobody can tell", NOW + LEASE)
    held = await row(store, story.id)
    assert (held.state, held.reason) == ("held", "nobody can tell")
    assert await store.reclaim(NOW + LEASE) == 0
    assert await claimed(store, NOW + timedelta(days=9)) == ()
    assert await store.next_due(EVERYWHERE, GAPS) is None
    (trouble,) = await store.troubled_channels()
    assert (trouble.channel, trouble.state, trouble.reason) == (LEGAL, "held", "nobody can tell")


# What a message goes on from


async def test_a_message_goes_on_from_the_newest_one_its_channel_was_sent_of_an_earlier_event(store: Store) -> None:
    first = await published(store, LEGAL, POLICY, key="1")
    for delivery in await claimed(store, NOW):
        await store.settle(delivery.id, Sent(f"first-{delivery.channel.id}"), NOW, MINUTE)
    second = await published(store, LEGAL, key="2", at=NOW + MINUTE)
    (delivery,) = await claimed(store, NOW + MINUTE)
    await store.settle(delivery.id, Sent("second"), NOW + MINUTE, MINUTE)
    third = await filed(store, judged(entry("3")))
    past = (Earlier(second.id, "Two", NOW, "the Act"), Earlier(first.id, "One", NOW, "the Act", "delayed → signed"))
    brief = replace(brief_of(third), earlier=past)
    await store.publish(brief, (alert(LEGAL), alert(POLICY), alert(LAB)), NOW + 2 * MINUTE)
    found = await store.claim(NOW + 2 * MINUTE, EVERYWHERE, lease=LEASE, gaps=GAPS, limit=9)
    assert {one.channel: one.follows for one, _ in found} == {LEGAL: "second", POLICY: f"first-{POLICY.id}", LAB: ""}
    assert all(told == brief for _, told in found)


# Edits


async def posted(store: Store, at: datetime = NOW) -> Brief:
    """One message stands in a channel; the brief it shows."""
    story = await published(store, LEGAL)
    (delivery,) = await claimed(store, at)
    await store.settle(delivery.id, Sent("1.1"), at, MINUTE)
    return brief_of(story)


async def revisions(store: Store, at: datetime) -> tuple[Delivery, ...]:
    return tuple(delivery for delivery, _ in await revised(store, at))


async def test_the_trail_counts_one_outlet_as_one(store: Store) -> None:
    brief = await posted(store)
    brief = replace(brief, sources=brief.sources[:1])
    await store.revise(brief, NOW, repost=True, why="a word was changed")
    assert [one.outcome for one in await store.trail(1) if one.step == "revised"] == ["1 outlet"]


async def test_a_posted_message_is_leased_for_its_edit_once_and_again_when_the_lease_ran_out(store: Store) -> None:
    brief = await posted(store)
    assert await revisions(store, NOW) == ()
    await store.revise(brief, NOW, repost=True, why="+1 outlets")
    (one,) = await revisions(store, NOW)
    assert (one.message, one.channel) == ("1.1", LEGAL)
    assert await revisions(store, NOW + LEASE - SECOND) == ()
    (again,) = await revisions(store, NOW + LEASE)
    await store.settle_revision(again.id, until=NOW + 2 * LEASE, again=NOW + 9 * LEASE)
    assert await revisions(store, NOW + 9 * LEASE - SECOND) == ()
    (last,) = await revisions(store, NOW + 9 * LEASE)
    await store.settle_revision(last.id, until=NOW + 10 * LEASE, again=None)
    assert await revisions(store, NOW + timedelta(days=9)) == ()


async def test_a_story_that_grows_while_its_message_is_edited_has_it_edited_once_more(store: Store) -> None:
    brief = await posted(store)
    await store.revise(brief, NOW, repost=True, why="+1 outlets")
    (one,) = await revisions(store, NOW)
    await store.revise(replace(brief, note="New."), NOW + SECOND, repost=True, why="+1 outlets")
    await store.settle_revision(one.id, until=NOW + LEASE, again=None)
    ((_, shown),) = await revised(store, NOW + SECOND)
    assert shown.note == "New."


async def test_a_message_on_its_way_is_edited_once_it_is_posted_and_a_refused_one_never(store: Store) -> None:
    story = await published(store, LEGAL, POLICY)
    first, second = await claimed(store, NOW)
    await store.revise(brief_of(story), NOW, repost=True, why="+1 outlets")
    assert await revisions(store, NOW) == ()
    await store.settle(first.id, Sent("1.1"), NOW, MINUTE)
    await store.settle(second.id, Refused("archived", ""), NOW, MINUTE)
    assert [one.id for one in await revisions(store, NOW)] == [first.id]


# Troubled channels


async def test_a_channel_is_in_trouble_from_its_refusal_to_its_next_message(store: Store) -> None:
    for channel in (LEGAL, POLICY):
        await store.subscribe(Subscription(channel, "everything", "tester", NOW))
    await published(store, LEGAL, POLICY, key="1")
    for delivery in await claimed(store, NOW):
        await store.settle(delivery.id, Refused("not in the channel", "Invite it."), NOW, MINUTE)
    await published(store, LEGAL, key="2", at=NOW + MINUTE)
    (second,) = await claimed(store, NOW + MINUTE)
    await store.settle(second.id, Sent("2"), NOW + MINUTE, MINUTE)
    (trouble,) = await store.troubled_channels()
    assert (trouble.channel, trouble.state, trouble.at) == (POLICY, "refused", NOW)
    assert trouble.reason == "not in the channel. Invite it."


@pytest.mark.parametrize("refusal", [Refused("archived", "", "channel"), Refused("too long", "")])
async def test_a_channel_that_refuses_us_is_no_trouble_once_nothing_is_subscribed_there(
    store: Store, refusal: Refused
) -> None:
    asked = await store.subscribe(Subscription(LEGAL, "everything", "tester", NOW))
    await published(store, LEGAL)
    (delivery,) = await claimed(store, NOW)
    await store.settle(delivery.id, refusal, NOW, MINUTE)
    assert [one.channel for one in await store.troubled_channels()] == [LEGAL]
    await store.unsubscribe(LEGAL, asked.id, NOW)
    assert await store.troubled_channels() == ()
    await store.resume(LEGAL, asked.id, NOW)
    assert [one.channel for one in await store.troubled_channels()] == [LEGAL]


async def test_a_channel_tells_its_latest_trouble(store: Store) -> None:
    await store.subscribe(Subscription(LEGAL, "everything", "tester", NOW))
    for minute, key in enumerate("12"):
        at = NOW + minute * MINUTE
        await published(store, LEGAL, key=key, at=at)
        (delivery,) = await claimed(store, at)
        await store.settle(delivery.id, Refused(f"refusal {key}", ""), at, MINUTE)
    (trouble,) = await store.troubled_channels()
    assert (trouble.reason, trouble.at) == ("refusal 2", NOW + MINUTE)


async def test_a_sender_that_died_is_a_trouble_although_it_settled_nothing(store: Store) -> None:
    await published(store, LEGAL)
    await claimed(store, NOW)
    assert await store.troubled_channels() == ()
    await claimed(store, NOW + LEASE)
    (trouble,) = await store.troubled_channels()
    assert (trouble.channel, trouble.state, trouble.at) == (LEGAL, "doubt", NOW)


async def test_a_message_nobody_can_vouch_for_stays_a_trouble_after_others_got_through(store: Store) -> None:
    await published(store, LEGAL, key="1")
    (first,) = await claimed(store, NOW)
    await store.hold(first.id, "nobody can tell", NOW)
    await published(store, LEGAL, key="2", at=NOW + MINUTE)
    (second,) = await claimed(store, NOW + MINUTE)
    await store.settle(second.id, Sent("2"), NOW + MINUTE, MINUTE)
    (trouble,) = await store.troubled_channels()
    assert (trouble.state, trouble.reason, trouble.at) == ("held", "nobody can tell", NOW)


async def test_news_older_than_three_days_does_not_wait_for_a_channel_that_closes(store: Store) -> None:
    story = await published(store, LEGAL)
    late = NOW + timedelta(days=3, minutes=1)
    (delivery,) = await claimed(store, late - 2 * MINUTE)
    await store.settle(delivery.id, Refused("archived", "", "channel"), late, MINUTE)
    assert ((one := await row(store, story.id)).state, one.reason) == ("refused", "archived")
    assert not await store.is_parked(LEGAL)


async def test_many_channels_that_close_or_open_at_once_are_told_of_with_one_message_that_counts_them(
    store: Store,
) -> None:
    channels = [Channel("discord", "100", str(number)) for number in range(9)]
    story = await published(store, *channels)
    for delivery in await claimed(store, NOW):
        await store.settle(delivery.id, Refused("gone", "Open it", "channel"), NOW, MINUTE)
    told = await _told(store, NOW)
    assert told is not None
    assert told[0] == "9 channels are closed to us"
    assert "discord channel 0 of 100: gone. Open it" in told
    assert told[-2] == "and 4 more"
    again = NOW + 11 * MINUTE
    for delivery in await claimed(store, again):
        await store.settle(delivery.id, Sent("m"), again, MINUTE)
    told = await _told(store, again)
    assert told is not None
    assert told[0] == "9 channels answer again"
    assert len(await store.deliveries(story.id)) == 9


async def test_channels_that_close_after_the_first_was_told_of_are_told_of_together_and_hold_up_no_other_message(
    store: Store,
) -> None:
    await published(store, *(Channel("discord", "100", str(number)) for number in range(3)))
    for delivery in await claimed(store, NOW):
        await store.settle(delivery.id, Refused("gone", "", "channel"), NOW, MINUTE)
        if delivery.channel.id == "0":
            first = await _told(store, NOW) or ()
            assert first[:-1] == ("A channel is closed to us", "discord channel 0 of 100: gone")
    await store.watch({}, ("title", "line", "end"), NOW)
    assert (await _told(store, NOW) or [""])[0] == "title"
    assert await _told(store, NOW) is None
    assert (await _told(store, NOW + MINUTE) or [""])[0] == "2 channels are closed to us"


async def _told(store: Store, at: datetime) -> tuple[str, ...] | None:
    """The next message to operators, told."""
    notice = await store.claim_notice(at, since=NOW, lease=LEASE)
    if notice is None:
        return None
    await store.settle_notice(notice.id, Sent("m"), at, MINUTE)
    return notice.text
