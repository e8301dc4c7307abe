"""A story goes on after its alert: later reports edit the posted message, and nothing is posted again."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import Channel
from tests.standins.discord import DiscordServer
from tests.standins.slack import SlackServer
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS: dict[str, Channel] = {"slack": SLACK, "discord": DISCORD}
TITLE, TEXT = NEWS[0]
AGAIN = "EU regulator opens first AI Act investigation into chatbot maker Examplar"


def far_side(made: World) -> SlackServer | DiscordServer:
    server = made.slack or made.discord
    assert server
    return server


async def alerted(made: World, platform: str) -> None:
    """One alert stands in the channel."""
    for name in ("one", "two", "three"):
        made.has_feed(name)
    await made.subscribes(CHANNELS[platform])
    await made.turns()
    made.publishes("one", NEWS[0])
    await made.turns()


@PLATFORMS
async def test_reports_that_come_after_the_alert_are_counted_in_the_posted_message(
    tmp_path: Path, platform: str
) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "outlet" not in str(message)
        made.publishes("two", (AGAIN, TEXT))
        made.publishes("three", (TITLE, TEXT))
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+2 outlets" in str(message)
        assert TITLE in str(message)
        assert message.edits == 1
        await made.turns()
        assert message.edits == 1
        assert far_side(made).faults == []


@PLATFORMS
async def test_another_report_of_the_same_outlet_leaves_the_message_alone(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        made.publishes("one", (AGAIN, TEXT))
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert message.edits == 0


@PLATFORMS
async def test_an_edit_that_meets_weather_is_made_by_a_later_turn(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dispatch.EDIT_AGAIN", timedelta(0))
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        far_side(made).fails(503, times=1)
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        await made.turns()
        (message,) = far_side(made).channel(CHANNELS[platform].id).messages
        assert "+1 outlet" in str(message)
        assert far_side(made).faults == []


@PLATFORMS
async def test_a_message_that_was_deleted_is_not_posted_again(tmp_path: Path, platform: str) -> None:
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await alerted(made, platform)
        far_side(made).channel(CHANNELS[platform].id).messages.clear()
        made.publishes("two", (AGAIN, TEXT))
        await made.turns()
        assert far_side(made).channel(CHANNELS[platform].id).messages == []
