"""A report is taken back where what was told of it cannot be reached, or nobody knows whether it stands."""

from dataclasses import replace
from pathlib import Path

import pytest

from bot import dispatch, pipeline
from bot.model import Caller, Card, Delivery, Outcome, Subscription
from tests.walks.weather import PLATFORMS, SECOND, Weather, weather
from tests.walks.world import NEWS

TITLE = NEWS[0][0]


async def retracts(here: Weather) -> None:
    await serves(here, "Retracted: it was false", "This article has been retracted.")


async def serves(here: Weather, title: str, text: str) -> None:
    """In place of the first of the news, as told; then all that follows from it at once."""
    here.made.documents["one"] = [
        replace(one, title=title, summary=text) if one.title == TITLE else one for one in here.made.documents["one"]
    ]
    here.made.feeds.publishes("/one.xml", here.made.document("one"))
    await pipeline.turn(here.app.room, everything=True)
    await passes(here)


async def passes(here: Weather, *, steps: int = 1, **each: float) -> None:
    for _ in range(steps):
        await here.sends(**each)
        await dispatch.retell(here.app.outbox)


async def why(here: Weather) -> str:
    """What people of the channel read of it."""
    return (await here.app.desk.answer("why 1", Caller(here.channel, "tester", "admin"))).text


def said(here: Weather) -> list[str]:
    return [str(one) for one in here.far.channel(here.channel.id).messages]


@PLATFORMS
@pytest.mark.parametrize("days", [2, 33])
async def test_news_retracted_while_its_channel_is_closed_is_marked_there_when_it_opens_however_late(
    tmp_path: Path, platform: str, days: int
) -> None:
    async with weather(tmp_path, platform) as here:
        await here.told()
        here.far.kicks_the_bot(here.channel.id)
        await retracts(here)
        await passes(here, steps=days, days=1)
        assert "what changed since is not shown there yet" in await why(here)
        here.far.lets_in_again(here.channel.id)
        await passes(here, steps=7, hours=4)
        alert, note = said(here)
        assert "Retracted" in alert
        assert "one retracted its report" in note
        assert here.far.channel(here.channel.id).messages[0].edits == 1
        assert here.states() == ["sent", "sent"]
        assert "not shown there" not in await why(here)


@PLATFORMS
async def test_while_a_channel_stays_closed_its_edits_are_tried_no_oftener_than_the_channel(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weather(tmp_path, platform) as here:
        await here.told()
        here.far.kicks_the_bot(here.channel.id)
        tried = edits_tried(here, monkeypatch)
        await retracts(here)
        await passes(here, steps=48, minutes=15)
        assert 0 < len(tried) <= 8, "after ten minutes, and then twice as long each time"


@PLATFORMS
async def test_an_edit_in_a_channel_where_nothing_else_waits_is_tried_for_weeks(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        await here.told()
        here.far.kicks_the_bot(here.channel.id)
        brief = await here.app.store.brief(1)
        assert brief
        await here.app.store.revise(replace(brief, note="Corrected."), here.now, repost=True, why="corrected")
        await passes(here, steps=40, hours=6)
        here.far.lets_in_again(here.channel.id)
        await passes(here, steps=5, hours=6)
        assert "Corrected." in said(here)[0]


@PLATFORMS
async def test_the_note_of_a_correction_claims_no_edit_that_may_not_be_made(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        await here.told()
        here.far.refuses_edits()
        await retracts(here)
        alert, note = said(here)
        assert "etracted" not in alert
        assert "was edited" not in note
        assert "What the message above said on the changed words no longer holds" in note


@pytest.mark.parametrize("held", ["before", "after"])
async def test_of_a_held_message_whose_report_is_retracted_operators_are_told_once(tmp_path: Path, held: str) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.forbids_history()
        here.slack.stores_then_drops()
        await here.told()
        if held == "before":
            await passes(here, minutes=5)
            assert here.states() == ["held"]
        await retracts(here)
        await passes(here, steps=4, minutes=30)
        assert here.states() == ["held"]
        assert len(said(here)) == 1
        first, *more = await here.operators()
        assert "A message in doubt is held" in first
        (told,) = more
        assert "one retracted its report" in told
        assert f"slack:T1:C1, story 1: {TITLE}" in told
        assert "may stand there" in told
        answer = await here.app.desk.answer("share story 1", Caller(here.channel, "tester", "admin"))
        assert [card.mark for card in answer.cards] == ["Retracted"]


async def test_what_is_corrected_while_it_may_have_been_posted_is_told_once_it_is_found(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.stores_then_drops()
        await here.told()
        assert here.states() == ["doubt"]
        await serves(here, TITLE, NEWS[0][1].replace("3%", "7%"))
        await passes(here, steps=3, minutes=2)
        alert, note = said(here)
        assert "Corrected" in alert
        assert "one corrected its report" in note


def edits_tried(here: Weather, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    (platform,) = here.app.platforms
    tried: list[str] = []
    edit = platform.edit

    async def counted(delivery: Delivery, card: Card) -> Outcome:
        tried.append(delivery.id)
        return await edit(delivery, card)

    monkeypatch.setattr(platform, "edit", counted)
    return tried


async def test_what_a_digest_told_whose_thread_waits_is_retracted_under_the_digest(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        other = SECOND["slack"]
        await here.app.store.subscribe(Subscription(other, "everything", "tester", here.now, every="hourly"))
        await here.hears(0, 1, 2)
        await here.sends()
        here.slack.takes(1)
        here.slack.rate_limits(1, 3_000)
        await here.sends(hours=1)
        (digest,) = here.slack.channel(other.id).messages
        await retracts(here)
        await passes(here, steps=4, hours=1)
        digest, *thread = here.slack.channel(other.id).messages
        assert "Retracted" in str(digest)
        assert [one.thread_ts for one in thread if "one retracted its report" in str(one)] == [digest.ts]
        assert sum(TITLE in str(one) for one in thread) == 1, "the note alone"
