"""A platform that cannot be reached at all, or answers every call with an error: who says so, and who goes on."""

import asyncio
from contextlib import suppress
from pathlib import Path

import pytest

from bot.app import conversing
from bot.cli import doctor
from bot.model import Finding
from bot.platforms.discord.adapter import Discord
from bot.platforms.slack.adapter import Slack
from tests.edges.slack_served import by_http, many
from tests.standins.local import free_port
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

CHANNELS = {"slack": SLACK, "discord": DISCORD}
OTHERS = {"slack": "discord", "discord": "slack"}
NOWHERE = {
    "slack": {"REGPULSE_SLACK_API_URL": "http://127.0.0.1:9/api/"},
    "discord": {"REGPULSE_DISCORD_API_URL": "http://127.0.0.1:9/api/v10"},
}
PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
TROUBLES = pytest.mark.parametrize(
    ("status", "said"), [(0, "cannot be reached (connection refused)"), (503, "answers 503 whatever it is asked")]
)


def loses(made: World, platform: str, status: int) -> None:
    """With no status nobody answers at its address."""
    if status:
        server = made.slack if platform == "slack" else made.discord
        assert server
        server.is_down(status)
    else:
        made.environment |= NOWHERE[platform]


async def examined(made: World, platform: str) -> list[Finding]:
    found = [finding async for finding in doctor.examine(made.config(), lambda step, done, total: None)]
    return [finding for finding in found if finding.text.startswith(platform)]


@PLATFORMS
@TROUBLES
async def test_a_platform_that_cannot_be_reached_is_called_ready_by_nobody(
    tmp_path: Path, platform: str, status: int, said: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        (ready, *_) = await examined(made, platform)
        assert ready.ok
        await made.turns()
        assert f"✓ {platform}: connected" in await made.says("status")
        loses(made, platform, status)
        (found,) = await examined(made, platform)
        assert not found.ok
        assert found.text == f"{platform}: {said}"
        assert "firewall" in found.remedy
        await made.turns()
        told = await made.says("status")
        assert f"✗ {platform}: {said}; it is tried again by itself" in told
        assert f"✓ {platform}" not in told


@PLATFORMS
@TROUBLES
async def test_once_serves_the_platforms_that_it_reaches_and_the_other_when_it_does(
    tmp_path: Path, platform: str, status: int, said: str
) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        made.has_feed("one")
        for channel in CHANNELS.values():
            await made.subscribes(channel)
        await made.turns()
        made.publishes("one", NEWS[0])
        before = dict(made.environment)
        loses(made, platform, status)
        tally, sent = await made.turns()
        assert tally.alerts == 2
        assert sent == [(CHANNELS[OTHERS[platform]].id, NEWS[0][0])]
        made.environment = before
        for server in (made.slack, made.discord):
            assert server
            server.is_down(0)
        assert (await made.turns())[1] == [(CHANNELS[platform].id, NEWS[0][0])]


@PLATFORMS
async def test_once_serves_the_others_where_a_bug_keeps_it_from_joining_one(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*given: object) -> None:
        raise RuntimeError("a bug")

    async with world(tmp_path, slack=True, discord=True) as made:
        made.has_feed("one")
        for channel in CHANNELS.values():
            await made.subscribes(channel)
        await made.turns()
        made.publishes("one", NEWS[0])
        monkeypatch.setattr(Slack if platform == "slack" else Discord, "connect", broken)
        assert (await made.turns())[1] == [(CHANNELS[OTHERS[platform]].id, NEWS[0][0])]
        assert f"✗ {platform}: connection lost (RuntimeError)" in await made.says("status")


async def test_slack_for_many_workspaces_is_not_called_ready_where_it_cannot_be_reached(tmp_path: Path) -> None:
    port = free_port()
    async with world(tmp_path, slack=True, environment=by_http(port) | many(port)) as made:
        made.has_feed("one")
        (ready,) = await examined(made, "slack")
        assert ready.ok
        made.environment |= NOWHERE["slack"]
        (found,) = await examined(made, "slack")
        assert found.text == "slack: cannot be reached (connection refused)"


@PLATFORMS
async def test_a_platform_that_could_not_be_reached_at_the_start_is_spoken_to_when_it_can(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversing, "RECONNECT_AFTER", 0.05)
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        loses(made, platform, 503)
        async with made.opens() as running:
            (one,) = running.platforms
            talk = conversing.Conversation(one, running.store, running.desk, running.speaking, running.room.now)
            held = asyncio.create_task(talk.hold())
            async with asyncio.timeout(300):
                while not await running.store.platforms():  # noqa: ASYNC110  # who notes it tells nobody
                    await asyncio.sleep(0.02)
            (noted,) = await running.store.platforms()
            assert not noted.ok
            assert running.speaking == {}
            server = made.slack or made.discord
            assert server
            server.is_down(0)
            async with asyncio.timeout(300):
                while not (await running.store.platforms())[0].ok:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            assert running.speaking == {platform: one}
            held.cancel()
            with suppress(asyncio.CancelledError):
                await held
