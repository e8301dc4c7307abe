"""A message of which nobody can tell whether it was posted: how few there can be, and that the operator hears of each."""

import asyncio
import sqlite3
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import app, dispatch
from bot.core import schedule
from bot.model import Channel
from bot.platforms.discord import histories
from bot.store.sqlite import Sqlite
from tests.standins.discord.payloads import HISTORY, Place
from tests.standins.gate import Gate
from tests.standins.slack_seen import Message
from tests.walks.weather import heard, weather
from tests.walks.world import DISCORD, NEWS, SLACK, World, world

OPS = Channel("slack", SLACK.space, "COPS")
PLACES = tuple(Channel("slack", SLACK.space, f"C{number}") for number in range(1, 6))


@pytest.fixture(autouse=True)
def tried_again_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schedule, "outbox_retry", lambda attempts: timedelta(0))


async def prepared(made: World, *places: Channel, doubt: str = "hold") -> None:
    """A baseline told to nobody, subscriptions, a channel for operators, and one new story on the feed."""
    made.environment |= {"REGPULSE_OPS_CHANNEL": str(OPS), "REGPULSE_ALERTS_DOUBT": doubt}
    made.has_feed("one")
    for place in places:
        await made.subscribes(place)
    await made.turns()
    made.publishes("one", NEWS[0])


def states(made: World) -> list[str]:
    with closing(sqlite3.connect(made.database)) as db:
        return [row[0] for row in db.execute("SELECT state FROM deliveries ORDER BY state")]


@pytest.mark.parametrize(
    ("history", "under_way"),
    [("readable", 5), ("not granted", 1), ("granted and refused", 1), ("not to be reached", 1)],
)
async def test_where_history_is_not_known_to_be_readable_one_message_at_a_time_is_under_way(
    tmp_path: Path, history: str, under_way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made, *PLACES)
        match history:
            case "not granted":
                made.slack.forbids_history()
            case "granted and refused":
                made.slack.refuses_history("access_denied")
            case "not to be reached":
                made.slack.refuses_history("fatal_error")
        async with Gate(f"http://{made.slack.address}") as gate:
            made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"
            gate.holds("chat.postMessage", "before")
            looks = counted_claims(monkeypatch)
            turn = asyncio.create_task(made.turns())
            await asyncio.wait_for(gate.held.wait(), 300)
            for _ in range(3):
                looks.clear()
                await asyncio.wait_for(looks.wait(), 300)
            assert states(made).count("sending") == under_way
            gate.opens()
            await turn
        assert states(made) == ["sent"] * len(PLACES)


@pytest.mark.parametrize(
    ("history", "under_way"),
    [
        ("readable", 4),
        ("readable, and no gateway", 4),
        ("closed in two channels", 3),
        ("closed in two channels, and no gateway", 3),
        ("closed everywhere", 1),
        ("closed since in two channels", 3),
        ("not known", 1),
    ],
)
async def test_of_the_discord_channels_of_a_server_not_known_to_let_us_read_back_one_is_written_to_at_a_time(
    tmp_path: Path, history: str, under_way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its nonce tells of a message only for some minutes, and a machine may be away for longer."""
    server = "101" if history == "not known" else DISCORD.space
    places = tuple(Channel("discord", server, str(number)) for number in range(201, 205))
    async with weather(tmp_path, "discord") as here:
        here.discord.has(*(Place(place.id) for place in places))
        if history == "closed everywhere":
            here.discord.forbids_history()
        elif "closed in two" in history:
            for place in places[:2]:
                here.discord.places[place.id].denied |= HISTORY
        for place in places:
            await here.subscribes(place)
        async with AsyncExitStack() as listening:
            if "no gateway" not in history:
                await listening.enter_async_context(heard(here))
            await here.told(0)
            if "since" in history:
                monkeypatch.setattr(histories, "AGAIN", 0)
                for place in places[:2]:
                    await here.discord.takes_history(place.id)
                await here.told(2)
            await here.hears(1)
            here.discord.asked.clear()
            here.discord.hangs(*(place.id for place in places))
            looks = counted_claims(monkeypatch)
            sending = asyncio.create_task(here.sends())
            async with asyncio.timeout(300):
                while not here.discord.asked:
                    looks.clear()
                    await looks.wait()
            for _ in range(3):
                looks.clear()
                await asyncio.wait_for(looks.wait(), 300)
            assert here.states().count("sending") == under_way
            here.discord.answers_again()
            await sending
        assert set(here.states()) == {"sent"}


def counted_claims(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Set whenever it was looked what is due."""
    looked, claim = asyncio.Event(), Sqlite.claim

    async def claims(*args: Any, **kwargs: Any) -> Any:
        found = await claim(*args, **kwargs)
        looked.set()
        return found

    monkeypatch.setattr(Sqlite, "claim", claims)
    return looked


@pytest.mark.parametrize(("doubt", "posted", "told"), [("hold", 1, "is held"), ("resend", 2, "is sent once more")])
async def test_operators_read_of_each_message_of_which_nobody_can_tell(
    tmp_path: Path, doubt: str, posted: int, told: str
) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made, SLACK, doubt=doubt)
        made.slack.stores_then_drops()
        made.slack.forbids_history()
        await made.turns()
        assert len(made.slack.channel(SLACK.id).messages) == posted
        (notice,) = map(str, made.slack.channel(OPS.id).messages)
        assert told in notice
        assert NEWS[0][0] in notice
        assert str(SLACK) in notice


async def test_policy_sends_again_what_was_put_off_before_it_was_in_doubt(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made, SLACK, doubt="resend")
        made.slack.rate_limits(3, retry_after=0)
        made.slack.stores_then_drops()
        made.slack.forbids_history()
        await made.turns()
        assert len(made.slack.channel(SLACK.id).messages) == 2
        assert states(made) == ["sent"]


async def test_policy_sends_again_once_and_holds_what_is_in_doubt_once_more(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made, SLACK, doubt="resend")
        made.slack.stores_then_drops()
        made.slack.rate_limits(1, retry_after=0)
        made.slack.stores_then_drops()
        made.slack.forbids_history()
        await made.turns()
        assert len(made.slack.channel(SLACK.id).messages) == 2
        assert states(made) == ["held"]
        first, second = map(str, made.slack.channel(OPS.id).messages)
        assert "is sent once more" in first
        assert "is held" in second


async def test_a_message_is_found_again_under_hundreds_that_people_wrote_since(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made, SLACK)
        conversation, gate = made.slack.channel(SLACK.id), Gate(f"http://{made.slack.address}")
        async with gate:
            made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"
            gate.holds("conversations.history", "before", first=1)  # the first asks whether it may
            made.slack.stores_then_drops()
            turn = asyncio.create_task(made.turns())
            await asyncio.wait_for(gate.held.wait(), 300)
            (told,) = conversation.messages
            chat = (
                replace(told, ts=f"{float(told.ts) + n:.6f}", text="Hello", blocks=[], metadata={})
                for n in range(1, 501)
            )
            conversation.messages += chat
            gate.opens()
            await turn
        assert sum(NEWS[0][0] in str(one) for one in conversation.messages) == 1
        assert states(made) == ["sent"]


async def test_a_message_is_found_again_where_slack_shows_fifteen_at_a_time_and_then_asks_to_wait(
    tmp_path: Path,
) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.told(1)
        here.slack.gives_little_history()
        here.slack.stores_then_drops()
        await here.hears(0)
        await here.sends()
        for number in range(40):
            here.slack.channel(here.channel.id).messages.append(
                Message(here.slack._timestamp(), here.channel.id, f"People talk, {number}", [], {})
            )
        for _ in range(10):
            await here.sends(minutes=2)
        assert (here.states(), here.posted()) == (["sent", "sent"], [NEWS[1][0], NEWS[0][0]])


async def test_operators_are_rather_told_twice_than_not_at_all(tmp_path: Path) -> None:
    """Of their own messages, too, nobody can tell where history is closed."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made)
        made.slack.forbids_history()
        async with made.opens() as running:
            await running.store.watch({}, ("1 source in trouble", "The Herald", "1 of 2."), app._now())
        made.slack.stores_then_drops()
        await informed(made)
        await informed(made, later=timedelta(minutes=1))
        assert len(made.slack.channel(OPS.id).messages) == 2


async def test_operators_are_told_what_one_kill_after_another_kept_from_them(tmp_path: Path) -> None:
    """Each kill leaves it in doubt, and where history is closed nobody can tell."""
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made)
        made.slack.forbids_history()
        async with made.opens() as running:
            await running.store.watch({}, ("1 source in trouble", "The Herald", "1 of 2."), app._now())
        for _ in range(dispatch.NOTICE_TRIES - 1):
            async with Gate(f"http://{made.slack.address}") as gate:
                made.environment["REGPULSE_SLACK_API_URL"] = f"http://{gate.address}/api/"
                gate.holds("chat.postMessage", "before")
                killed = asyncio.create_task(informed(made, later=timedelta(hours=1)))
                await asyncio.wait_for(gate.held.wait(), 300)
                gate.loses()
                killed.cancel()
                await asyncio.gather(killed, return_exceptions=True)
        del made.environment["REGPULSE_SLACK_API_URL"]
        await informed(made, later=timedelta(hours=1))
        assert ["The Herald" in str(one) for one in made.slack.channel(OPS.id).messages] == [True]


async def test_a_kill_while_operators_are_told_delays_no_other_word_to_them(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        assert made.slack
        await prepared(made)
        async with made.opens() as running:
            for title in ("first", "second"):
                await running.store.watch({}, (title, "a line", "1 of 2."), app._now())
            now = app._now()
            await running.store.claim_notice(
                now, since=now - dispatch.NOTICES_KEPT, lease=dispatch.outbox.LEASE
            )  # killed here
        await informed(made)
        assert ["first" in str(one) for one in made.slack.channel(OPS.id).messages] == [True, False]


async def informed(made: World, later: timedelta = timedelta(0)) -> None:
    """By a process that was started anew, at this or at a later time."""
    async with made.opens() as running:
        for platform in running.platforms:
            await platform.connect()
            running.speaking[platform.name] = platform
        outbox = replace(running.outbox, now=lambda: app._now() + later)
        for _ in range(3):
            await dispatch.inform(outbox)
