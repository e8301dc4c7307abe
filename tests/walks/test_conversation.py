"""Conversation in Slack and Discord, through the real clients: each line answered by the desk, acknowledged first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.model import Channel
from tests.standins.discord import MEMBER
from tests.walks.test_main_job import arrange, publish
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS: dict[str, Channel] = {"slack": SLACK, "discord": DISCORD}


@asynccontextmanager
async def listening(folder: Path, platform: str, **environment: str) -> AsyncIterator[World]:
    """A world with news in it and a RegPulse that listens on one platform."""
    sides = {"slack": platform == "slack", "discord": platform == "discord"}
    async with world(folder, **sides, environment=environment) as made:
        arrange(made)
        await made.subscribes(CHANNELS[platform], "everything")
        await made.turns()
        publish(made)
        await made.turns()
        async with made.opens() as running:
            (client,) = running.platforms
            await client.connect()
            talk = asyncio.create_task(client.listen(running.desk))
            yield made
            talk.cancel()
            await asyncio.gather(talk, return_exceptions=True)


async def types(made: World, line: str) -> str:
    server = made.slack or made.discord
    assert server
    message = await server.types(f"/regpulse {line}")
    assert server.faults == []
    return str(message)


@PLATFORMS
async def test_a_person_subscribes_looks_things_up_asks_why_and_unsubscribes(tmp_path: Path, platform: str) -> None:
    async with listening(tmp_path, platform) as made:
        sent, filtered = made.documents["one"][0].link, made.documents["four"][0].link
        server = made.slack or made.discord
        assert server
        tried = await server.types('/regpulse subscribe "EU AI Act" -opinion')
        assert "would have sent 1 story" in str(tried)
        saved = str(await server.presses(tried, "Save"))  # type: ignore[arg-type]
        assert "subscribed this channel, as number 2" in saved
        listed = await types(made, "subscriptions")
        assert '2. "EU AI Act" -opinion' in listed
        assert NEWS[0][0] in await types(made, "latest")
        assert NEWS[1][0] in await types(made, "search frontier bill")
        assert "Nothing found" in await types(made, "search zebra")
        assert "Sent here" in await types(made, f"why {sent}")
        assert "Not sent anywhere" in await types(made, f"why {filtered}")
        assert "sources healthy" in await types(made, "status")
        assert "5 sources" in await types(made, "sources")
        assert "subscribe <words>" in (await types(made, "help subscribe")).replace("\\", "").replace("\u200b", "")
        assert "unsubscribed this channel from number 2" in await types(made, "unsubscribe 2")
        assert "has no subscription “2”" in await types(made, "unsubscribe 2")


@PLATFORMS
async def test_the_buttons_of_an_alert_answer(tmp_path: Path, platform: str) -> None:
    async with listening(tmp_path, platform) as made:
        server = made.slack or made.discord
        assert server
        alert = next(m for m in server.channel(CHANNELS[platform].id).messages if NEWS[0][0] in str(m))
        evidence = str(await server.presses(alert, "Evidence"))  # type: ignore[arg-type]
        assert "Quotes are exact" in evidence
        why = str(await server.presses(alert, "Why this"))  # type: ignore[arg-type]
        assert "Sent here" in why
        assert server.faults == []


@PLATFORMS
async def test_every_line_is_acknowledged_before_it_is_answered_and_within_three_seconds(
    tmp_path: Path, platform: str
) -> None:
    async with listening(tmp_path, platform) as made:
        server = made.slack or made.discord
        assert server
        for _ in range(5):
            await types(made, "latest 20")
        assert len(server.acknowledged) == 5
        assert max(server.acknowledged) < 3


async def test_in_slack_a_mention_is_answered_in_its_thread_and_a_direct_message_directly(tmp_path: Path) -> None:
    async with listening(tmp_path, "slack") as made:
        assert made.slack
        reply = await made.slack.mentions("search frontier")
        assert NEWS[1][0] in str(reply)
        assert reply.thread_ts
        direct = await made.slack.mentions("help latest", channel="D1", direct=True)
        assert "The newest stories" in str(direct)


async def test_in_slack_an_envelope_sent_twice_is_answered_once(tmp_path: Path) -> None:
    async with listening(tmp_path, "slack") as made:
        assert made.slack
        await made.slack.types("/regpulse latest", redelivered=True)
        await types(made, "subscriptions")
        assert made.slack.answered == 2


async def test_in_discord_only_who_manages_the_channel_subscribes_it(tmp_path: Path) -> None:
    async with listening(tmp_path, "discord") as made:
        assert made.discord
        refused = str(await made.discord.types("/regpulse subscribe ai", permissions=MEMBER))
        assert "Only people who may manage it" in refused
        assert "newest" in str(await made.discord.types("/regpulse latest", permissions=MEMBER))


async def test_a_backfill_sends_the_latest_matching_stories_and_never_again(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        made.has_feed("one", NEWS)
        await made.subscribes(SLACK, "zebra")
        await made.turns()
        assert made.slack.channel("C1").messages == []
        assert "On their way here: the latest 2" in await made.says("save everything backfill:2", SLACK)
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
        await made.says("unsubscribe everything", SLACK)
        await made.says("save everything backfill:2", SLACK)
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2


async def test_a_muted_word_silences_a_story(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        arrange(made)
        await made.subscribes(SLACK)
        await made.turns()
        await made.says('mute "companion chatbots"', SLACK)
        publish(made)
        await made.turns()
        assert len(made.slack.channel("C1").messages) == 2
        assert "silenced, because “companion chatbots” is muted here" in await made.says(
            "why " + made.documents["three"][0].link, SLACK
        )
