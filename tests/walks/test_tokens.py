"""Tokens that are refused while messages are on their way: one place is parked, told of once, and revived with a new token."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.app import conversing
from bot.model import Channel
from tests.edges.slack_served import by_http, many, reachable
from tests.standins.local import free_port
from tests.walks.weather import CHANNELS, OPS, PLATFORMS, Weather, talk, weather
from tests.walks.world import NEWS, world

FIRST, NEXT = NEWS[0][0], NEWS[1][0]
OTHERS = {"slack": "discord", "discord": "slack"}
ELSEWHERE = Channel("slack", "T3", "C3")
INSTALLED = Channel("slack", "T2", "C2")


@pytest.fixture(autouse=True)
def _seconds_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("RECONNECT_AFTER", 0.05), ("REVIVE_AFTER", 0.2), ("SETTLED", 0.1), ("LOOK_EVERY", 0.02)):
        monkeypatch.setattr(conversing, name, seconds)


@asynccontextmanager
async def both(folder: Path, platform: str) -> AsyncIterator[Weather]:
    """A conversation with both platforms; operators read on the other one."""
    other = OTHERS[platform]
    async with weather(folder, platform, also=other, environment={"REGPULSE_OPS_CHANNEL": OPS[other]}) as here:
        await here.subscribes(CHANNELS[other])
        talks = [asyncio.create_task(talk(here, name).hold()) for name in (platform, other)]
        await here.far.types("/regpulse status")
        yield here
        for one in talks:
            one.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def seen(here: Weather, platform: str, channel: str) -> list[str]:
    server = here.slack if platform == "slack" else here.discord
    return [str(one) for one in server.channel(channel).messages]


async def operators(here: Weather, platform: str, number: int) -> list[str]:
    """As soon as they were told so many things."""
    async with asyncio.timeout(300):
        while True:
            await here.operators()
            told = seen(here, platform, OPS[platform].rpartition(":")[2])
            if len(told) >= number:
                return told
            await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("platform", "error"),
    [("slack", "token_revoked"), ("slack", "account_inactive"), ("slack", "invalid_auth"), ("discord", "")],
)
async def test_a_platform_whose_token_is_refused_is_told_of_once_and_revived_with_a_new_one(
    tmp_path: Path, platform: str, error: str
) -> None:
    other = OTHERS[platform]
    async with both(tmp_path, platform) as here:
        here.slack.revokes_token(error=error) if platform == "slack" else here.discord.revokes_token()
        await here.told(0)
        await here.told(1)
        assert len(seen(here, other, CHANNELS[other].id)) == 2
        assert here.posted() == []
        (told,) = await operators(here, other, 1)
        assert f"{platform.capitalize()} needs you" in told
        await asyncio.sleep(0.5)
        assert len(await operators(here, other, 1)) == 1
        assert f"✗ {platform}: " in await here.says("status")
        here.far.takes_token_again()
        _, over = await operators(here, other, 2)
        assert f"{platform.capitalize()} works again" in over
        for _ in range(3):
            await here.sends(minutes=1)
        assert here.posted() == [FIRST, NEXT]


@PLATFORMS
async def test_what_waited_three_days_for_a_token_is_given_up_while_it_is_refused_and_what_came_since_is_told(
    tmp_path: Path, platform: str
) -> None:
    other = OTHERS[platform]
    async with both(tmp_path, platform) as here:
        here.far.revokes_token()
        await here.told(0)
        await operators(here, other, 1)
        await goes_by(here, days=2)
        await here.told(1)
        await goes_by(here, days=2)
        assert "Not delivered here: It waited three days for" in await here.why(0)
        assert f": {platform} cannot be spoken to; " in await here.why(1)
        here.app.signs.pulse.turn(here.now, timedelta(0))
        assert any("status says why" in trouble for trouble in await here.app.signs.not_ready())
        await goes_by(here, days=2)
        assert "Not delivered here: It waited three days for" in await here.why(1)
        assert await here.app.store.waiting() is None
        (told,) = [one for one in await operators(here, other, 2) if "given up" in one]
        assert "News waited three days and is given up" in told
        assert f"refuses the {'bot ' if platform == 'slack' else ''}token" in told
        await here.hears(2)
        here.far.takes_token_again()
        async with asyncio.timeout(300):
            while platform not in here.app.outbox.up:  # noqa: ASYNC110  # what connects tells nobody
                await asyncio.sleep(0.02)
        await here.sends(minutes=1)
        assert here.posted() == [NEWS[2][0]]


async def goes_by(here: Weather, **time: float) -> None:
    """With what is done now and then."""
    await here.sends(**time)
    await here.app.store.configured(("slack", "discord"), here.now)


@PLATFORMS
async def test_news_of_a_month_ago_does_not_come_as_new_when_the_token_is_taken_again(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        await made.subscribes(CHANNELS[platform])
        await made.turns()
        server = made.slack or made.discord
        assert server
        server.revokes_token()
        made.publishes("one", *NEWS)
        await made.turns()
        with closing(sqlite3.connect(made.database)) as db, db:
            for number, *times in db.execute("SELECT id, created, due FROM deliveries").fetchall():
                aged = ((datetime.fromisoformat(at) - timedelta(days=30)).isoformat() for at in times)
                db.execute("UPDATE deliveries SET created = ?, due = ? WHERE id = ?", (*aged, number))
        server.takes_token_again()
        assert (await made.turns())[1] == []
        assert "It waited three days for" in await made.says("why 1", CHANNELS[platform])


@pytest.mark.parametrize("error", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_workspace_whose_token_is_refused_is_parked_and_what_waits_comes_with_a_new_installation(
    tmp_path: Path, error: str
) -> None:
    async with two_workspaces(tmp_path) as (here, address):
        here.slack.revokes_token("T2", error)
        await here.told(0)
        await here.told(1)
        assert here.posted(ELSEWHERE) == [FIRST, NEXT]
        asked = len(here.slack.asked)
        await here.sends(hours=1)
        assert len(here.slack.asked) == asked
        (told,) = await operators(here, "discord", 1)
        assert "RegPulse was removed from a Slack workspace" in told
        assert error in told.replace("\\", "")
        await here.slack.installs("T2", address)
        await here.sends(seconds=1)
        assert here.posted(INSTALLED) == [FIRST, NEXT]
        assert len(await operators(here, "discord", 1)) == 1


@pytest.mark.parametrize("trouble", ["stores_then_drops", "drops"])
async def test_what_is_in_doubt_where_the_app_was_removed_is_looked_for_once_it_is_installed_again(
    tmp_path: Path, trouble: str
) -> None:
    """Whether or not it was posted: it stands there once."""
    async with in_doubt(tmp_path, trouble) as (here, address):
        here.slack.revokes_token("T2")
        for _ in range(3):
            await here.sends(hours=1)
        asked = len(here.slack.calls)
        await here.sends(hours=6)
        assert len(here.slack.calls) == asked
        assert "in doubt" in await here.says("status")
        waiting = await here.app.store.waiting()
        assert waiting is None or here.now - waiting < timedelta(minutes=1)
        await here.slack.installs("T2", address)
        for _ in range(2):
            await here.sends(seconds=1)
        assert here.posted(INSTALLED) == here.posted(ELSEWHERE) == [FIRST]
        assert "in doubt" not in await here.says("status")


async def test_what_is_in_doubt_where_the_app_stays_removed_is_held_after_three_days_and_told(tmp_path: Path) -> None:
    async with in_doubt(tmp_path, "stores_then_drops") as (here, address):
        here.slack.revokes_token("T2")
        await here.sends(days=1)
        (removed,) = await operators(here, "discord", 1)
        assert "was removed from a Slack workspace" in removed
        for _ in range(3):
            await here.sends(days=1)
        (held,) = [one for one in await operators(here, "discord", 2) if "in doubt" in one]
        assert "A message in doubt is held" in held
        assert FIRST in held
        await here.slack.installs("T2", address)
        await here.sends(hours=1)
        assert here.posted(INSTALLED) == [FIRST]


@asynccontextmanager
async def in_doubt(folder: Path, trouble: str) -> AsyncIterator[tuple[Weather, str]]:
    """A message to each of two workspaces whose answer was lost, before it was stored or after it."""
    async with two_workspaces(folder) as (here, address):
        for _ in (INSTALLED, ELSEWHERE):
            getattr(here.slack, trouble)()
        await here.told(0)
        yield here, address


@asynccontextmanager
async def two_workspaces(folder: Path) -> AsyncIterator[tuple[Weather, str]]:
    """Both installed the app by themselves; operators read in Discord. Answers the address people install it at, too."""
    port = free_port()
    environment = by_http(port) | many(port) | {"REGPULSE_OPS_CHANNEL": OPS["discord"]}
    address = f"127.0.0.1:{port}"
    async with weather(folder, "slack", also="discord", environment=environment) as here:
        conversation = asyncio.create_task(talk(here).hold())
        await reachable(address)
        for channel in (INSTALLED, ELSEWHERE):
            await here.slack.installs(channel.space, address)
            await here.subscribes(channel)
        yield here, address
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)
