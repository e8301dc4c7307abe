"""Trouble beside a message under way: a database that fails, a bug, a platform given up. The message ends as it would have."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot import dispatch
from bot.core import cards
from bot.dispatch import Outbox
from bot.errors import StoreDown
from bot.model import Brief, Card, Delivery
from bot.ports import Platform
from bot.store import opening
from bot.store.sqlite import Sqlite
from tests.walks.weather import PLATFORMS, SECOND, weather
from tests.walks.world import NEWS

FIRST, NEXT = NEWS[0][0], NEWS[1][0]


def around(monkeypatch: pytest.MonkeyPatch, call: str, then: Callable[[BaseException | None], object]) -> None:
    """Of the store: each time it has answered, or failed."""
    real: Callable[..., Awaitable[Any]] = getattr(Sqlite, call)

    async def called(self: Sqlite, *given: Any, **named: Any) -> Any:
        try:
            answer = await real(self, *given, **named)
        except StoreDown as error:
            then(error)
            raise
        then(None)
        return answer

    monkeypatch.setattr(Sqlite, call, called)


def fails(monkeypatch: pytest.MonkeyPatch, call: str, error: Exception) -> asyncio.Event:
    """From now on; set once it has."""
    met = asyncio.Event()

    async def failing(self: Sqlite, *given: Any, **named: Any) -> Any:
        met.set()
        raise error

    monkeypatch.setattr(Sqlite, call, failing)
    return met


async def test_a_lock_longer_than_our_patience_cancels_no_message_under_way_and_its_receipt_is_written_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "BUSY", 50)
    monkeypatch.setattr(dispatch, "WRITE_AGAIN", 0.05)
    refused = {call: asyncio.Event() for call in ("claim", "settle")}
    async with weather(tmp_path, "slack") as here:
        await here.subscribes(SECOND["slack"])
        await here.hears(0)
        here.slack.hangs(here.channel.id, SECOND["slack"].id)
        for call, met in refused.items():
            around(monkeypatch, call, lambda error, met=met: error and met.set())  # type: ignore[misc]
        sending = asyncio.create_task(here.sends())
        await until(lambda: len(here.slack.asked) == 2)
        here.slack.forbids_history()
        with closing(sqlite3.connect(here.made.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await asyncio.wait_for(refused["claim"].wait(), 300)
            here.slack.answers_again()
            await asyncio.wait_for(refused["settle"].wait(), 300)
            other.execute("ROLLBACK")
        await sending
        assert here.states() == ["sent", "sent"]
        assert (here.posted(), here.posted(SECOND["slack"])) == ([FIRST], [FIRST])


async def until(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(300):
        while not so():  # noqa: ASYNC110  # what a stand-in was asked is a list
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("error", [StoreDown("full"), KeyError("bug")])
async def test_what_fails_while_a_message_is_under_way_lets_it_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.hears(0)
        here.slack.hangs(here.channel.id)
        sending = asyncio.create_task(here.sends())
        await until(lambda: len(here.slack.asked) == 1)
        met = fails(monkeypatch, "claim", error)
        await asyncio.wait_for(met.wait(), 300)
        here.slack.answers_again()
        with pytest.raises(BaseExceptionGroup):  # said once nothing is under way
            await sending
        assert here.states() == ["sent"]


async def test_what_is_to_go_again_at_once_goes_while_its_last_attempt_is_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was looked for, is not there, and is claimed before the task that looked is done."""
    async with weather(tmp_path, "slack") as here:
        here.slack.drops()
        await here.told(0)
        attempts, deliver, claim = list[int](), dispatch._deliver, Sqlite.claim
        again = asyncio.Event()

        async def ending(outbox: Outbox, platform: Platform, delivery: Delivery, brief: Brief) -> object:
            attempts.append(delivery.attempts)
            done = await deliver(outbox, platform, delivery, brief)
            if len(attempts) == 1:
                await asyncio.wait_for(again.wait(), 300)
            return done

        async def claimed(store: Sqlite, *given: Any, **named: Any) -> object:
            found = await claim(store, *given, **named)
            if found and attempts:
                again.set()
            return found

        monkeypatch.setattr(dispatch, "_deliver", ending)
        monkeypatch.setattr(Sqlite, "claim", claimed)
        await here.sends(minutes=1)
        assert attempts == [1, 2]
        assert here.posted() == [FIRST]


async def test_what_is_told_of_messages_posted_may_fail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.subscribes(SECOND["slack"])
        await here.hears(0)
        here.slack.hangs(SECOND["slack"].id)
        met = fails(monkeypatch, "first_seen", StoreDown("full"))
        sending = asyncio.create_task(dispatch.flush(here.app.outbox, tell=here.app.signs.posted))
        await asyncio.wait_for(met.wait(), 300)
        here.slack.answers_again()
        await sending
        assert here.states() == ["sent", "sent"]


async def test_a_workspace_s_wish_to_wait_is_kept_though_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.rate_limits(1, retry_after=60)
        await here.hears(0)
        met = fails(monkeypatch, "put_off", StoreDown("full"))
        await here.sends()
        assert met.is_set()
        await here.told(1)
        assert here.posted() == []
        await here.sends(seconds=61)
        assert here.posted() == [FIRST, NEXT]


@PLATFORMS
async def test_a_message_that_cannot_be_made_is_refused_once_and_told_of_and_all_others_are_sent(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = cards.alert

    def poisoned(brief: Brief, *given: Any, **named: Any) -> Card:
        if brief.headline == FIRST:
            raise KeyError("bug in one card")
        return real(brief, *given, **named)

    monkeypatch.setattr(cards, "alert", poisoned)
    async with weather(tmp_path, platform) as here:
        await here.subscribes(SECOND[platform])
        await here.hears(0, 1)
        await here.sends()
        for _ in range(3):
            await here.sends(minutes=10)
        assert (here.posted(), here.posted(SECOND[platform])) == ([NEXT], [NEXT])
        assert here.states() == ["refused", "refused", "sent", "sent"]
        said = "RegPulse itself failed to make the message of story 1"
        (told,) = await here.operators()
        assert told.count(said) == 2
        assert said in await here.why(0)


@pytest.mark.parametrize("call", ["claim", "to_revise", "claim_notice"])
async def test_platforms_given_up_while_their_work_is_looked_for_crash_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    async with weather(tmp_path, "slack", also="discord") as here:
        await here.told(0)
        with closing(sqlite3.connect(here.made.database)) as db, db:
            db.execute("UPDATE deliveries SET revise = settled")
        await here.hears(1)
        await here.app.store.alarm("trouble", ("A title", "a line", ""), here.now)
        around(monkeypatch, call, lambda error: here.app.speaking.clear())
        await here.sends()
        await dispatch.retell(here.app.outbox)
        await dispatch.inform(here.app.outbox)
        assert not here.app.speaking
