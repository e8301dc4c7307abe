"""Editors set right which reports tell one event; what was posted follows, and nobody is alerted twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.core.regrouping import tells
from bot.model import Brief, Story
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.test_commands import ELSEWHERE, FINE, HERE, ORDERS, SIGNED, Office, office
from tests.walks.test_conversation import listening
from tests.walks.test_growing_story import AGAIN, CHANNELS, PLATFORMS, TEXT, TITLE, alerted, far_side
from tests.walks.world import NEWS, World, world

__all__ = ["office"]
"""The fixture of the desk's own tests."""


# At the desk


async def grouped(office: Office) -> None:
    """One story of three reports, two of them of another event."""
    await office.hears(FINE)
    await office.turns()
    await office.hears(SIGNED, ORDERS, feed="herald")
    await office.files_under(1)


async def told_apart(office: Office) -> None:
    """Two stories, each sent."""
    await office.says("save everything")
    await office.hears(FINE, SIGNED)
    await office.turns()
    await office.sends()


async def test_a_story_s_card_points_to_each_report(office: Office) -> None:
    await grouped(office)
    (card,) = (await office.asks("story 1")).cards
    assert ["news.example" in one.link for one in card.reports] == [True] * 3


async def test_a_split_says_what_it_took_and_how_to_undo_it(office: Office) -> None:
    await grouped(office)
    reply = await office.asks("story split 1 2", operator=True)
    assert reply.text == (
        f"Taken out of story 1, and story 2 now: “{SIGNED[0]}” (Herald)\n"
        "No channel is alerted to it, unless you say: story tell 2"
    )
    assert [(button.label, button.line) for button in reply.buttons] == [
        ("Undo", "story merge 1 2"),
        ("Tell the channels", "story tell 2"),
    ]
    assert await office.says("story 2") == SIGNED[0]
    assert (await office.says("search governor")).splitlines()[1:] == [SIGNED[0]]
    assert (await office.says("search fines")).splitlines()[1:] == [FINE[0]]
    assert "Story 2 is part of story 1 now" in await office.edits("story merge 1 2")


@pytest.mark.parametrize(
    "line",
    ["story split 1 2,3", "story split 1 2 3", "story SPLIT #1 #2, #3", "story split 1 <https://news.example/2|x> 3"],
)
async def test_several_reports_become_one_story_by_number_or_by_link(office: Office, line: str) -> None:
    await grouped(office)
    assert "and 1 other report" in await office.edits(line)
    story = await office.store.story(2)
    assert story
    assert {one.title for one in story.entries} == {SIGNED[0], ORDERS[0]}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("story split 1", "Say which of its reports to take out, by their numbers in: story 1."),
        ("story split 1 9", "Story 1 has no report 9. See: story 1"),
        ("story split 1 https://news.example/99", "Story 1 has no report https://news.example/99."),
        ("story split 1 2,1", "was told with the headline of that report"),
        ("story split 1 1", "Take the others out instead: story split 1 2,3"),
        ("story split 9 1", "There is no story “9”."),
        ("story split", "Say which story"),
        ("story split 1 me", "“me” is neither a link nor a story number."),
        ("story merge 1 1", "That is one story already, with the number 1."),
        ("story merge 1", "Say both stories, as in: story merge 12 15"),
        ("story merge 1 9", "There is no story “9”."),
        ("story tell", "Say which story"),
    ],
)
async def test_a_line_that_cannot_be_done_says_why_and_changes_nothing(office: Office, line: str, said: str) -> None:
    await grouped(office)
    before = await office.store.story(1)
    assert said in await office.edits(line)
    assert await office.store.story(1) == before
    assert (await office.store.census()).stories == 1


async def test_what_came_with_a_story_and_was_taken_out_already_is_not_taken_out_again(office: Office) -> None:
    await office.hears(*NEWS)
    await office.files_apart()
    await office.edits("story merge 1 2")
    await office.edits("story merge 1 3")
    await office.edits("story split 1 2,3")
    assert "No report of story 2 is left in story 1" in await office.edits("story split 2")


async def test_all_reports_of_a_story_never_told_cannot_be_taken_out(office: Office) -> None:
    await office.hears(FINE, SIGNED, standing="baseline")
    await office.turns()
    assert await office.edits("story split 1 1") == "Story 1 has one report only."
    await office.edits("story merge 1 2")
    assert await office.edits("story split 1 1,2") == "Those are all reports of story 1; leave it one at least."


async def test_only_editors_change_what_every_channel_reads(office: Office) -> None:
    await grouped(office)
    for line in ("story split 1 2", "story merge 1 2", "story tell 1"):
        assert await office.says(line) == (
            "Stories are the same for every channel, so only the editors of this RegPulse change which reports tell "
            "one. Whoever runs it names them, you as slack:T1:U1, under [people] editors."
        )
    assert (await office.store.census()).stories == 1


async def test_a_merge_says_how_to_undo_it_and_undoing_it_brings_the_story_back(office: Office) -> None:
    await told_apart(office)
    before = await office.store.story(2)
    reply = await office.asks("story merge 1 2", operator=True)
    assert reply.text == "Story 2 is part of story 1 now, which has 2 reports. Messages posted of it will say so."
    (undo,) = reply.buttons
    assert (undo.label, undo.line) == ("Undo", "story split 2")
    assert "and story 2 now" in await office.edits(undo.line)
    assert "Story 2 is a story of its own" in await office.edits(undo.line)
    assert before
    assert await office.store.story(2) == replace(before, pinned=True)


@pytest.mark.parametrize("joins", ["older", "newer"])
async def test_a_merge_is_undone_by_what_was_merged_whatever_joined_meanwhile(office: Office, joins: str) -> None:
    await told_apart(office)
    undo = (await office.asks("story merge 1 2", operator=True)).buttons[0].line
    await office.hears(ORDERS, feed="herald", hours={"older": 5, "newer": -1}[joins])
    await office.files_under(1)
    assert SIGNED[0] in await office.edits(undo)
    left, back = await office.store.story(1), await office.store.story(2)
    assert left
    assert back
    assert {one.title for one in left.entries} == {FINE[0], ORDERS[0]}
    assert {one.title for one in back.entries} == {SIGNED[0]}


async def test_a_merge_of_what_was_merged_before_is_undone_whole_and_so_is_the_one_within(office: Office) -> None:
    await office.hears(*NEWS)
    await office.files_apart()
    within = (await office.asks("story merge 2 3", operator=True)).buttons[0].line
    undo = (await office.asks("story merge 1 2", operator=True)).buttons[0].line
    assert "and story 2 now" in await office.edits(undo)
    assert await office.store.story(3) == await office.store.story(2)
    assert "and story 3 now" in await office.edits(within)
    assert len({await titles(office, number) for number in (1, 2, 3)}) == 3


async def titles(office: Office, number: int) -> tuple[str, ...]:
    story = await office.store.story(number)
    return tuple(one.title for one in story.entries) if story else ()


async def test_a_story_told_by_the_one_merged_into_it_gives_its_own_reports_back(office: Office) -> None:
    """What was told of it is the other's: its number stays with the messages."""
    await office.hears(ORDERS, standing="baseline")
    await office.files_apart(told=False)
    await office.says("save everything")
    await office.hears(SIGNED)
    await office.turns()
    await office.sends()
    undo = (await office.asks("story merge 1 2", operator=True)).buttons[0].line
    assert "was told with the headline of that report" in await office.edits("story split 2")
    await office.hears(FINE, feed="herald", hours=5)
    await office.files_under(1)
    assert "and story 3 now" in await office.edits(undo)
    assert SIGNED[0] in await titles(office, 1)
    assert ORDERS[0] not in await titles(office, 1)


@pytest.mark.parametrize("told_meanwhile", [False, True])
async def test_a_merge_undone_while_alerts_wait_costs_nobody_the_other_event(
    office: Office, *, told_meanwhile: bool
) -> None:
    await office.says("save everything every:daily 09:00")
    await office.says("save governor", ELSEWHERE)
    await office.hears(FINE, SIGNED)
    await office.turns()
    undo = (await office.asks("story merge 1 2", operator=True)).buttons[0].line
    assert await office.outbox() == [(HERE.id, FINE[0]), (ELSEWHERE.id, FINE[0])]
    if told_meanwhile:
        await office.sends()
    assert "It is still to be told in 2 channels." in await office.edits(undo)
    assert "To be sent here: waiting for the daily digest" in await office.says("why 2")
    office.now += timedelta(days=1)
    await office.sends()
    both = [(HERE.id, FINE[0]), (HERE.id, SIGNED[0]), (ELSEWHERE.id, SIGNED[0])]
    assert await office.outbox() == sorted(both + [(ELSEWHERE.id, FINE[0])] * told_meanwhile)
    assert "Sent here" in await office.says("why 2")
    assert "told already" in await office.edits("story tell 2")


async def test_what_went_to_nobody_is_told_when_an_editor_says_so(office: Office) -> None:
    await office.hears(FINE)
    await office.turns()
    await office.says("save everything")
    assert "is sent with the next turn" in await office.edits("story tell 1")
    await office.turns()
    assert await office.outbox() == [(HERE.id, FINE[0])]
    assert "told already, or about to be" in await office.edits("story tell 1")


async def test_a_merged_number_leads_to_the_whole_and_its_evidence_is_that_of_what_was_sent(office: Office) -> None:
    await told_apart(office)
    await office.edits("story merge 1 2")
    reply = await office.asks("story 2")
    assert (reply.text, reply.cards[0].title) == ("Story 2 is part of story 1 now:", FINE[0])
    (proof,) = (await office.asks("evidence 2")).cards
    assert proof.title == SIGNED[0]
    assert "Herald" not in str(proof.points)
    assert "(source)" not in str(proof.points)
    assert (await office.says("why 2")).splitlines()[0] == f"Story 1: {FINE[0]}"


async def test_why_tells_of_the_merge_and_that_the_part_was_sent_here(office: Office) -> None:
    await told_apart(office)
    await office.edits("story merge 1 2")
    text = await office.says("why https://news.example/2")
    assert "Regrouped 24 Nov 2026, 12:00 UTC: story 1 (story 2 became part of story 1: an editor said so)" in text
    assert text.count("Sent here") == 2


async def test_what_was_taken_out_is_told_when_asked_and_to_whom_asks_for_it(office: Office) -> None:
    await office.says("save fines")
    await office.says("save governor", ELSEWHERE)
    await grouped(office)
    await office.edits("story split 1 2")
    await office.turns()
    assert await office.outbox() == [(HERE.id, FINE[0])]
    assert "taken by an editor out of a story that was told already" in await office.says("why 2")
    assert "is sent with the next turn" in await office.edits("story tell 2")
    await office.turns()
    assert await office.outbox() == [(HERE.id, FINE[0]), (ELSEWHERE.id, SIGNED[0])]


async def test_a_turn_files_by_the_stories_as_people_left_them(office: Office) -> None:
    await told_apart(office)
    await office.edits("story merge 1 2")
    await office.hears((SIGNED[0], SIGNED[1]), feed="herald")
    await office.turns()
    story = await office.store.story(2)
    assert story
    assert (story.id, len(story.entries)) == (1, 3)
    await office.edits("story split 1 2,3")
    await office.hears((SIGNED[0], SIGNED[1]), feed="tribune")
    await office.turns()
    story = await office.store.story(1)
    assert story
    assert len(story.entries) == 1
    assert (await office.store.census()).stories == 2


async def test_a_merge_while_a_brief_is_being_written_costs_no_alert_and_doubles_none(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.says("save everything")
    await office.hears(FINE, SIGNED)
    writer = office.room.writer
    write = type(writer).brief

    async def merges_first(self: object, story: Story, now: datetime) -> Brief:
        monkeypatch.setattr(type(writer), "brief", write)
        await office.edits("story merge 1 2")
        return await writer.brief(story, now)

    monkeypatch.setattr(type(writer), "brief", merges_first)
    await office.turns()
    assert await office.outbox() == [(HERE.id, FINE[0])]
    brief = await office.store.brief(1)
    story = await office.store.story(1)
    assert brief
    assert story
    assert len(story.entries) == 2
    assert tells(story.entries[0], brief)


# In the channels


async def two_alerts(made: World, platform: str) -> None:
    await alerted(made, platform)
    made.publishes("two", NEWS[1])
    await made.turns()


@PLATFORMS
async def test_a_merged_story_s_message_says_of_which_story_it_is_part_until_it_is_undone(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await two_alerts(made, platform)
        messages = far_side(made).channel(CHANNELS[platform].id).messages
        await made.says("story merge 1 2")
        await made.turns()
        first, second = messages
        assert "The same event as story 1, and part of it since this was sent." in str(second)
        assert "Story 1" in second.buttons
        assert NEWS[1][0] in str(second)
        assert "+1 outlet" in str(first)
        await made.says("story split 1 2")
        await made.turns()
        first, second = messages
        assert "part of it since" not in str(second)
        assert "Story 1" not in second.buttons
        assert "outlet" not in str(first)
        assert (first.edits, second.edits) == (2, 2)
        assert far_side(made).faults == []


@PLATFORMS
async def test_a_report_that_did_not_belong_is_taken_from_the_message_and_told_when_asked(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        messages = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+1 outlet" in str(messages[0])
        await made.says("story split 1 2")
        await made.turns()
        assert len(messages) == 1
        assert "outlet" not in str(messages[0])
        await made.says("story tell 2")
        await made.turns()
        await made.turns()
        assert [TITLE in str(messages[0]), AGAIN in str(messages[1]), len(messages)] == [True, True, 2]


@PLATFORMS
async def test_editors_are_who_the_operator_named(tmp_path: Path, platform: str) -> None:
    person = {"slack": "slack:T1:U1", "discord": "discord:7"}[platform]
    async with listening(tmp_path, platform) as made:
        assert f"you as {person}" in await typed(made, "story merge 1 2")
    (tmp_path / "again").mkdir()
    async with listening(tmp_path / "again", platform, REGPULSE_PEOPLE_EDITORS=person) as made:
        assert "Story 2 is part of story 1 now" in await typed(made, "story merge 1 2")
        assert "Story 2 is part of story 1 now:" in await typed(made, "story 2")


async def typed(made: World, line: str) -> str:
    server: SlackServer | DiscordServer = far_side(made)
    return str(await server.types(f"/regpulse {line}")).replace("\\", "")
