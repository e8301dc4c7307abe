"""What comes twice has one effect, also after a restart; what comes too late is answered another way, or changes nothing."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from bot.app import App
from bot.platforms.slack import listening as listening_to_slack
from bot.platforms.slack import people
from bot.store import opening
from tests.standins.discord import DiscordServer, Message
from tests.standins.slack import SlackServer
from tests.standins.slack_seen import Modal
from tests.standins.slack_socket import Envelope
from tests.walks.weather import CHANNELS, PLATFORMS
from tests.walks.world import World, world

SAVED = "subscribed this channel, as number 1"


@asynccontextmanager
async def there(folder: Path, platform: str) -> AsyncIterator[World]:
    async with world(folder, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        await made.turns()
        yield made


@asynccontextmanager
async def listening(made: World) -> AsyncIterator[App]:
    """From one start of the program to its end."""
    async with made.opens() as running:
        (platform,) = running.platforms
        await platform.connect()
        talk = asyncio.create_task(platform.listen(running.desk))
        yield running
        if made.discord:
            made.discord.ready.clear()
        talk.cancel()
        await asyncio.gather(talk, return_exceptions=True)


def far(made: World) -> SlackServer | DiscordServer:
    server = made.slack or made.discord
    assert server
    return server


def slack_of(made: World) -> SlackServer:
    assert made.slack
    return made.slack


def discord_of(made: World) -> DiscordServer:
    assert made.discord
    return made.discord


async def saved(running: App, platform: str) -> int:
    return len(await running.store.subscriptions(CHANNELS[platform]))


def said_aloud(made: World, platform: str) -> int:
    return sum(SAVED in str(one) for one in far(made).channel(CHANNELS[platform].id).messages)


# Twice


@PLATFORMS
async def test_a_command_that_comes_twice_has_one_effect_and_one_answer(tmp_path: Path, platform: str) -> None:
    async with there(tmp_path, platform) as made, listening(made) as running:
        await far(made).types('/regpulse save "EU AI Act"')
        first = far(made).last
        await far(made).types("/regpulse unsubscribe 1")
        far(made).last = first
        await far(made).sends_again()
        await far(made).types("/regpulse status")
        assert (await saved(running, platform), said_aloud(made, platform)) == (0, 1)


@PLATFORMS
async def test_a_command_that_comes_again_after_a_restart_has_no_effect(tmp_path: Path, platform: str) -> None:
    async with there(tmp_path, platform) as made:
        async with listening(made):
            await far(made).types('/regpulse save "EU AI Act"')
            first = far(made).last
        async with listening(made) as running:
            await far(made).types("/regpulse unsubscribe 1")
            far(made).last = first
            await far(made).sends_again()
            await far(made).types("/regpulse status")
            assert (await saved(running, platform), said_aloud(made, platform)) == (0, 1)


async def pressed_and_sent_off(slack: SlackServer) -> tuple[Envelope | None, Envelope | None]:
    """Two subscriptions made, one by a button and one by a form: the envelopes in which Slack said so."""
    tried = await slack.types('/regpulse subscribe "chatbot"')
    await slack.presses(tried, "Save")
    button = slack.last
    form = await slack.types("/regpulse save")
    assert isinstance(form, Modal)
    await slack.fills(form, {"words": "frontier"})
    return button, slack.last


async def test_a_mention_a_button_and_a_form_that_come_again_after_a_restart_have_no_effect(tmp_path: Path) -> None:
    async with there(tmp_path, "slack") as made:
        slack = slack_of(made)
        async with listening(made):
            await slack.mentions('save "EU AI Act"')
            mention = slack.last
            button, sent_off = await pressed_and_sent_off(slack)
        async with listening(made) as running:
            assert await saved(running, "slack") == 3
            for words in ('"EU AI Act"', "chatbot", "frontier"):
                await slack.types(f"/regpulse unsubscribe {words}")
            before = len(slack.channel("C1").messages)
            for envelope in (mention, button, sent_off):
                slack.last = envelope
                await slack.sends_again()
                await slack.types("/regpulse status")
                assert await saved(running, "slack") == 0
            assert len(slack.channel("C1").messages) == before


async def test_a_button_and_a_form_that_come_twice_have_one_effect(tmp_path: Path) -> None:
    async with there(tmp_path, "slack") as made, listening(made) as running:
        slack = slack_of(made)
        button, sent_off = await pressed_and_sent_off(slack)
        assert await saved(running, "slack") == 2
        for words in ("chatbot", "frontier"):
            await slack.types(f"/regpulse unsubscribe {words}")
        for envelope in (button, sent_off):
            slack.last = envelope
            await slack.sends_again()
            await slack.types("/regpulse status")
            assert await saved(running, "slack") == 0


# Too late


@pytest.mark.by_the_wall
async def test_a_form_is_acknowledged_in_time_while_another_program_locks_the_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not because the database gave up: it would wait for ten minutes."""
    assert listening_to_slack.PATIENCE + people.PATIENCE < 3
    monkeypatch.setattr(opening, "BUSY", 600_000)
    async with there(tmp_path, "slack") as made, listening(made) as running:
        slack = slack_of(made)
        form = await slack.types("/regpulse subscribe")
        assert isinstance(form, Modal)
        with closing(sqlite3.connect(made.database, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            shown = await slack.fills(form, {"words": "frontier"})
            assert shown
            other.execute("ROLLBACK")
        if "Working on it" in str(shown):
            await slack.changes(shown, 3)
        assert "Not saved yet" in str(shown)
        assert await saved(running, "slack") == 0


async def test_a_form_that_slack_opens_no_more_is_offered_by_a_button(tmp_path: Path) -> None:
    async with there(tmp_path, "slack") as made, listening(made):
        slack = slack_of(made)
        slack.expires_triggers()
        offered = await slack.types("/regpulse subscribe")
        assert "press the button" in str(offered)
        slack.keeps_triggers()
        assert isinstance(await slack.presses(offered, "Open the form"), Modal)


async def test_a_change_whose_response_url_is_used_up_is_announced_all_the_same(tmp_path: Path) -> None:
    async with there(tmp_path, "slack") as made, listening(made) as running:
        slack = slack_of(made)
        slack.expires_response_urls()
        assert SAVED in str(await slack.types('/regpulse save "EU AI Act"'))
        assert (await saved(running, "slack"), said_aloud(made, "slack")) == (1, 1)


@pytest.mark.parametrize("line", ["status", "save chatbot"], ids=["an answer", "a change where it may not post"])
async def test_what_cannot_be_said_there_any_more_is_said_to_who_asked(tmp_path: Path, line: str) -> None:
    async with there(tmp_path, "slack") as made, listening(made):
        slack = slack_of(made)
        slack.expires_response_urls()
        slack.kicks_the_bot("C1")
        asking = asyncio.create_task(slack.types(f"/regpulse {line}"))
        await slack.hears("U1", SAVED if line.startswith("save") else "healthy")
        assert slack.channel("C1").messages == []
        asking.cancel()


async def test_a_discord_interaction_that_came_too_late_changes_nothing(tmp_path: Path) -> None:
    async with there(tmp_path, "discord") as made, listening(made) as running:
        discord = discord_of(made)
        for verb, values in (("save", {"words": "ai"}), ("subscribe", {})):
            discord.expires_the_next()
            with pytest.raises(AssertionError, match="nothing is shown"):
                await discord.runs(verb, **values)
        assert isinstance(await discord.runs("status"), Message)
        assert await saved(running, "discord") == 0


async def test_an_acknowledgement_whose_answer_was_lost_leaves_nobody_waiting(tmp_path: Path) -> None:
    """Sent again Discord says that it was given already, 40060: by us."""
    async with there(tmp_path, "discord") as made, listening(made) as running:
        discord = discord_of(made)
        discord.loses_the_acknowledgement()
        assert SAVED in str(await discord.runs("save", words="ai"))
        assert await saved(running, "discord") == 1


async def test_a_discord_answer_whose_token_ran_out_is_announced_in_the_channel_when_it_changed_something(
    tmp_path: Path,
) -> None:
    async with there(tmp_path, "discord") as made, listening(made) as running:
        discord = discord_of(made)
        discord.loses_the_token()
        asking = asyncio.create_task(discord.runs("save", words="ai"))
        await asyncio.wait_for(discord.channel("200").arrived.wait(), 300)
        assert (await saved(running, "discord"), said_aloud(made, "discord")) == (1, 1)
        asking.cancel()
