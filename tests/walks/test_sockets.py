"""The sockets through which people reach us: whatever ends or silences them, people are answered again, and operators know."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import discord
import pytest

from bot.app import conversing
from bot.core import readiness
from bot.errors import PlatformDown, StoreDown
from bot.pipeline import Tally
from bot.platforms.discord import gateway
from bot.platforms.slack import socket
from bot.ports import Desk
from tests.standins.discord import GUILD
from tests.walks.weather import PLATFORMS, Weather, talk, weather
from tests.walks.world import NEWS

FIRST = NEWS[0][0]
LATE = 2 * readiness.HEARTBEAT_LATE


@pytest.fixture(autouse=True)
def _seconds_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, seconds in (
        (conversing, "RECONNECT_AFTER", 0.05),
        (conversing, "REVIVE_AFTER", 0.2),
        (conversing, "SETTLED", 0.2),
        (conversing, "LOOK_EVERY", 0.02),
        (socket, "PING", 0.15),
        (socket, "SILENT", 1.0),
        (socket, "LOOK", 0.05),
    ):
        monkeypatch.setattr(module, name, seconds)
    monkeypatch.setattr(discord.Client, "before_identify_hook", _at_once)


async def _at_once(self: discord.Client, shard_id: int | None, *, initial: bool = False) -> None:
    """The library waits five seconds before it begins a second session."""


@asynccontextmanager
async def answering(folder: Path, platform: str) -> AsyncIterator[Weather]:
    """People are answered there, as in the running program."""
    async with weather(folder, platform) as here:
        if platform == "discord":
            here.discord.heartbeat_ms = 100
        conversation = asyncio.create_task(talk(here).hold())
        await here.far.types("/regpulse status")
        yield here
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)


def discord_s_silence_is_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library counts real seconds, in a thread of its own."""
    for name, seconds in (("SILENT", 2.0), ("LOST", 3.0), ("LOOK", 0.05)):
        monkeypatch.setattr(gateway, name, seconds)


async def soon(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(300):
        while not so():  # noqa: ASYNC110  # what the libraries do they do in their own time
            await asyncio.sleep(0.01)


async def until_told(here: Weather, words: str) -> list[str]:
    """All that operators read until they read this."""
    async with asyncio.timeout(300):
        while words not in "".join(told := await here.operators()):  # noqa: ASYNC110  # as above
            await asyncio.sleep(0.02)
    return told


async def ready(here: Weather) -> tuple[str, ...]:
    here.app.signs.listened()
    here.app.signs.turned(Tally(), timedelta(0))
    return await here.app.signs.not_ready()


def connections(here: Weather) -> int:
    return here.slack.connections if here.platform == "slack" else here.discord.greeted


async def is_answered(here: Weather) -> None:
    assert "healthy" in str(await here.far.types("/regpulse status"))


# Slack


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "too_many_websockets"])
@pytest.mark.parametrize("closing", [True, False], ids=["closed at once", "closed later"])
async def test_a_slack_socket_that_is_to_be_replaced_is(tmp_path: Path, reason: str, closing: bool) -> None:
    async with answering(tmp_path, "slack") as here:
        await here.slack.disconnects(reason, closing=closing)
        await is_answered(here)
        assert here.slack.connections > 1
        assert await here.operators() == []


async def test_a_slack_socket_that_is_cut_is_opened_anew(tmp_path: Path) -> None:
    async with answering(tmp_path, "slack") as here:
        await here.slack.cuts_the_socket()
        await is_answered(here)


async def test_socket_mode_switched_off_is_told_once_alerts_go_on_and_it_heals_by_itself(tmp_path: Path) -> None:
    async with answering(tmp_path, "slack") as here:
        here.slack.refuses_app_token("socket_mode_disabled")
        await here.slack.disconnects("link_disabled")
        await until_told(here, "Slack needs you")
        await here.told()
        assert here.posted() == [FIRST]
        status = await here.says("status")
        assert "✗ slack: Socket Mode was switched off" in status
        assert "Switch it on under Settings" in status
        await asyncio.sleep(0.6)
        assert len(await here.operators()) == 1
        here.slack.takes_app_token_again()
        await is_answered(here)
        await until_told(here, "Slack works again")
        assert "✓ slack: connected" in await here.says("status")


async def test_a_refused_app_token_is_told_once_and_alerts_go_on(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.refuses_app_token()
        conversation = asyncio.create_task(talk(here).hold())
        await until_told(here, "Slack needs you")
        await here.told()
        assert here.posted() == [FIRST]
        assert "REGPULSE_SLACK_APP_TOKEN" in await here.says("status")
        await asyncio.sleep(0.6)
        assert len(await here.operators()) == 1
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)


async def test_an_address_of_slack_s_that_is_used_up_is_not_tried_for_ever(tmp_path: Path) -> None:
    """The library asks for no new one after its connection was refused, but where Slack had said "disconnect"."""
    async with answering(tmp_path, "slack") as here:
        here.slack.spends_tickets(1)
        await here.slack.cuts_the_socket()
        await is_answered(here)


async def test_a_slack_socket_whose_successor_is_never_opened_is_begun_anew(tmp_path: Path) -> None:
    """The library waits for the handshake, and asks for no other: only our watch ends that."""
    async with answering(tmp_path, "slack") as here:
        here.slack.answers_no_handshake(1)
        here.slack.goes_silent()
        await soon(lambda: here.slack.withheld == 1)
        opened = here.slack.connections
        await soon(lambda: here.slack.connections > opened)
        here.slack.speaks_again()
        await here.slack.cuts_the_socket()
        await is_answered(here)


# Discord


@pytest.mark.parametrize("how", ["asked", "invalid, resumable", "4000", "4009", "1001"])
async def test_a_discord_session_is_gone_on_with_and_nothing_missed(tmp_path: Path, how: str) -> None:
    async with answering(tmp_path, "discord") as here:
        here.discord.kicks_the_bot(here.channel.id)
        await here.told()
        here.discord.lets_in_again(here.channel.id)
        place = here.discord.places[here.channel.id]
        here.discord.says_while_away("CHANNEL_UPDATE", place.payload() | {"permission_overwrites": OPEN})
        match how:
            case "asked":
                await here.discord.asks_to_resume()
            case "invalid, resumable":
                await here.discord.invalidates_session(resumable=True)
            case code:
                await here.discord.closes_gateway(int(code))
        await is_answered(here)
        await here.sends()
        assert here.posted() == [FIRST]
        assert here.discord.identified == 1
        assert here.discord.resumed >= 1  # a machine that is busy may be slow enough for another


OPEN = [{"id": GUILD, "type": 0, "allow": "2048", "deny": "0"}]


async def test_a_discord_session_that_is_no_more_is_begun_anew(tmp_path: Path) -> None:
    async with answering(tmp_path, "discord") as here:
        await here.discord.invalidates_session(resumable=False)
        await is_answered(here)
        assert here.discord.identified == 2


async def test_a_discord_session_that_ended_while_we_were_away_is_begun_anew(tmp_path: Path) -> None:
    async with answering(tmp_path, "discord") as here:
        here.discord._session = "another"
        await here.discord.closes_gateway(4000)
        await is_answered(here)
        assert here.discord.identified == 2


@pytest.mark.parametrize(
    ("code", "words"),
    [(4014, "Privileged Gateway Intents"), (4013, "Install a newer RegPulse"), (4011, "sharded")],
)
async def test_a_gateway_that_shuts_us_out_is_told_once_alerts_go_on_and_it_heals_by_itself(
    tmp_path: Path, code: int, words: str
) -> None:
    async with answering(tmp_path, "discord") as here:
        here.discord.shuts_out_with(code)
        await here.discord.invalidates_session(resumable=False)
        await until_told(here, "Discord needs you")
        await here.told()
        async with asyncio.timeout(300):
            while not here.posted():  # it is just logging in again, may be
                await here.sends(seconds=10)
        assert here.posted() == [FIRST]
        assert words in await here.says("status")
        await asyncio.sleep(0.6)
        assert len(await here.operators()) == 1
        here.discord.shuts_out_with(0)
        await is_answered(here)
        await until_told(here, "Discord works again")


async def test_a_gateway_that_refuses_the_token_stops_posting_too(tmp_path: Path) -> None:
    async with answering(tmp_path, "discord") as here:
        here.discord.revokes_token()
        await here.discord.invalidates_session(resumable=False)
        await soon(lambda: bool(here.app.platforms[0].down))
        await soon(lambda: not here.app.speaking)
        assert "✗ discord: Discord refuses the token" in await here.says("status")
        here.discord.takes_token_again()
        await is_answered(here)
        told = await until_told(here, "Discord works again")
        assert sum("Discord needs you" in one for one in told) == 1
        await here.told()
        assert here.posted() == [FIRST]


# Silence


@PLATFORMS
async def test_a_socket_that_says_nothing_turns_ready_red_is_told_once_and_is_replaced(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord_s_silence_is_short(monkeypatch)
    async with answering(tmp_path, platform) as here:
        assert await ready(here) == ()
        opened = connections(here)
        here.far.goes_silent()
        here.ahead = LATE
        await until_told(here, "is silent")
        (reason,) = await ready(here)
        assert reason.startswith(f"{platform} has given no sign of life since")
        await here.told()
        assert here.posted() == [FIRST]
        await asyncio.sleep(1)
        assert len(await here.operators()) == 1
        assert len(await ready(here)) == 1
        (place,), since = here.app.platforms, here.app.platforms[0].heard
        assert since
        await soon(lambda: connections(here) > opened)
        here.far.speaks_again()
        await is_answered(here)
        await soon(lambda: bool(place.heard and place.heard > since))
        here.ahead = timedelta(0)
        told = await until_told(here, "is heard again")
        assert len(told) == 2
        assert await ready(here) == ()


async def test_a_gateway_that_lets_us_in_and_says_nothing_is_not_said_to_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord_s_silence_is_short(monkeypatch)
    async with answering(tmp_path, "discord") as here:
        here.discord.shuts_out_with(4014)
        await here.discord.invalidates_session(resumable=False)
        await until_told(here, "Discord needs you")
        here.discord.goes_silent()
        here.discord.shuts_out_with(0)
        greeted = here.discord.greeted
        await soon(lambda: here.discord.greeted > greeted)
        await asyncio.sleep(1)
        assert len(await here.operators()) == 1
        here.discord.speaks_again()
        await is_answered(here)
        assert len(await until_told(here, "Discord works again")) == 2


async def test_a_refusal_that_takes_its_time_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when the conversation already counted as held."""
    monkeypatch.setattr(conversing, "SETTLED", 0.05)
    async with weather(tmp_path, "slack") as here:
        refused = 0

        async def listens(desk: Desk) -> None:
            nonlocal refused
            await asyncio.sleep(0.1)
            refused += 1
            raise PlatformDown(socket.SWITCHED_OFF)

        monkeypatch.setattr(here.app.platforms[0], "listen", listens)
        conversation = asyncio.create_task(talk(here).hold())
        await soon(lambda: refused > 4)
        assert len(await here.operators()) == 1
        conversation.cancel()
        await asyncio.gather(conversation, return_exceptions=True)


# While the database cannot be written


async def test_that_a_platform_works_again_is_told_as_soon_as_it_can_be_and_so_is_the_next_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with answering(tmp_path, "slack") as here:
        here.slack.refuses_app_token("socket_mode_disabled")
        await here.slack.disconnects("link_disabled")
        await until_told(here, "Slack needs you")
        with monkeypatch.context() as patched:
            tried = fails(patched, here, "all_clear")
            here.slack.takes_app_token_again()
            await is_answered(here)
            await soon(lambda: "conversation slack" in tried)
        await until_told(here, "Slack works again")
        here.slack.refuses_app_token("socket_mode_disabled")
        await here.slack.disconnects("link_disabled")
        async with asyncio.timeout(300):
            while len(told := await here.operators()) < 3:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.02)
        assert "Slack needs you" in told[2]


async def test_a_silence_is_told_as_soon_as_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(tmp_path, "slack") as here:
        with monkeypatch.context() as patched:
            tried = fails(patched, here, "alarm")
            here.slack.goes_silent()
            here.ahead = LATE
            await soon(lambda: bool(tried))
        await until_told(here, "Slack is silent")


def fails(patched: pytest.MonkeyPatch, here: Weather, call: str) -> list[str]:
    """The store's call, as with a full disk; answers what was tried to be written of."""
    tried = []

    async def full(self: object, what: str, *rest: object) -> bool:
        tried.append(what)
        raise StoreDown("The disk is full")

    patched.setattr(type(here.app.store), call, full)
    return tried
