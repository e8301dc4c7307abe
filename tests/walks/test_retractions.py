"""A report is retracted before everybody was told: what waits is told by the reports that stand, and else not at all."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from bot import app, pipeline
from bot.model import Caller, Channel, Subscription
from bot.pipeline import Tally
from tests.standins.slack import SlackServer
from tests.walks.world import NEWS, SLACK, World, world

ELSEWHERE = Channel("slack", "T1", "C2")
TITLE, TEXT = NEWS[0]
OTHERS_TITLE = "EU regulator opens first AI Act investigation into chatbot maker Examplar"
OTHERS_TEXT = TEXT.partition(". ")[0] + "."
"""Less than the first says, so that there is something only that one has told."""


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[World]:
    """Two outlets that have been there for a while, and a channel that asks for everything."""
    async with world(tmp_path, slack=True) as here:
        here.has_feed("one")
        here.has_feed("two")
        await here.subscribes(SLACK)
        await here.turns()
        yield here


def slack(made: World) -> SlackServer:
    assert made.slack
    return made.slack


def said(made: World, channel: Channel = SLACK) -> list[str]:
    return [str(message) for message in slack(made).channel(channel.id).messages]


async def retracts(made: World, feed: str = "one") -> None:
    first, *others = made.documents[feed]
    made.documents[feed] = [
        replace(first, title="Retracted: it was false", summary="This article has been retracted."),
        *others,
    ]
    made.feeds.publishes(f"/{feed}.xml", made.document(feed))
    await made.turns()


async def opens_again(made: World) -> None:
    """The channel, and as if the pauses were over."""
    slack(made).lets_in_again("C1")
    with closing(sqlite3.connect(made.database)) as db, db:
        db.execute("UPDATE deliveries SET due = created WHERE state = 'pending'")
        db.execute("UPDATE parked SET again = since")
    await made.turns()
    await made.turns()


async def waits_and_is_retracted(made: World) -> str:
    """Told by one outlet and then the other while the channel is closed, and taken back by the first; what comes in the end."""
    slack(made).kicks_the_bot("C1")
    made.publishes("one", NEWS[0])
    await made.turns()
    made.publishes("two", (OTHERS_TITLE, OTHERS_TEXT))
    await made.turns()
    await retracts(made)
    await opens_again(made)
    (alert,) = said(made)
    return alert


async def test_news_retracted_while_its_channel_is_closed_is_not_told_and_why_says_so(made: World) -> None:
    slack(made).kicks_the_bot("C1")
    made.publishes("one", NEWS[0])
    await made.turns()
    assert "On its way here" in await made.says("why 1", SLACK)
    await retracts(made)
    await opens_again(made)
    assert said(made) == []
    why = await made.says("why 1", SLACK)
    assert "Not sent here: one retracted its report before it was told here." in why
    assert "it says: “Retracted: it was false”" in why
    async with made.opens() as running:
        latest = await running.desk.answer("latest 1", Caller(SLACK, "U1", "member"))
        (story,) = (await running.desk.answer("story 1", Caller(SLACK, "U1", "member"))).cards
    assert [card.mark for card in (*latest.cards, story)] == ["Retracted", "Retracted"]


async def test_news_retracted_before_the_hour_of_its_digest_is_not_told(made: World) -> None:
    async with made.opens() as running:
        await running.store.subscribe(
            Subscription(ELSEWHERE, "everything", "t", datetime.now(UTC), every="daily 09:00")
        )
    made.publishes("one", NEWS[0])
    await made.turns()
    await retracts(made)
    with closing(sqlite3.connect(made.database)) as db:
        waits = db.execute("SELECT 1 FROM deliveries WHERE channel = 'C2'").fetchall()
    assert waits == []
    assert "Not sent here: one retracted its report" in await made.says("why 1", ELSEWHERE)
    assert "Retracted" in said(made)[0], "who was told reads it"


async def test_news_retracted_while_it_waits_is_told_by_a_report_that_stands(made: World) -> None:
    alert = await waits_and_is_retracted(made)
    assert OTHERS_TITLE in alert
    assert TITLE not in alert
    assert "etracted" not in alert
    assert "two · press · " in alert
    assert "+1 outlet" not in alert


async def test_who_was_told_reads_who_retracted_it_and_everybody_reads_the_report_that_stands(made: World) -> None:
    await made.subscribes(ELSEWHERE)
    alert = await waits_and_is_retracted(made)
    assert OTHERS_TITLE in alert
    assert "etracted" not in alert
    for message in said(made, ELSEWHERE):
        assert OTHERS_TITLE in message
        assert "one retracted its report" in message
        assert "two reports it" in message
    await retracts(made, "two")
    alert, note = said(made)
    assert OTHERS_TITLE in alert
    assert "Retracted" in alert
    assert "two retracted its report" in note


async def test_what_an_outlet_reports_after_a_retraction_is_told_once_to_everybody(made: World) -> None:
    await made.subscribes(ELSEWHERE)
    slack(made).kicks_the_bot("C1")
    made.publishes("one", NEWS[0])
    await made.turns()
    await retracts(made)
    made.publishes("two", (OTHERS_TITLE, TEXT))
    await made.turns()
    await opens_again(made)
    (alert,) = said(made)
    assert OTHERS_TITLE in alert
    assert "etracted" not in alert
    told, _, note = said(made, ELSEWHERE)
    assert OTHERS_TITLE in told
    assert "two reports it" in told
    assert "two reports it" in note


async def test_news_retracted_before_its_brief_is_told_to_nobody(made: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as killed:
        killed.setattr(pipeline, "_brief_all", AsyncMock(return_value=Tally()))
        made.publishes("one", NEWS[0])
        await made.turns()
    await retracts(made)
    assert said(made) == []
    why = await made.says("why 1", SLACK)
    assert "Not sent here: one retracted its report" in why
    assert "it says: “Retracted: it was false”" in why


async def test_what_was_no_news_and_is_retracted_is_none_by_that(made: World) -> None:
    """A stub that was filled in would be."""
    made.publishes("one", ("Press release 12", "Details to follow."))
    await made.turns()
    first, *others = made.documents["one"]
    taken_back = replace(first, title=f"Retracted: {TITLE}", summary=f"This press release has been withdrawn. {TEXT}")
    made.documents["one"] = [taken_back, *others]
    made.feeds.publishes("/one.xml", made.document("one"))
    await made.turns()
    assert said(made) == []


async def test_what_was_retracted_is_not_sent_to_who_asks_for_the_latest_and_the_page_marks_it(made: World) -> None:
    await made.says("unsubscribe everything", SLACK)
    before = len(said(made))
    made.publishes("one", NEWS[0])
    await made.turns()
    await retracts(made)
    answer = await made.says("save everything backfill:1", SLACK)
    assert "subscribed this channel" in answer
    assert "was given those before" not in answer
    await made.turns()
    assert TITLE not in "".join(said(made)[before:]), answer
    async with made.opens() as running:
        found = await running.desk.answer("catchup", Caller(SLACK, "U1", "member"))
        (page,) = await app.latest_cards(running, 1, 0)
    assert "(retracted" in str(found.cards)
    assert page.mark == "Retracted"
