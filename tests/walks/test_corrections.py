"""A publisher takes back what was told: posted copies are edited, a note stands under them, and `corrections` lists it."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot import pipeline
from bot.model import Caller, Channel
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS: dict[str, Channel] = {"slack": SLACK, "discord": DISCORD}
FINES = "3% of worldwide turnover"


def far_side(made: World) -> SlackServer | DiscordServer:
    server = made.slack or made.discord
    assert server
    return server


async def alerted(made: World, platform: str) -> None:
    made.has_feed("one")
    await made.subscribes(CHANNELS[platform])
    await made.turns()
    made.publishes("one", NEWS[0])
    await made.turns()


def serves(made: World, was: str, now: str, feed: str = "one") -> None:
    """The same item, changed."""
    first, *others = made.documents[feed]
    text, title = first.summary.replace(was, now), first.title.replace(was, now)
    made.documents[feed] = [replace(first, summary=text, title=title), *others]
    made.feeds.publishes(f"/{feed}.xml", made.document(feed))


@PLATFORMS
async def test_a_corrected_number_leaves_the_alert_and_is_told_under_it(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert FINES in str(message)
        serves(made, "3%", "7%")
        await made.turns()
        alert, note = far_side(made).channel(CHANNELS[platform].id).messages
        assert alert.edits == 1
        assert "Corrected" in str(alert)
        assert "It now says: “Fines under the act can reach 15 million euros or 7%" in str(alert)
        assert str(alert).count(FINES) == 1
        assert "one corrected its report" in str(note)
        if platform == "slack":
            assert made.slack
            assert made.slack.channel("C1").messages[1].thread_ts == made.slack.channel("C1").messages[0].ts
        await made.turns()
        assert len(far_side(made).channel(CHANNELS[platform].id).messages) == 2
        assert far_side(made).faults == []
        assert "Story 1: one corrected its report" in await made.says("corrections")


@PLATFORMS
async def test_a_second_correction_has_a_note_of_its_own_an_hour_later(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        serves(made, "3%", "7%")
        await made.turns()
        serves(made, "15 December", "5 December")
        await made.turns()
        alert, _ = far_side(made).channel(CHANNELS[platform].id).messages
        assert alert.edits == 2
        made_due(made)
        await made.turns()
        _, *notes = far_side(made).channel(CHANNELS[platform].id).messages
        assert [note.edits for note in notes] == [0, 0]
        with closing(sqlite3.connect(made.database)) as db:
            assert db.execute("SELECT kind FROM deliveries WHERE revise IS NOT NULL").fetchall() == []
        assert (await made.says("corrections")).count("corrected its report") == 2


def made_due(made: World) -> None:
    """As if the hour were over."""
    with closing(sqlite3.connect(made.database)) as db, db:
        db.execute("UPDATE deliveries SET due = created WHERE state = 'pending'")


async def test_a_report_that_was_not_counted_when_a_correction_came_is_counted_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Found by the kills: a program killed between filing the second report and counting it heard the correction first."""
    async with world(tmp_path, slack=True) as made:
        made.has_feed("two")
        await alerted(made, "slack")
        with monkeypatch.context() as killed:
            killed.setattr(pipeline, "_retell_all", AsyncMock())
            made.publishes("two", NEWS[0])
            await made.turns()
        serves(made, "3%", "7%")
        await made.turns()
        alert, _ = far_side(made).channel("C1").messages
        assert "Corrected" in str(alert)
        assert "+1 outlet" in str(alert)


async def test_a_live_page_that_counts_on_in_its_headline_edits_the_message_and_sends_no_note(tmp_path: Path) -> None:
    _, text = NEWS[0]
    counting = "{} regulators open first investigation under the EU AI Act into chatbot maker"
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.publishes("one", (counting.format(11), text))
        await made.turns()
        for count in range(12, 16):
            serves(made, f"{count - 1} regulators", f"{count} regulators")
            await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert counting.format(15) in str(alert)
        assert alert.edits == 4
        assert "Corrected" not in str(alert)


async def test_a_publisher_s_notice_is_told_once(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        serves(made, "The company must hand over", "Correction: it was Monday. The company must hand over")
        await made.turns()
        made.publishes("one", OTHER[0])  # the feed is read again
        await made.turns()
        alert, _ = made.slack.channel("C1").messages
        assert alert.edits == 1
        assert "Correction: it was Monday." in str(alert)
        assert FINES in str(alert)


async def test_what_a_publisher_adds_of_somebody_elses_report_takes_nothing_back(tmp_path: Path) -> None:
    added = (
        "The company said that the audit was out of date: this report was withdrawn by its authors in March.",
        "“We retracted our report on chatbots in May,” a researcher of the think tank told us.",
        "Retraction - the company's own word for what it now owes its users - was not mentioned.",
        "Correction officers in Lyon already use the chatbot.",
    )
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        (alert,) = far_side(made).channel("C1").messages
        before, summary = str(alert), made.documents["one"][0].summary
        for sentence in added:
            serves(made, made.documents["one"][0].summary, f"{summary} {sentence}")
            await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert (alert.edits, str(alert)) == (0, before)
        assert "No publisher has corrected" in await made.says("corrections")


async def test_a_sentence_that_is_taken_out_beside_one_like_it_is_no_correction(tmp_path: Path) -> None:
    fines = "Fines under the act can reach 15 million euros or 3% of worldwide turnover. "
    like_it = "Fines under the law can reach 7 million euros or 1% of worldwide turnover. "
    title, text = NEWS[0]
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.publishes("one", (title, text.replace(fines, fines + like_it)))
        await made.turns()
        assert FINES in str(far_side(made).channel("C1").messages[0])
        serves(made, fines, "")
        await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert alert.edits == 0
        assert "No publisher has corrected" in await made.says("corrections")


async def test_a_retraction_is_marked_and_leaves_no_point_standing(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        serves(made, "The company must hand over", "This article has been retracted. The company must hand over")
        await made.turns()
        alert, _ = made.slack.channel("C1").messages
        assert "Retracted" in str(alert)
        assert FINES not in str(alert)


async def test_a_report_retracted_anew_at_each_look_is_retracted_once(tmp_path: Path) -> None:
    """Nothing a channel says would stop it: a retraction reaches also those who want no more of the story."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        for line in ("settings updates off", "mute regulator", "unsubscribe everything"):
            await made.says(line, SLACK)
        before = len(made.slack.channel("C1").messages)
        title = made.documents["one"][0].title
        for look in ("", ", look a", ", look b"):
            serves(made, made.documents["one"][0].title, f"Retracted: {title}{look}")
            await made.turns()
        alert, *_, note = made.slack.channel("C1").messages
        assert len(made.slack.channel("C1").messages) == before + 1
        assert str(note).count("one retracted") == 1
        assert alert.edits == 1
        assert (await made.says("corrections")).count("retracted") == 1


async def joined(made: World, platform: str) -> None:
    """One outlet's alert, and another's report of the same event, of whose words none stand in it."""
    made.has_feed("two")
    await alerted(made, platform)
    made.publishes("two", ("EU regulator opens first AI Act investigation into chatbot maker Examplar", NEWS[0][1]))
    await made.turns()
    (alert,) = far_side(made).channel(CHANNELS[platform].id).messages
    assert "+1 outlet" in str(alert)


@PLATFORMS
async def test_who_retracts_its_own_report_of_a_story_does_not_mark_the_alert_another_is_quoted_in(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await joined(made, platform)
        title = made.documents["two"][0].title
        for look in ("Retracted", "Retraction"):
            serves(made, made.documents["two"][0].title, f"{look}: {title}", feed="two")
            await made.turns()
        (alert,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "etracted" not in str(alert)
        assert FINES in str(alert)
        assert "+1 outlet" not in str(alert), "it is no longer one of those that tell it"
        assert "Story 1: two retracted its report" in await made.says("corrections")
        async with made.opens() as running:
            (card,) = (await running.desk.answer("story 1", Caller(SLACK, "U1", "member"))).cards
        assert card.mark == ""
        assert [report.text for report in card.reports] == [
            f"one (press): {NEWS[0][0]}",
            f"two (press), retracted: {title}",
        ]


async def test_who_corrects_what_the_alert_does_not_quote_changes_nothing_of_it(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await joined(made, "slack")
        (alert,) = far_side(made).channel("C1").messages
        edits = alert.edits
        serves(made, "The company must", "Correction: it was Monday. The company must", feed="two")
        await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert alert.edits == edits
        assert "orrect" not in str(alert)
        assert "No publisher has corrected" in await made.says("corrections")


async def test_where_reports_differ_the_one_that_is_corrected_is_held_against_the_other_no_more(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        made.has_feed("two")
        await alerted(made, "slack")
        title, text = NEWS[0]
        made.publishes("two", (title, text.replace("15 December", "5 December")))
        await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert "Reports differ on the date" in str(alert)
        serves(made, " 5 December", " 15 December", feed="two")
        await made.turns()
        (alert,) = far_side(made).channel("C1").messages
        assert "Reports differ" not in str(alert)
        assert "Corrected" not in str(alert), "whose words it is told by was right"
        assert "+1 outlet" in str(alert)


async def test_what_was_told_of_a_correction_is_not_told_again_with_every_later_version(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        serves(made, "The company must hand over", "Correction: it was Monday. The company must hand over")
        await made.turns()
        for more in ("A hearing follows.", "A hearing follows in May."):
            serves(made, "Fines under the act", f"{more} Fines under the act")
            await made.turns()
        assert (await made.says("corrections")).count("it was Monday") == 1
        made_due(made)
        await made.turns()
        assert made.slack.channel("C1").messages[0].edits == 1


async def test_a_message_of_a_story_that_became_part_of_another_is_corrected_too(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        for news in (NEWS[1], NEWS[0]):
            await made.turns()
            made.publishes("one", news)
        await made.turns()
        assert "Story 2 is part of story 1 now" in await made.says("story merge 1 2")
        serves(made, "3%", "7%")
        await made.turns()
        _, alert, *notes = made.slack.channel("C1").messages
        assert "It now says: “Fines under the act can reach 15 million euros or 7%" in str(alert)
        assert [note.thread_ts for note in notes if note.thread_ts == alert.ts] == [alert.ts]
        count = len(notes)
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2 + count


async def test_what_a_feed_no_longer_shows_is_not_retracted(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        made.documents["one"] = made.documents["one"][1:]
        made.feeds.publishes("/one.xml", made.document("one"))
        await made.turns()
        (alert,) = made.slack.channel("C1").messages
        assert alert.edits == 0
        assert "No publisher has corrected" in await made.says("corrections")


async def test_a_note_whose_answer_was_lost_is_found_in_its_thread(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await alerted(made, "slack")
        serves(made, "3%", "7%")
        made.slack.stores_then_drops()
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
