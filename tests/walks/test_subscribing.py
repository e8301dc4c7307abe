"""Subscribing at the desk: tried, saved, changed, undone, for a channel and for oneself."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from bot.commands import trying
from bot.commands.desk import WENT_WRONG
from bot.core import query
from bot.model import Channel, Reply, Subscription
from tests.core.vocabulary import NOW, SHIPPED
from tests.walks.test_commands import ELSEWHERE, FINE, HERE, ORDERS, SIGNED, Office, office

if TYPE_CHECKING:
    from bot.commands.asking import Means

__all__ = ["office"]
"""The fixture of the desk's own tests."""


async def subscribed(office: Office, channel: Channel = HERE) -> list[Subscription]:
    """What the channel asks for, the newest last."""
    return list(await office.store.subscriptions(channel))


DEMAND = ("Lawmakers demand AI safety rules", "Lawmakers called for regulation of artificial intelligence.")
"""Said, and nothing done."""


def line(reply: Reply, label: str) -> str:
    """What this button ends in."""
    return next(button.line for button in reply.buttons if button.label == label)


# Options


@pytest.mark.parametrize(
    "typed",
    [
        'fines name:"EU watch" every:"daily 09:00" mention:<!subteam^S123|@policy> mention-from:high stages:only',
        "every:daily 09:00 fines stages:ONLY name:“EU watch” mention:S123 mention-from:High",
        'name:"EU  watch" every:Daily 9am mention:"S123" fines mention-from:high stages:only',
    ],
)
async def test_options_stand_anywhere_and_values_may_be_quoted(office: Office, typed: str) -> None:
    await office.says(line(await office.asks(f"subscribe {typed}"), "Save"))
    (saved,) = await subscribed(office)
    assert (saved.query, saved.name, saved.every) == ("fines", "EU watch", "daily 09:00")
    assert (saved.mention, saved.mention_from, saved.stages_only) == ("S123", "high", True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("fines evry:hourly", "There is no option “evry:”. Did you mean every:?"),
        ("fines mentions:S123", "There is no option “mentions:”. Did you mean mention:?"),
        ("fines every:sometimes", "“sometimes” is no time for alerts. Say one of: now, hourly,"),
        ("fines name:12", "A name has up to 60 characters and is no number"),
        (f"fines name:{'x' * 61}", "A name has up to 60 characters"),
        ("fines mention:@everyone", "names no role or user group"),
        ("fines mention:<!channel>", "names no role or user group"),
        ("fines mention:<@U1>", "names no role or user group"),
        ("fines mention-from:huge", "Say one of: low, medium, high."),
        ("fines stages:some", "Say one of: only, all."),
        ("fines backfill:6", "backfill takes a number up to 5"),
        ("fines every:now every:hourly", "every: stands there twice."),
        ("every:now", "Say which words"),
        ("", "Say which words"),
    ],
)
async def test_an_option_that_cannot_be_is_said_so_and_nothing_saved(office: Office, typed: str, said: str) -> None:
    for verb in ("subscribe", "save"):
        assert said in await office.says(f"{verb} {typed}")
    assert await subscribed(office) == []


@pytest.mark.parametrize(
    "words", ['"every:daily"', "“name:x”", '"stages:only" fines', "http://a.example/x", "b2b:sales"]
)
async def test_a_word_that_reads_like_an_option_is_looked_for_in_quotes(office: Office, words: str) -> None:
    reply = await office.asks(f"subscribe {words}")
    await office.says(line(reply, "Save"))
    (saved,) = await subscribed(office)
    assert (saved.every, saved.name, saved.stages_only) == ("now", "", False)
    reply = await office.asks("unsubscribe 1")
    await office.says(line(reply, "Undo"))
    assert [one.query for one in await subscribed(office)] == [saved.query]


async def test_everyone_s_role_is_never_mentioned(office: Office) -> None:
    server = Channel("discord", "123456", "200")
    assert "is everyone, who is never mentioned" in await office.says("save fines mention:<@&123456>", server)
    await office.says("save fines mention:<@&654321>", server)
    assert [one.mention for one in await subscribed(office, server)] == ["654321"]


# Trying


async def test_the_noisiest_word_is_the_one_that_alone_brings_most(office: Office) -> None:
    await office.hears(FINE, SIGNED, ORDERS)
    await office.files_apart()
    text = await office.says("subscribe (zebra OR minors OR chatbot) -lion")
    assert "2 stories" in text
    assert "The noisiest word is chatbot: 1 of 2 from it alone." in text
    assert "noisiest" not in await office.says("subscribe chatbot fines")


async def test_more_than_ten_a_week_are_warned_of_with_a_narrower_query_in_the_form(office: Office) -> None:
    await office.hears(*[SIGNED] * 20, *[ORDERS] * 30, hours=24 * 5)
    await office.files_apart()
    reply = await office.asks("subscribe developers OR chatbots name:AI")
    assert "That is more than 10 a week. Narrower, with 20 of 50: developers\n" in reply.text
    assert line(reply, "Narrow") == "form subscribe developers name:AI"
    assert "more than 10" not in await office.says("subscribe zebra")


async def test_only_changes_of_stage_are_tried_as_they_would_be_sent(office: Office) -> None:
    await office.hears(SIGNED, DEMAND)
    await office.files_apart()
    assert "2 stories" in await office.says("subscribe everything")
    assert "1 story" in await office.says("subscribe everything stages:only")
    await office.says("save everything stages:only")
    why = [await office.says(f"why {number}") for number in (1, 2)]
    assert sum("(it asks for changes of stage only, and this is none)" in text for text in why) == 1


@pytest.mark.parametrize("verb", ["subscribe", "save"])
@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("colour:red", "“colour:red” is looked for as the words “colour red”"),
        ("source:herld", "No source is called “herld”: did you mean source:herald (The Herald)?"),
        ("fines since:2027 until:2026", "Exchange them: since:2026 until:2027"),
        ("fines -fines", "Nothing could ever match: “fines” is asked for and left out."),
        ("stage:signed stage:vetoed", "For the one or the other write: stage:signed,vetoed"),
        ("fines until:2025", "no new story could match. What was: search fines until:2025"),
    ],
)
async def test_what_can_never_match_is_said_and_saved_all_the_same(
    office: Office, verb: str, typed: str, told: str
) -> None:
    assert told in await office.says(f"{verb} {typed}")
    await office.says(f"save {typed}")
    assert len(await subscribed(office)) == 1
    assert told in await office.says(f"search {typed}") or "until" in typed


async def test_a_source_that_was_heard_is_not_doubted_though_no_feed_is_called_so(office: Office) -> None:
    """An aggregator's items name outlets of their own; a feed may be gone."""
    assert "No source is called" in await office.says("subscribe source:courier fines")
    await office.hears(FINE, feed="courier")
    await office.turns()
    for source in ("courier", "gazette", '"The Herald"'):
        assert "No source" not in await office.says(f"subscribe source:{source} fines")


async def test_a_change_into_what_can_never_match_is_said(office: Office) -> None:
    await office.says("save fines")
    assert "asked for and left out" in await office.says("edit 1 governor -governor")
    assert "asked for and left out" not in await office.says("edit 1 every:hourly")


# Names and changes


async def test_names_are_unique_in_a_channel_in_any_case(office: Office) -> None:
    await office.says('save fines name:"EU Watch"')
    await office.says("save governor")
    assert "Number 1 is called “EU Watch” already." in await office.says('save zebra name:"eu watch"')
    assert "Number 1 is called “EU Watch” already." in await office.says('edit 2 name:"EU WATCH"')
    assert "subscribed this channel" in await office.says('save zebra name:"eu watch"', ELSEWHERE)


@pytest.mark.parametrize("which", ["1", "#1", '"eu watch"', "“EU Watch”", '"EU AI Act"'])
async def test_a_subscription_is_changed_by_number_name_or_words_and_undone_whole(office: Office, which: str) -> None:
    await office.says('save "EU AI Act" name:"EU watch" mention:S123')
    before = await subscribed(office)
    changed = await office.asks(f"edit {which} every:hourly name:none stages:only mention:none")
    assert not changed.private
    assert changed.text.startswith(
        "Ada changed subscription 1: name: EU watch → none; every: now → hourly; mention: user group S123 → none; "
        "stages: all → only"
    )
    (now,) = await subscribed(office)
    assert (now.name, now.every, now.stages_only, now.mention, now.query) == ("", "hourly", True, "", '"EU AI Act"')
    await office.asks(line(changed, "Undo"))
    assert await subscribed(office) == before
    again = await office.asks(line(changed, "Undo"))
    assert (again.text, again.private) == ("Nothing to change: it is so already.", True)


async def test_words_are_changed_too_but_not_into_those_of_another(office: Office) -> None:
    await office.says("save fines name:money")
    await office.says("save governor")
    changed = await office.asks("edit money penalties OR fines")
    assert "words: fines → penalties OR fines" in changed.text
    assert "Number 2 asks for that already: governor" in await office.says("edit 1 GOVERNOR")
    assert "Say what to change" in await office.says("edit 1")
    assert "no subscription “9”" in await office.says("edit 9 every:hourly")


async def test_saving_what_is_there_already_changes_its_options_only(office: Office) -> None:
    await office.says("save fines name:money every:hourly")
    assert "asked for this already, as number 1; saving changes it" in await office.says("subscribe FINES stages:only")
    reply = await office.asks("save FINES stages:only")
    assert "Ada changed subscription 1: stages: all → only" in reply.text
    (saved,) = await subscribed(office)
    assert (saved.query, saved.name, saved.every, saved.stages_only) == ("fines", "money", "hourly", True)


async def test_one_that_was_stopped_meanwhile_is_not_changed_back_to_life(office: Office) -> None:
    await office.says("save fines")
    (one,) = await subscribed(office)
    await office.says("unsubscribe 1")
    assert not await office.store.change(replace(one, name="ghost"))
    assert await subscribed(office) == []


async def test_stopping_is_undone_under_the_same_number_with_all_that_it_was(office: Office) -> None:
    await office.says("save governor")
    await office.says('save "EU AI Act" name:"EU watch" every:"daily 09:00" mention:S123 stages:only')
    before = await subscribed(office)
    stopped = await office.asks("unsubscribe 2")
    office.now += timedelta(days=3)
    back = await office.asks(line(stopped, "Undo"))
    assert back.text.startswith("Ada subscribed this channel again, as number 2: “EU watch”")
    assert (back.private, line(back, "Undo")) == (False, "unsubscribe 2")
    assert await subscribed(office) == before


async def test_an_undo_pressed_weeks_later_says_what_comes_no_more(office: Office) -> None:
    await office.says('save fines every:"daily 09:00"')
    await office.hears(FINE)
    await office.turns()
    stopped = await office.asks("unsubscribe 1")
    assert not await office.store.claim(office.now, ("slack",), lease=timedelta(minutes=1), gaps={}, limit=9)
    office.now += timedelta(days=60)
    back = await office.asks(line(stopped, "Undo"))
    assert back.text.splitlines()[1:] == [
        "What waited for it when it was stopped, 1 story, does not come: it is no news any more, or may have been told "
        "before a backup was put back."
    ]


@pytest.mark.parametrize("typed", ["stopped:99", "stopped:x", ""])
async def test_what_cannot_be_taken_up_again_is_subscribed_anew(office: Office, typed: str) -> None:
    """An Undo of before, or one older than what is kept; and numbers of another channel are nobody's here."""
    await office.says("save fines")
    undo = line(await office.asks("unsubscribe 1"), "Undo")
    assert "subscribed this channel, as number 2" in await office.says(f"save fines {typed}")
    assert "Already subscribed, as number 2" in await office.says(undo)
    assert "subscribed this channel, as number 3" in await office.says(undo, ELSEWHERE)


# For oneself


async def test_my_is_about_one_s_own_messages_and_said_to_nobody_else(office: Office) -> None:
    own = Channel("slack", "T1", "D1")
    tried = await office.asks("my subscribe fines", own)
    assert [button.line for button in tried.buttons] == ["my save fines", "my form subscribe fines", "cancel"]
    saved = await office.asks(line(tried, "Save"), own)
    assert saved.private
    assert saved.text == "Ada subscribed you, as number 1: fines"
    assert line(saved, "Undo") == "my unsubscribe 1"
    assert await subscribed(office) == []
    assert "You are subscribed to:\n1. fines" in await office.says("my subscriptions", own)
    for typed in ("my", "my my", "my my subscriptions"):
        assert await office.says(typed, own) != WENT_WRONG


@pytest.mark.parametrize("direct", [Channel("slack", "T1", "D1"), Channel("discord", "", "300")])
async def test_in_direct_messages_it_is_you_and_this_conversation(office: Office, direct: Channel) -> None:
    """There is nobody else to be told who did it, and no channel."""
    said = [await office.says("save fines", direct)]
    assert said[0] == "You subscribed this conversation, as number 1: fines"
    for typed in ("mute opinion", "edit 1 every:hourly", "settings quiet 20:00-07:00", "settings model off"):
        said.append(await office.says(typed, direct))
        assert said[-1].startswith("You "), said[-1]
    said += [await office.says(typed, direct) for typed in ("subscriptions", "unsubscribe 1", "subscriptions")]
    said += [await office.says(typed, direct) for typed in ("unsubscribe 1", "catchup 5d")]
    await office.hears(FINE)
    await office.turns()
    said.append(await office.says("why 1", direct))
    assert not [text for text in said if "this channel" in text.lower() or "Ada" in text or "Someone" in text]


async def test_kept_lines_stay_one_s_own(office: Office) -> None:
    own = Channel("slack", "T1", "D1")
    key = await office.desk.keep("my save fines name:" + "x" * 50)
    assert len(key) <= 40
    assert office.desk.personal(key)
    assert "subscribed you" in await office.says(key, own)
    other = await office.desk.keep("save governor")
    assert not office.desk.personal(other)
    assert "subscribed this channel" in await office.says(other)
    assert await office.says("=nothing") == "This button is too old: please type the command anew."


# Presets


async def test_presets_are_tried_by_a_button_each(office: Office) -> None:
    reply = await office.asks("presets")
    assert "• US states: " in reply.text
    for button in reply.buttons:
        tried = await office.asks(button.line)
        await office.says(line(tried, "Save"))
    names = [one.name for one in await subscribed(office)]
    assert names == [preset.name for preset in office.presets]
    assert len(names) == 7


# Home


async def test_home_shows_one_s_own_and_the_channels_one_subscribed(office: Office) -> None:
    own = Channel("slack", "T1", "D1")
    await office.says("my save fines", own)
    await office.says("save governor")
    await office.store.subscribe(Subscription(ELSEWHERE, "zebra", "U2", NOW))
    await office.store.subscribe(Subscription(Channel("slack", "T2", "C1"), "zebra", "U1", NOW))
    home = await office.desk.home(office.caller(own))
    assert [(channel.id, [one.query for one in asked]) for channel, asked in home.channels] == [
        ("D1", ["fines"]),
        ("C1", ["governor"]),
    ]
    assert home.may_manage == (True, True)
    home = await office.desk.home(replace(office.caller(own), rank="member"))
    assert home.may_manage == (True, False)


async def test_home_shows_nothing_that_others_subscribed_a_channel_to(office: Office) -> None:
    """Who left a private channel reads no more there what it hears."""
    own = Channel("slack", "T1", "D1")
    await office.says("save governor")
    await office.store.subscribe(Subscription(HERE, "secret merger", "U2", NOW))
    home = await office.desk.home(office.caller(own))
    assert [(channel.id, [one.query for one in asked]) for channel, asked in home.channels] == [
        ("D1", []),
        ("C1", ["governor"]),
    ]


async def test_a_query_that_names_no_source_is_doubted_without_looking_at_the_sources() -> None:
    """With a thousand of them that kept everybody else waiting for 7 ms."""
    nobody = cast("Means", SimpleNamespace(vocabulary=SHIPPED))
    assert await trying.doubted(nobody, query.parse("fines")) == ()
