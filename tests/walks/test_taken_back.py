"""A publisher takes its correction or its retraction back, or corrects once more: what was told says what the report says now."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

from bot import app
from bot.model import Caller, Channel
from tests.core.pages import Text, semantic
from tests.standins.feeds import Item
from tests.walks.test_corrections import CHANNELS, FINES, PLATFORMS, alerted, far_side, joined, made_due, serves
from tests.walks.world import NEWS, OTHER, SLACK, World, world

TITLE, TEXT = NEWS[0]
RETRACTED = "This article has been retracted."


def said(made: World, channel: Channel) -> list[str]:
    return [str(message) for message in far_side(made).channel(channel.id).messages]


def reads(made: World, title: str, text: str) -> None:
    """The same item, in these words."""
    first, *others = made.documents["one"]
    made.documents["one"] = [replace(first, title=title, summary=text), *others]
    made.feeds.publishes("/one.xml", made.document("one"))


async def an_hour_later(made: World) -> None:
    made_due(made)
    await made.turns()


@PLATFORMS
async def test_a_correction_that_is_taken_back_leaves_the_alert_whole_and_is_told_under_it(
    tmp_path: Path, platform: str
) -> None:
    channel = CHANNELS[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        (first,) = said(made, channel)
        serves(made, "3%", "7%")
        await made.turns()
        serves(made, "7%", "3%")
        await made.turns()
        alert, _ = said(made, channel)
        assert next(line for line in first.splitlines() if FINES in line) in alert.splitlines()
        assert "one took back its correction" in alert
        assert "7%" not in alert
        assert "Corrected: Regulator" not in alert
        await an_hour_later(made)
        _, _, note = said(made, channel)
        assert "one took back its correction" in note
        assert f"It says again: “Fines under the act can reach 15 million euros or {FINES}" in note
        assert "7%" not in note
        await an_hour_later(made)
        assert len(said(made, channel)) == 3
        assert "Story 1: one took back its correction" in await made.says("corrections")
        assert "7%" not in await made.says("story 1")


async def test_a_sentence_that_is_corrected_once_more_is_told_in_its_newest_words(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        for was, now in (("3%", "7%"), ("7%", "9%")):
            serves(made, was, now)
            await made.turns()
        alert, _ = said(made, SLACK)
        assert "It now says: “Fines under the act can reach 15 million euros or 9%" in alert
        assert "7%" not in alert
        await an_hour_later(made)
        _, _, note = said(made, SLACK)
        assert "or 9%" in note
        serves(made, "9%", "7%")
        await an_hour_later(made)
        await an_hour_later(made)
        alert, *_, note = said(made, SLACK)
        assert "or 7%" in alert
        assert "or 7%" in note


@PLATFORMS
async def test_a_report_whose_retraction_is_taken_back_stands_again(tmp_path: Path, platform: str) -> None:
    channel = CHANNELS[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        (first,) = said(made, channel)
        reads(made, f"Retracted: {TITLE}", RETRACTED)
        await made.turns()
        assert "Retracted" in said(made, channel)[0]
        reads(made, TITLE, TEXT)
        await made.turns()
        alert, _ = said(made, channel)
        assert "Retracted" not in alert
        assert next(line for line in first.splitlines() if FINES in line) in alert.splitlines()
        await an_hour_later(made)
        _, _, note = said(made, channel)
        assert "one took back its retraction" in note
        assert "stands again" in note
        async with made.opens() as running:
            caller = Caller(channel, "U1", "member")
            (latest,) = (await running.desk.answer("latest 1", caller)).cards
            (story,) = (await running.desk.answer("story 1", caller)).cards
            catchup = await running.desk.answer("catchup", caller)
            (page,) = await app.latest_cards(running, 1, 0)
        assert [card.mark for card in (latest, story, page)] == ["", "", ""]
        assert "retracted" not in str(catchup.cards)
        assert "Story 1: one took back its retraction" in await made.says("corrections")
        assert "Stands again" in await made.says("why 1", channel)


async def test_a_report_that_is_retracted_after_it_stood_again_is_marked_and_told_once_more(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        for title, text in ((f"Retracted: {TITLE}", RETRACTED), (TITLE, TEXT), (f"Retracted: {TITLE}", RETRACTED)):
            reads(made, title, text)
            await an_hour_later(made)
            await an_hour_later(made)
        alert, *notes = said(made, SLACK)
        assert "Retracted" in alert
        assert FINES not in alert
        assert ["one retracted" in note for note in notes] == [True, False, True]


async def test_what_restores_a_report_with_another_figure_tells_both(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        reads(made, f"Retracted: {TITLE}", RETRACTED)
        await made.turns()
        reads(made, TITLE, TEXT.replace("3%", "7%"))
        await an_hour_later(made)
        await an_hour_later(made)
        alert, _, note = said(made, SLACK)
        for message in (alert, note):
            assert "one took back its retraction" in message
            assert "It now says: “Fines under the act can reach 15 million euros or 7%" in message
        assert "Retracted" not in alert
        assert "15 December" in alert, "what was not changed is told again"
        assert alert.count(FINES) == 1, "only as what it said"


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (f"Withdrawn: {TITLE}", TEXT),
        (TITLE, ""),
        (TITLE, "The page you look for is gone."),
        ("Retraction notice of one", RETRACTED),
    ],
)
async def test_a_retracted_report_that_only_reads_otherwise_does_not_stand_again(
    tmp_path: Path, title: str, text: str
) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        reads(made, f"Retracted: {TITLE}", RETRACTED)
        await made.turns()
        before = said(made, SLACK)
        reads(made, title, text)
        await an_hour_later(made)
        assert said(made, SLACK) == before


async def test_who_waited_when_a_report_was_retracted_is_told_it_once_it_stands_again(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        made.slack.kicks_the_bot("C1")
        made.publishes("one", NEWS[0])
        await made.turns()
        reads(made, f"Retracted: {TITLE}", RETRACTED)
        await made.turns()
        reads(made, TITLE, TEXT)
        await made.turns()
        made.slack.lets_in_again("C1")
        with closing(sqlite3.connect(made.database)) as db, db:
            db.execute("UPDATE parked SET again = since")
        await an_hour_later(made)
        await an_hour_later(made)
        (alert,) = said(made, SLACK)
        assert FINES in alert
        assert "etracted" not in alert


async def test_a_story_that_another_report_took_over_says_that_the_first_stands_again(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await joined(made, "slack")
        other = made.documents["two"][0].title
        reads(made, f"Retracted: {TITLE}", RETRACTED)
        await made.turns()
        alert, note = said(made, SLACK)
        assert other in alert
        assert "one retracted its report" in alert
        assert "two reports it" in note
        reads(made, TITLE, TEXT)
        await an_hour_later(made)
        await an_hour_later(made)
        alert, _, note = said(made, SLACK)
        assert other in alert
        assert FINES in alert
        assert "+1 outlet" in alert
        assert "one took back its retraction" in alert
        assert "Retracted" not in alert
        assert "Still reported" not in alert
        assert "one took back its retraction" in note


async def test_an_outlet_whose_report_stands_again_is_counted_again_though_the_alert_quotes_none_of_it(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, slack=True) as made:
        await joined(made, "slack")
        title = made.documents["two"][0].title
        for was, now in ((title, f"Retracted: {title}"), (f"Retracted: {title}", title)):
            serves(made, was, now, feed="two")
            await made.turns()
        (alert,) = said(made, SLACK)
        assert "+1 outlet" in alert
        async with made.opens() as running:
            (card,) = (await running.desk.answer("story 1", Caller(SLACK, "U1", "member"))).cards
        assert [report.text for report in card.reports] == [f"one (press): {TITLE}", f"two (press): {title}"]


async def test_where_notes_have_come_to_their_end_the_message_says_what_the_report_says(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        figures = ("3%", "4%", "5%", "6%", "7%", "3%")
        for was, now in pairwise(figures):
            serves(made, was, now)
            await an_hour_later(made)
            await an_hour_later(made)
        alert, *notes = said(made, SLACK)
        assert len(notes) == 3
        assert f"It says again: “Fines under the act can reach 15 million euros or {FINES}" in alert
        assert "7%" not in alert


async def test_two_sentences_that_are_corrected_at_once_are_both_told(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        await alerted(made, "slack")
        reads(made, TITLE, TEXT.replace("3%", "7%").replace("15 December", "5 December"))
        await made.turns()
        for message in said(made, SLACK):
            assert "It now says: “Fines under the act can reach 15 million euros or 7%" in message
            assert "It now says: “The company must hand over its risk assessments by 5 December 2026.”" in message
        assert (await made.says("corrections")).count("corrected its report") == 2


async def test_an_article_that_cannot_be_read_now_takes_nothing_back_until_it_can(tmp_path: Path) -> None:
    """What was read of it at first stands in for it, and still says what was corrected."""
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK)
        await made.turns()
        link = made.feeds.url("/story/1")
        stub = Item(TITLE, link, "", datetime.now(UTC))

        async def shows(summary: str, body: str) -> None:
            made.feeds.publishes("/story/1", semantic(Text(TITLE, tuple(body.split("|")))) if body else "", "text/html")
            made.documents["one"] = [replace(stub, summary=summary), *made.documents["one"][-12:]]
            made.feeds.publishes("/one.xml", made.document("one"))
            await made.turns()

        body = TEXT.replace(". ", ".|")
        await shows("", body)
        await shows("Updated.", body.replace("3%", "7%"))
        alert, _ = said(made, SLACK)
        assert "or 7%" in alert
        await shows("", "")
        assert said(made, SLACK)[0] == alert
        made.documents["one"].append(Item(OTHER[0][0], "https://news.invalid/one/99", "", datetime.now(UTC)))
        await shows("", body)  # the feed is read again, for it shows something else
        assert "one took back its correction" in said(made, SLACK)[0]
