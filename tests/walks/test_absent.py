"""A platform that is not configured, or that there is not: what is to be told there waits, people are told, no old news comes."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.cli import doctor
from bot.core import places, readiness
from bot.model import Caller, Channel
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

OPS = {"REGPULSE_OPS_CHANNEL": "slack:T1:C9"}


async def without_discord(made: World) -> object:
    """The operator takes the token away; what is told meanwhile waits."""
    discord, made.discord = made.discord, None
    for item in NEWS:
        made.publishes("one", item)
        await made.turns()
    return discord


async def begun(made: World) -> None:
    made.has_feed("one")
    for channel in (DISCORD, SLACK):
        await made.subscribes(channel)
    await made.turns()


def aged(made: World, days: int) -> None:
    """So much later: what waits has waited as much longer."""
    with closing(sqlite3.connect(made.database)) as db, db:
        for row in db.execute("SELECT id, created, due FROM deliveries WHERE platform = 'discord'").fetchall():
            times = [(datetime.fromisoformat(at) - timedelta(days=days)).isoformat() for at in row[1:]]
            db.execute("UPDATE deliveries SET created = ?, due = ? WHERE id = ?", (*times, row[0]))


def operators(made: World) -> list[str]:
    assert made.slack
    return [str(message) for message in made.slack.channel("C9").messages]


async def test_status_says_what_to_do_operators_are_told_once_and_readiness_is_no_worse(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True, environment=OPS) as made:
        await begun(made)
        await without_discord(made)
        status = await made.says("status")
        assert "✗ discord: not configured: what is to be told there waits, three days at most." in status
        assert "Set REGPULSE_DISCORD_TOKEN, or unsubscribe its channels." in status
        assert "discord: connected" not in status
        (told,) = [text for text in operators(made) if "discord" in text]
        assert "1 message waits for discord, which is not configured" in told
        assert "Set REGPULSE_DISCORD_TOKEN, or unsubscribe its channels." in told
        async with made.opens() as running:
            later = datetime.now(UTC) + timedelta(hours=1)
            found = readiness.troubles(running.signs.pulse, await running.store.waiting(), later)
            assert [trouble for trouble in found if "message" in trouble] == []


async def test_why_names_no_time_for_what_waits_for_a_platform_that_cannot_be_spoken_to(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        await begun(made)
        await without_discord(made)
        async with made.opens() as running:
            for operator, said in ((True, places.not_configured("discord")), (False, "it goes when that is over.")):
                reply = await running.desk.answer("why 1", Caller(DISCORD, "U1", "admin", operator=operator))
                (line,) = [line for line in reply.text.splitlines() if line.startswith("Waits here")]
                assert line.endswith(f": discord cannot be spoken to; {said}")
                assert "next try" not in reply.text


async def test_what_waited_goes_when_the_token_is_back_within_three_days(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True, environment=OPS) as made:
        await begun(made)
        made.discord = await without_discord(made)  # type: ignore[assignment]
        aged(made, 2)
        await made.turns()
        assert made.discord
        assert len(made.discord.channel(DISCORD.id).messages) == len(NEWS)
        assert "✓ discord: connected" in await made.says("status")
        assert any("discord is configured again" in text for text in operators(made))


async def test_old_news_does_not_come_as_new_when_the_token_is_back(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        await begun(made)
        made.discord = await without_discord(made)  # type: ignore[assignment]
        aged(made, 30)
        await made.turns()
        assert made.discord
        assert made.discord.channel(DISCORD.id).messages == []
        why = await made.says("why 1", DISCORD)
        assert "Not delivered here: It waited too long for discord, which was not configured" in why


async def test_a_platform_nothing_is_asked_of_any_more_is_not_spoken_of(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        await begun(made)
        await without_discord(made)
        assert "unsubscribed" in await made.says("unsubscribe 1", DISCORD)
        assert "discord" not in await made.says("status")


async def test_a_platform_there_is_not_is_named_with_those_there_are(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, environment=OPS) as made:
        made.has_feed("one")
        await made.subscribes(Channel("salck", "T1", "C1"))  # as kept by an earlier version
        await made.turns()
        made.publishes("one", NEWS[0])
        await made.turns()
        assert "✗ salck: not configured" in (status := await made.says("status"))
        assert "RegPulse knows no platform “salck”; it knows slack, discord and terminal." in status
        (told,) = operators(made)
        assert "1 message waits for salck" in told
        assert "knows no platform" in await made.says("save fines", Channel("salck", "T1", "C1"))


async def test_a_channel_that_is_no_channel_is_refused_once_with_the_reason(tmp_path: Path) -> None:
    async with world(tmp_path, discord=True, environment={"REGPULSE_OPS_CHANNEL": "discord:100:900"}) as made:
        made.has_feed("one")
        named = Channel("discord", "100", "general")
        await made.subscribes(named)  # as kept by an earlier version
        await made.turns()
        for item in NEWS:
            made.publishes("one", item)
            await made.turns()
        async with made.opens() as running:
            rows = [row for story in (1, 2, 3) for row in await running.store.deliveries(story)]
            assert [(row.state, row.attempts) for row in rows] == [("refused", 1)] * len(NEWS)
            assert await running.store.waiting() is None
        assert made.discord
        (told,) = made.discord.channel("900").messages
        assert "its channel must be a channel's id, which is a number" in str(told)
        assert "unsubscribed" in await made.says("unsubscribe 1", named)


async def test_the_check_up_names_what_is_subscribed_on_a_platform_without_a_token(tmp_path: Path) -> None:
    async with world(tmp_path, discord=True) as made:
        made.has_feed("one")
        await made.subscribes(DISCORD)
        made.discord = None
        found = [finding async for finding in doctor.examine(made.config(), lambda step, done, total: None)]
        (absent,) = [finding for finding in found if finding.text.startswith("discord")]
        assert (absent.ok, absent.text) == (False, "discord: not configured, though 1 channel of it asked for news")
        assert absent.remedy == "Set REGPULSE_DISCORD_TOKEN, or unsubscribe its channels."
