"""The desk over a real store: what a person types, and what they read."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import config, pipeline
from bot.commands import VERBS, Desk
from bot.commands.desk import WENT_WRONG
from bot.core.audience import indexed
from bot.core.brief import checked
from bot.core.permissions import Policy
from bot.core.relevance import judge
from bot.core.thresholds import Thresholds
from bot.model import (
    Brief,
    Caller,
    Channel,
    Feed,
    Filing,
    Judged,
    Memory,
    Preset,
    Rank,
    Refused,
    Reply,
    Sent,
    Standing,
    Story,
    Subscription,
    Verb,
)
from bot.pipeline import Newsroom
from bot.platforms.discord import embeds
from bot.store.sqlite import Sqlite
from bot.writers.extract import Extract
from tests.core.vocabulary import CONFIG, FEED, LIKENESS, NOW, SHIPPED, report
from tests.standins.desks import INDOORS, NoPages
from tests.walks.world import NEWS, OTHER

HERE, ELSEWHERE = Channel("slack", "T1", "C1"), Channel("slack", "T1", "C2")
FEEDS = (replace(FEED, id="gazette", name="The Gazette"), replace(FEED, id="herald", name="The Herald"))
FINE, SIGNED, ORDERS = NEWS
PRESETS = config.presets(CONFIG / "presets.toml", SHIPPED)


@dataclass
class Office:
    """A desk, the store behind it, and a clock that stands still until told otherwise."""

    store: Sqlite
    now: datetime = NOW
    heard: int = 0
    presets: tuple[Preset, ...] = PRESETS
    room: Newsroom = field(init=False)
    desk: Desk = field(init=False)

    def __post_init__(self) -> None:
        self.room = Newsroom(
            store=self.store,
            web=NoPages(),
            writer=Extract(SHIPPED),
            vocabulary=SHIPPED,
            detector=None,
            likeness=LIKENESS,
            thresholds=Thresholds(),
            feeds=(),
            now=lambda: self.now,
            max_age=timedelta(days=3),
        )
        self.desk = self.opens()

    def opens(
        self,
        *,
        feeds: tuple[Feed, ...] = FEEDS,
        manage: Mapping[str, Policy] | None = None,
        a_person: int = 0,
        a_space: int = 0,
        editors: tuple[str, ...] = (),
        troubles: tuple[str, ...] = (),
        ops: Channel | None = None,
    ) -> Desk:
        """A desk over this store."""
        return Desk(
            store=self.store,
            brief_now=self._brief,
            vocabulary=SHIPPED,
            feeds=feeds,
            now=lambda: self.now,
            outside=INDOORS,
            max_age=self.room.max_age,
            presets=self.presets,
            manage=manage,
            editors=editors,
            troubles=lambda: troubles,
            ops=ops,
            a_person=a_person,
            a_space=a_space,
        )

    async def _brief(self, story: Story) -> Brief:
        return await self.store.brief(story.id) or checked(await self.room.writer.brief(story, self.now), story)

    async def hears(
        self, *items: tuple[str, str], hours: float = 0, standing: Standing = "new", feed: str = "gazette"
    ) -> None:
        """New entries of a feed, not yet filed."""
        entries = []
        for title, text in items:
            self.heard += 1
            entry = report(title, text, number=self.heard, hours=hours, outlet=feed.title())
            entries.append(replace(entry, feed=feed, id=0, link=f"https://news.example/{self.heard}"))
        judged = tuple(Judged(entry, judge(entry, FEED, SHIPPED), standing, "as arranged") for entry in entries)
        await self.store.record(Memory(feed, polled_at=self.now, ok_at=self.now), judged, self.now)

    async def files_apart(self, *, told: bool = True) -> None:
        """A story for each entry, however alike they are."""
        while waiting := await self.store.unfiled(50):
            for one in waiting:
                filing = Filing(one.entry, None, "as arranged")
                await self.store.file(filing, one.verdict, told=told, text=indexed(one.entry.title), now=self.now)

    async def files_under(self, number: int) -> None:
        """All that waits, under this story, however little it belongs there."""
        for one in await self.store.unfiled(50):
            filing = Filing(one.entry, await self.store.story(number), "as arranged")
            await self.store.file(filing, one.verdict, told=True, text=indexed(one.entry.title), now=self.now)

    async def turns(self) -> None:
        await pipeline.turn(self.room)

    async def sends(self) -> None:
        """Everything in the outbox goes out."""
        while claimed := await self.store.claim(self.now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=9):
            for delivery, _ in claimed:
                await self.store.settle(delivery.id, Sent("1"), self.now, timedelta(0))

    async def asks(
        self, line: str, channel: Channel = HERE, *, may_manage: bool = True, operator: bool = False
    ) -> Reply:
        rank: Rank = "manager" if may_manage else "member"
        return await self.desk.answer(line, self.caller(channel, rank, operator=operator))

    def caller(self, channel: Channel = HERE, rank: Rank = "manager", *, operator: bool = False) -> Caller:
        return Caller(channel, "U1", rank, operator, "Ada")

    async def edits(self, line: str) -> str:
        """A line of the operator; what they read."""
        return (await self.asks(line, operator=True)).text

    async def says(self, line: str, channel: Channel = HERE, *, may_manage: bool = True) -> str:
        """What the person reads."""
        reply = await self.asks(line, channel, may_manage=may_manage)
        return "\n".join([reply.text, *(card.title for card in reply.cards)]).strip()

    async def outbox(self) -> list[tuple[str, str]]:
        """(channel, headline) of every delivery."""
        found = [
            (delivery.channel.id, story.headline)
            for story in await self.store.latest(50)
            for delivery in await self.store.deliveries(story.id)
        ]
        return sorted(found)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    store = await Sqlite.open(tmp_path / "regpulse.db")
    yield Office(store)
    await store.close()


# The line itself


@pytest.mark.parametrize("line", ["help", "@regpulse help", "/regpulse  HELP", "\u200bhelp"])
async def test_help_names_every_verb_in_one_message_anywhere(office: Office, line: str) -> None:
    text = await office.says(line)
    assert all(f"\n• {verb.name}: " in text for verb in VERBS)
    assert len(embeds.escaped(text)) <= 1_900


@pytest.mark.parametrize("line", ["", "  ", "/regpulse"])
async def test_a_newcomer_is_told_three_things_to_do_first(office: Office, line: str) -> None:
    reply = await office.asks(line)
    assert "Three things to do first:" in reply.text
    for button in reply.buttons:
        assert button.line.removeprefix("form ") in reply.text
    await office.says("save everything")
    assert "Look things up:" in await office.says(line)


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
async def test_every_verb_has_its_help_and_an_example_that_works(office: Office, verb: Verb) -> None:
    assert f"Example: {verb.example}" in await office.says(f"help {verb.name}")
    assert verb.example.split()[0] == verb.name
    assert len(verb.summary) <= 100  # a command's description in Discord
    assert await office.says(verb.example) != WENT_WRONG


async def test_a_word_that_is_no_command_gets_the_nearest_one(office: Office) -> None:
    assert (
        await office.says("subcribe ai")
        == "“subcribe” is no command. Did you mean: subscribe? Say help to see them all."
    )
    assert "is no command. Say help" in await office.says("xyzzy")
    assert "Did you mean: search?" in await office.says("help serch")


@pytest.mark.parametrize(
    "line",
    [
        "subscribe ai",
        "save ai",
        "edit 1 ai",
        "unsubscribe 1",
        "mute opinion",
        "unmute opinion",
    ],
)
async def test_who_may_not_manage_the_channel_changes_nothing(office: Office, line: str) -> None:
    await office.says("save everything")
    await office.says("mute gossip")
    assert (await office.says(line, may_manage=False)).startswith("Only people who may manage it can change")
    assert "1. everything" in await office.says("subscriptions", may_manage=False)
    assert "Muted: gossip" in await office.says("subscriptions", may_manage=False)


# Looking up


async def test_latest_gives_the_newest_first_and_a_button_for_more(office: Office) -> None:
    for hours, item in ((3, FINE), (2, SIGNED), (1, ORDERS)):
        await office.hears(item, hours=hours)
    await office.turns()
    reply = await office.asks("latest 2")
    assert [card.title for card in reply.cards] == [ORDERS[0], SIGNED[0]]
    assert [(button.label, button.line) for button in reply.buttons] == [
        ("More", "latest 2 page:2"),
        ("Share here", "share latest 2"),
    ]
    reply = await office.asks(reply.buttons[0].line)
    assert [card.title for card in reply.cards] == [FINE[0]]
    assert [(button.label, button.line) for button in reply.buttons] == [
        ("Back", "latest 2 page:1"),
        ("Share here", "share latest 2 page:2"),
    ]
    assert await office.says("latest 2 page:3") == "There are no more."
    assert await office.says("latest none") == "“none” is no number. Say: latest 5"


async def test_before_there_is_a_story_latest_says_what_to_do(office: Office) -> None:
    assert await office.says("latest") == (
        "No story yet: RegPulse has just begun to listen. To see how it is doing: status"
    )


async def test_search_finds_what_a_subscription_would_hear(office: Office) -> None:
    await office.hears(*NEWS)
    await office.turns()
    assert await office.says('search "eu ai act" -opinion') == f'Stories for "eu ai act" -opinion:\n{FINE[0]}'
    assert set((await office.says("search everything -chatbot")).splitlines()[1:]) == {SIGNED[0]}
    assert (await office.says("search zebra")).startswith("Nothing found for zebra.")
    assert "A quote opened at character 4 is never closed." in await office.says('search eu "ai')


async def test_a_word_that_looks_like_an_operator_is_pointed_out(office: Office) -> None:
    assert "for one or the other write OR" in await office.says("search zebra or lion")
    assert "for one or the other write OR" in await office.says("subscribe zebra or lion")


async def test_a_story_and_its_evidence_are_cards(office: Office) -> None:
    await office.hears(FINE)
    await office.turns()
    (card,) = (await office.asks("story 1")).cards
    assert card.title == FINE[0]
    assert len(card.points) == 3
    (proof,) = (await office.asks("evidence #1")).cards
    assert "The company must hand over its risk assessments by 15 December 2026." in "\n".join(proof.points)
    assert await office.says("story 99") == "There is no story “99”. Story numbers stand in latest and search."
    assert (await office.says("story")).startswith("Say which story")


# Why


async def test_why_tells_the_whole_way_of_a_story_that_was_sent(office: Office) -> None:
    await office.says('save "EU AI Act"')
    await office.says("save zebra")
    await office.hears(FINE)
    await office.turns()
    await office.sends()
    lines = (await office.says("why <https://news.example/1?utm_source=x|the label>")).splitlines()
    assert lines[0] == f"Story 1: {FINE[0]}"
    assert lines[1:4] == [
        "Sent here 24 Nov 2026, 12:00 UTC, because of EU AI Act",
        'Subscription 1, "EU AI Act": matches, because of EU AI Act',
        "Subscription 2, zebra: does not match (missing: “zebra”)",
    ]
    way = lines[lines.index("How it came about:") + 1 :]
    assert way[0] == "Gazette (feed gazette), dated 24 Nov 2026, 12:00 UTC"
    assert [line.split()[0] for line in way[1:6]] == ["Heard", "Judged", "Filed", "Article", "Briefed"]
    assert "positive (score 1.00: AI in the title" in way[2]
    assert max(map(len, lines)) < 420


async def test_why_tells_why_a_filtered_entry_was_not_sent(office: Office) -> None:
    await office.hears(OTHER[0])
    await office.turns()
    text = await office.says("why https://news.example/1")
    assert "negative (score 0.00" in text
    assert text.startswith("Not sent anywhere: it was not found to be about AI regulation.\nHow it came about:\n")


async def test_why_does_not_call_irrelevant_what_is_only_held_or_not_filed_yet(office: Office) -> None:
    await office.hears(FINE, standing="held")
    assert (await office.says("why https://news.example/1")).startswith(
        "Not sent yet: held with the other new items of its feed. To let them through: sources release gazette\n"
    )
    await office.hears(SIGNED)
    assert (await office.says("why https://news.example/2")).startswith("Not sent yet: the next turn files it.\n")


async def test_why_says_which_reason_kept_a_story_from_this_channel(office: Office) -> None:
    await office.says("save everything", ELSEWHERE)
    await office.hears(FINE)
    await office.turns()
    unsent = "Not sent here: this channel has no subscription. It"
    assert (await office.says("why 1")).splitlines()[1] == f"{unsent} waits for 1 other channel."
    await office.sends()
    assert (await office.says("why 1")).splitlines()[1] == f"{unsent} went to 1 other channel."
    await office.says("save zebra")
    assert "no subscription of this channel asks for it" in await office.says("why 1")
    office.now += timedelta(hours=1)
    await office.says("save fines")
    assert "it was told 24 Nov 2026, 12:00 UTC, before this channel asked for it" in await office.says("why 1")
    await office.says("mute investigation")
    assert "silenced, because “investigation” is muted here" in await office.says("why 1")


async def test_why_names_the_muted_word_and_only_where_the_story_was_asked_for(office: Office) -> None:
    await office.says("save investigation")
    await office.says("save copyright")
    await office.says("mute chatbot")
    await office.hears(FINE)
    await office.turns()
    said = await office.says("why 1")
    assert "investigation: silenced, because “chatbot” is muted here" in said
    assert "copyright: does not match" in said
    assert "Not sent here: “chatbot” is muted here" in said


async def test_why_of_what_waits_and_was_muted_says_that_it_is_left_out(office: Office) -> None:
    await office.says('save investigation every:"daily 09:00"')
    await office.hears(FINE)
    await office.turns()
    assert "\nTo be sent here, because of investigation: " in await office.says("why 1")
    await office.says("mute chatbot")
    said = await office.says("why 1")
    assert "To be sent" not in said
    assert "\nWaits here, because of investigation: " in said
    assert 'It is left out then, for “chatbot” is muted here. To hear it after all: unmute "chatbot"\n' in said


async def test_why_of_what_waits_for_a_closed_channel_and_was_muted_says_that_it_is_left_out(office: Office) -> None:
    await office.says("save investigation")
    await office.hears(FINE)
    await office.turns()
    ((refused, _),) = await office.store.claim(office.now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=1)
    await office.store.settle(refused.id, Refused("is_archived", "", "channel"), office.now, timedelta(0))
    await office.says("mute chatbot")
    said = await office.says("why 1")
    assert "\nWaits here, because of investigation (" in said
    assert "is_archived), next try in 10 min. It is left out then, for “chatbot” is muted here. " in said


async def test_why_of_what_was_muted_too_late_says_so(office: Office) -> None:
    await office.says("save investigation")
    await office.hears(FINE)
    await office.turns()
    ((sending, _),) = await office.store.claim(office.now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=1)
    await office.says("mute chatbot")
    assert "; “chatbot” was muted too late to stop it\n" in await office.says("why 1")
    await office.store.settle(sending.id, Sent("1"), office.now, timedelta(0))
    assert "too late" not in await office.says("why 1")


async def test_a_back_test_leaves_out_what_the_channel_muted(office: Office) -> None:
    await office.hears(FINE)
    await office.turns()
    assert "would have sent 1 story" in await office.says("subscribe investigation")
    await office.says("mute chatbot")
    assert "would have sent nothing" in await office.says("subscribe investigation")


async def test_why_says_that_a_story_was_there_before_we_listened(office: Office) -> None:
    await office.says("save everything")
    await office.hears(FINE, standing="baseline")
    await office.turns()
    assert "Not sent: it was in the feeds before RegPulse listened" in await office.says("why 1")


async def test_why_of_a_link_no_feed_has_shown_says_what_to_do(office: Office) -> None:
    assert await office.says("why https://unknown.example/1") == (
        "No feed has shown this link: https://unknown.example/1\n"
        "Either none of our sources carries it, or it was there before RegPulse listened. See: sources"
    )
    assert await office.says("why nonsense") == "“nonsense” is neither a link nor a story number."


# Subscribing


async def test_a_subscription_is_tried_and_nothing_saved_until_its_button_is_pressed(office: Office) -> None:
    await office.hears(FINE, hours=24 * 29)
    await office.hears(SIGNED, hours=24 * 31)
    await office.turns()
    reply = await office.asks("subscribe  “fines”  OR  governor  ")
    assert reply.private
    assert reply.text == (
        "Not saved yet: fines OR governor\n"
        "In the last 30 days it would have sent 1 story, less than 1 a week:\n"
        f"• {FINE[0]}\n"
        "The noisiest word is fines: 1 of 1 from it alone.\n"
        "To get the latest when you save it, add: backfill:1"
    )
    assert [(button.label, button.line) for button in reply.buttons] == [
        ("Save", "save fines OR governor"),
        ("Narrow", "form subscribe fines OR governor"),
        ("Cancel", "cancel"),
    ]
    assert await office.store.subscriptions() == ()
    saved = await office.asks(reply.buttons[0].line)
    assert not saved.private
    assert saved.text == "Ada subscribed this channel, as number 1: fines OR governor"
    assert "it would have sent nothing." in await office.says("subscribe zebra")


async def test_what_it_would_have_sent_counts_more_than_one_batch(office: Office) -> None:
    await office.hears(*[FINE] * 120, hours=24 * 20)
    await office.hears(*[FINE] * 30, hours=24 * 40)
    await office.files_apart()
    text = await office.says("subscribe fines")
    assert "In the last 30 days it would have sent 120 stories, about 28 a week. Among them:" in text


async def test_where_regpulse_has_just_begun_a_trial_says_since_when_it_listens(office: Office) -> None:
    await office.hears(*[FINE] * 5, hours=24 * 9, standing="baseline")
    await office.files_apart(told=False)
    await office.hears(*[FINE] * 2, hours=1)
    await office.files_apart()
    for feed, days in (("gazette", 2), ("herald", 1), ("courier", 0)):
        began = office.now - timedelta(days=days)
        await office.store.record(Memory(feed, baseline_at=began, polled_at=began), (), began)
    text = await office.says("subscribe fines")
    assert (
        "RegPulse has listened since 22 Nov 2026, 12:00 UTC. Since then it would have sent 2 stories, about 7 a week; "
        "of what its feeds held before, 5 more. Among them:" in text
    )
    await office.says("save fines")
    assert "since 22 Nov 2026 it would have sent" in await office.says("feedback 7 topic")
    office.now += timedelta(days=29)
    assert "In the last 30 days it would have sent 2 stories" in await office.says("subscribe fines")


async def test_the_same_query_again_in_any_case_is_already_there(office: Office) -> None:
    await office.says('save "EU AI Act"')
    assert (await office.says("save “eu ai act”")).startswith('Already subscribed, as number 1: "EU AI Act"')
    assert "asked for this already, as number 1" in await office.says("subscribe “eu ai act”")
    assert (await office.says("subscriptions")).count("AI Act") == 1


async def test_a_backfill_goes_to_this_channel_only_oldest_first_and_once(office: Office) -> None:
    await office.says("save everything", ELSEWHERE)
    for hours, item in ((100, FINE), (99, SIGNED), (98, ORDERS)):
        await office.hears(item, hours=hours, standing="stale")
    await office.turns()
    assert "On their way here: the latest 2." in await office.says("save everything backfill:2")
    assert await office.outbox() == sorted([("C1", SIGNED[0]), ("C1", ORDERS[0])])
    ((_, first),) = await office.store.claim(NOW, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=5)
    assert first.headline == SIGNED[0]
    assert (await office.says("save everything backfill:2")).endswith(
        "Nothing more to send: this channel was given those before. See: why <number>"
    )
    assert "Nothing earlier to send." in await office.says("save zebra backfill:2")
    assert len(await office.outbox()) == 2
    assert "backfill takes a number up to 5" in await office.says("save ai backfill:6")


async def test_a_backfill_before_a_story_is_briefed_costs_no_other_channel_its_alert(office: Office) -> None:
    await office.says("save everything", ELSEWHERE)
    await office.hears(FINE)
    await pipeline._file_all(office.room)
    await office.says("save everything backfill:1")
    await office.turns()
    assert await office.outbox() == [("C1", FINE[0]), ("C2", FINE[0])]


async def test_unsubscribe_takes_a_number_a_name_or_the_words_and_undo_restores_it_whole(office: Office) -> None:
    await office.says(
        'save "EU AI Act" -opinion name:"EU watch" every:hourly stages:only mention:S123 mention-from:high'
    )
    await office.says("save everything")
    (kept, _) = await office.store.subscriptions()
    for words in ("1", "eu WATCH", "“eu ai act” -opinion"):
        reply = await office.asks(f"unsubscribe {words}")
        assert reply.text.startswith("Ada unsubscribed this channel from number")
        assert not reply.private
        ((undo,),) = (reply.buttons,)
        await office.asks(undo.line)
        assert (await office.store.subscriptions())[0] == kept
        assert (await office.asks(undo.line)).text.startswith("Already subscribed")
    await office.asks("unsubscribe 1")
    assert "no subscription “1”; it may be undone or stopped already" in await office.says("unsubscribe 1")
    assert (await office.says("unsubscribe")).startswith("Say which")


async def test_one_channel_cannot_end_the_subscription_of_another(office: Office) -> None:
    await office.says("save everything", ELSEWHERE)
    assert "has no subscription “1”" in await office.says("unsubscribe 1")
    assert "1. everything" in await office.says("subscriptions", ELSEWHERE)


async def test_subscriptions_shows_also_the_mutes_and_what_cannot_be_read_any_more(office: Office) -> None:
    await office.says("mute “Op-Ed”")
    assert await office.says("subscriptions") == (
        'This channel has no subscription. Try: subscribe "EU AI Act"\nMuted: op-ed. To hear one again: unmute "op-ed"'
    )
    await office.store.subscribe(Subscription(HERE, "(old", "U1", NOW))
    text = await office.says("subscriptions")
    assert "✗ 1. (old (since 24 Nov 2026): cannot be read any more, so it sends nothing." in text
    assert "from number 1" in await office.says("unsubscribe (old")


async def test_subscriptions_are_listed_by_five_each_with_its_buttons(office: Office) -> None:
    for n in range(7):
        await office.says(f"save word{n}x name:n{n}x")
    await office.says("edit 2 every:hourly stages:only mention:S123")
    first = await office.asks("subscriptions")
    assert "2. “n1x”, word1x (hourly, only changes of stage, mentions user group S123, since 24 Nov 2026)" in first.text
    assert [button.label for button in first.buttons][:2] == ["Edit 1", "Stop 1"]
    assert [button.label for button in first.buttons][-3:] == ["More", "Add", "Presets"]
    more = next(button for button in first.buttons if button.label == "More")
    second = await office.asks(more.line)
    assert ("6. " in second.text, "5. " in second.text) == (True, False)
    assert [button.label for button in second.buttons] == [
        "Edit 6",
        "Stop 6",
        "Edit 7",
        "Stop 7",
        "Back",
        "Add",
        "Presets",
    ]
    assert await office.says("subscriptions page:3") == "There are no more."


async def test_a_muted_word_is_unmuted_by_the_undo_button_and_once_more_says_so_kindly(office: Office) -> None:
    muted = await office.asks('mute "EU AI Act"')
    assert muted.text == ("Ada muted “eu ai act”: stories with it are not sent to this channel.")
    assert await office.says('mute "EU AI Act"') == "“eu ai act” is muted here already."
    undone = await office.asks(muted.buttons[0].line)
    assert undone.text == "Ada lets “eu ai act” through again."
    assert not (muted.private)
    assert not (undone.private)
    assert (
        await office.says(muted.buttons[0].line) == "“eu ai act” is not muted here, or not any more. See: subscriptions"
    )
    assert "one word or one" in await office.says("mute a b")


async def test_the_mute_button_of_an_alert_silences_the_next_one(office: Office) -> None:
    await office.says('save "AI companion chatbots" OR "frontier AI"')
    await office.says("mute “companion chatbots”")
    await office.hears(ORDERS, SIGNED)
    await office.turns()
    assert await office.outbox() == [("C1", SIGNED[0])]


async def test_a_channel_has_no_more_subscriptions_and_mutes_than_it_can_read(office: Office) -> None:
    for n in range(50):
        await office.says(f"save word{n}x")
        await office.says(f"mute word{n}x")
    assert "has 50 subscriptions already" in await office.says("save another")
    assert "50 words are muted here already" in await office.says("mute another")
    assert "Already subscribed" in await office.says("save word7x")


# Health


async def test_status_puts_first_what_does_not_work(office: Office) -> None:
    await office.store.note_platform("slack", ok=True, reason="", now=NOW)
    await office.store.note_platform("discord", ok=False, reason="token refused. Set a new one", now=NOW)
    await office.says("save everything")
    await office.hears(FINE)
    await office.turns()
    ((delivery, _),) = await office.store.claim(NOW, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=1)
    await office.store.settle(delivery.id, Refused("is_archived", "Unarchive it."), NOW, timedelta(0))
    failed = Memory("herald", polled_at=NOW, next_poll=NOW + timedelta(minutes=30), failures=2, reason="HTTP 503")
    await office.store.record(failed, (), NOW)
    office.now += timedelta(minutes=12)
    *others, sizes, turn = (await office.asks("status", operator=True)).text.splitlines()
    assert others == [
        "✗ discord: token refused. Set a new one (12 min ago)",
        "✗ slack channel C1: a message was not delivered: is_archived. Unarchive it. (12 min ago)",
        "✗ herald (The Herald): HTTP 503; never heard, next try in 18 min",
        "✓ slack: connected (12 min ago)",
        "• 1 of 2 sources healthy; 1 failing for now",
        "• outbox: 1 refused",
    ]
    assert re.fullmatch(r"• 1 entry, 1 story, 1 brief, 1 subscription; the database takes \d\.\d MB", sizes)
    assert turn == "• last turn 12 min ago"


async def test_only_operators_read_why_a_platform_fails_and_how_much_there_is(office: Office) -> None:
    """At the shell, on the local page and in their own channel; others read that it fails, and of their own places why."""
    await office.store.note_platform("slack", ok=False, reason="REGPULSE_SLACK_BOT_TOKEN is refused", now=NOW)
    office.desk = office.opens(troubles=("Meaning is not compared: see the log.",), ops=ELSEWHERE)
    (said, buttons) = (reply := await office.asks("status")).text, reply.buttons
    assert said.splitlines() == [
        "✗ slack: does not work just now; whoever runs RegPulse can see why (just now)",
        "• 0 of 2 sources healthy; 2 not asked yet",
        "• 0 entries, 0 stories, 0 briefs",
        "• no turn has finished yet",
    ]
    (share,) = buttons
    assert "TOKEN" not in (await office.asks(share.line)).text
    for operators in (
        await office.desk.answer("status", Caller(ELSEWHERE, "U1", "member")),
        await office.desk.answer("status", Caller(Channel("web", "", "page"), "reader", "member")),
        await office.asks("status", operator=True),
    ):
        for words in ("REGPULSE_SLACK_BOT_TOKEN is refused", "Meaning is not compared", "outbox: empty", "MB"):
            assert words in operators.text


async def test_the_trail_of_a_story_names_who_reviewed_it_and_not_their_id_or_workspace(office: Office) -> None:
    await office.hears(FINE)
    await office.turns()
    (story,) = await office.store.latest(1)
    brief = await office.store.brief(story.id)
    assert brief
    why = "reviewed by Ada (of Example) (slack:T9:U9)"
    await office.store.revise(brief, office.now, repost=True, why=why)
    said = await office.says(f"why {story.id}")
    assert "reviewed by Ada (of Example)" in said
    assert "U9" not in said


async def test_a_feed_not_asked_yet_is_not_called_well(office: Office) -> None:
    await office.hears(FINE)
    assert "• 1 of 2 sources healthy; 1 not asked yet" in await office.says("status")
    text = await office.says("sources")
    assert text.startswith("1 of 2 sources healthy; 1 not asked yet.")
    assert "• herald (The Herald): not asked yet" in text


async def test_many_sources_are_told_by_the_page(office: Office) -> None:
    feeds = tuple(replace(FEED, id=f"feed-{n:02}", name=f"Feed {n}") for n in range(90))
    office.desk = office.opens(feeds=feeds)
    seen: set[str] = set()
    line, pages = "sources", 0
    while line:
        reply = await office.asks(line)
        seen |= {text.split()[1] for text in reply.text.splitlines() if text.startswith("•")}
        line, pages = next((one.line for one in reply.buttons if one.label == "More"), ""), pages + 1
    assert (len(seen), pages) == (90, 3)


async def test_held_entries_are_let_through_by_an_editor(office: Office) -> None:
    await office.says("save everything")
    await office.hears(FINE, SIGNED, standing="held")
    assert "2 held entries of gazette are let through" in await office.edits("sources release gazette")
    await office.turns()
    assert len(await office.outbox()) == 2
    assert await office.edits("sources release gazette") == "Nothing of gazette is held."
    assert "Say: sources, or: sources release <feed>" in await office.edits("sources release nope")


@pytest.mark.parametrize("rank", ["guest", "member", "manager", "admin"])
@pytest.mark.parametrize(
    "channel",
    [HERE, Channel("slack", "T2", "D7"), Channel("discord", "", "300")],
    ids=["channel", "slack dm", "discord dm"],
)
async def test_nobody_but_editors_lets_a_feed_through_for_all(office: Office, rank: Rank, channel: Channel) -> None:
    await office.says("save everything")
    await office.hears(FINE, standing="held")
    for line in ("sources release gazette", "my sources release gazette"):
        said = await office.desk.answer(line, office.caller(channel, rank))
        assert "only the editors of this RegPulse add, remove or release them" in said.text
    await office.turns()
    assert await office.outbox() == []
