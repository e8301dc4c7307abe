"""One workspace in trouble is one workspace's trouble: the others are told, and their messages edited, as if it were not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot import app, dispatch
from bot.app import App
from bot.model import Channel, Delivery, Subscription
from bot.platforms.slack.workspaces import TIMEOUT
from tests.standins.clock import still
from tests.standins.slack import SlackServer
from tests.walks.world import NEWS, World, world

TROUBLED = tuple(Channel("slack", "T2", f"C2{n:02}") for n in range(60))
WELL = tuple(Channel("slack", "T1", f"C1{n:02}") for n in range(3))
THERE = tuple(channel.id for channel in TROUBLED)
AGAIN = "EU regulator opens first AI Act investigation into chatbot maker Examplar"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
SOON = TIMEOUT / 2
"""Seconds in which only what is waited for counts: fewer than one request is waited for that hangs."""


@asynccontextmanager
async def two_workspaces(folder: Path) -> AsyncIterator[tuple[World, SlackServer]]:
    """The one that will be in trouble subscribed first, so that its messages are the older ones."""
    async with world(folder, slack=True) as made:
        assert made.slack
        for name in ("one", "two"):
            made.has_feed(name)
        async with made.opens() as running:
            for channel in (*TROUBLED, *WELL):
                await running.store.subscribe(Subscription(channel, "everything", "tester", datetime.now(UTC)))
        await made.turns()
        yield made, made.slack


def told(slack: SlackServer, channels: tuple[Channel, ...]) -> int:
    return sum(len(slack.channel(channel.id).messages) for channel in channels)


def edited(slack: SlackServer, channels: tuple[Channel, ...]) -> int:
    return sum(message.edits for channel in channels for message in slack.channel(channel.id).messages)


def tries(slack: SlackServer, method: str) -> int:
    """In the troubled workspace."""
    return sum(asked == method and channel in THERE for asked, channel in slack.asked)


async def owed(running: App) -> tuple[Delivery, ...]:
    (story,) = [one for one in await running.store.latest(9) if one.told]
    return tuple(one for one in await running.store.deliveries(story.id) if one.state != "sent")


async def all_are_told(made: World) -> None:
    made.publishes("one", NEWS[0])
    await made.turns()


async def test_a_workspace_that_does_not_answer_delays_no_other(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (made, slack), made.opens() as running:
        slack.hangs(*THERE)
        made.publishes("one", NEWS[0])
        begun = still().time()
        turn = asyncio.create_task(app.once(running, everything=True))
        await slack.sees(lambda: told(slack, WELL) == len(WELL))
        assert still().time() - begun < SOON
        assert told(slack, TROUBLED) == 0
        slack.answers_again()
        await turn
        assert told(slack, TROUBLED) == len(TROUBLED)


async def test_a_workspace_that_asks_us_to_wait_is_left_alone_and_no_other(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (made, slack), made.opens() as running:
        slack.rate_limits_in(*THERE, retry_after=3600)
        made.publishes("one", NEWS[0])
        await app.once(running, everything=True)
        assert told(slack, WELL) == len(WELL)
        assert tries(slack, "chat.postMessage") <= dispatch.SHARE_BY_SPACE
        waiting = await owed(running)
        assert {one.channel for one in waiting} == set(TROUBLED)
        assert {one.state for one in waiting} == {"pending"}
        assert min(one.due for one in waiting) > running.outbox.now() + 0.9 * HOUR


async def test_what_is_published_while_a_workspace_is_to_wait_waits_too(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (made, slack), made.opens() as running:
        slack.rate_limits_in(*THERE, retry_after=3600)
        made.publishes("one", NEWS[0])
        await app.once(running, everything=True)
        asked = tries(slack, "chat.postMessage")
        made.publishes("one", NEWS[1])
        await app.once(running, everything=True)
        assert told(slack, WELL) == 2 * len(WELL)
        assert tries(slack, "chat.postMessage") == asked


async def test_an_edit_that_does_not_end_delays_no_other_workspace_s(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (made, slack):
        await all_are_told(made)
        slack.hangs(*THERE)
        made.publishes("two", (AGAIN, NEWS[0][1]))
        async with made.opens() as running:
            begun = still().time()
            turn = asyncio.create_task(app.once(running, everything=True))
            await slack.sees(lambda: edited(slack, WELL) == len(WELL))
            assert still().time() - begun < SOON
            assert edited(slack, TROUBLED) == 0
            slack.answers_again()
            await turn
        assert edited(slack, TROUBLED) == len(TROUBLED)


@pytest.mark.parametrize("trouble", ["rate limited", "server errors"])
async def test_edits_stop_only_in_the_workspace_that_is_in_trouble(tmp_path: Path, trouble: str) -> None:
    async with two_workspaces(tmp_path) as (made, slack):
        await all_are_told(made)
        slack.rate_limits_in(*THERE, retry_after=3600) if trouble == "rate limited" else slack.fails_in(*THERE)
        made.publishes("two", (AGAIN, NEWS[0][1]))
        async with made.opens() as running:
            await app.once(running, everything=True)
            await dispatch.retell(running.outbox)
        assert edited(slack, WELL) == len(WELL)
        assert tries(slack, "chat.update") == 1


async def test_an_edit_that_always_fails_is_tried_ever_more_rarely_and_given_up_after_a_day(tmp_path: Path) -> None:
    async with two_workspaces(tmp_path) as (made, slack):
        await all_are_told(made)
        slack.fails_in(*THERE[1:], WELL[0].id)
        slack.asked.clear()
        made.publishes("two", (AGAIN, NEWS[0][1]))
        clock = [datetime.now(UTC)]
        async with app.assembled(made.config(), made.platforms(), alone=True, now=lambda: clock[0]) as running:
            await app.once(running, everything=True)
            begun, minutes = clock[0], 0
            while WELL[0].space in {space for _, space in await running.store.to_revise(begun + 9 * DAY, ("slack",))}:
                minutes += 1
                clock[0] = begun + timedelta(minutes=minutes)
                with capture_logs() as logged:  # what the last of them says
                    await dispatch.retell(running.outbox)
                assert minutes < 2 * 24 * 60
        assert slack.asked.count(("chat.update", WELL[0].id)) == dispatch.editing.EDIT_TRIES
        assert clock[0] - begun > 0.9 * DAY
        assert any("edit given up" in line["event"] for line in logged)
