"""Slack and Discord in trouble while alerts are on their way: each arrives once, and operators read what needs them once."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot import dispatch
from bot.dispatch.editing import EDIT_TRIES
from bot.model import Caller
from bot.platforms.discord import posting
from bot.platforms.slack import workspaces
from tests.standins.clock import still
from tests.walks.weather import OPS, PLATFORMS, SECOND, Weather, weather
from tests.walks.world import NEWS

FIRST, NEXT = NEWS[0][0], NEWS[1][0]

SOON = 20
"""Seconds in which only what is waited for counts: far fewer than any other channel is waited for."""


# Asked to slow down


@PLATFORMS
async def test_asked_for_a_moment_the_message_comes_after_it(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.rate_limits(2, retry_after=0.2)
        await here.told()
        await here.sends(seconds=1)
        await here.sends(seconds=1)
        assert here.posted() == [FIRST]


@PLATFORMS
@pytest.mark.parametrize("asked", [3_600, 10**8], ids=["an hour", "three years"])
async def test_asked_for_long_nothing_is_sent_before_and_the_message_comes_after(
    tmp_path: Path, platform: str, asked: int
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.rate_limits(1, retry_after=asked)
        await here.told()
        await here.sends(minutes=59)
        assert here.posted() == []
        await here.sends(minutes=2 if asked == 3_600 else 24 * 60)
        assert here.posted() == [FIRST]


@PLATFORMS
async def test_asked_without_a_time_the_message_waits_and_comes(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.rate_limits(1, retry_after=None)
        await here.told()
        assert here.posted() == []
        await here.sends(seconds=31)
        assert here.posted() == [FIRST]


@pytest.mark.parametrize("nonsense", ["soon", "-5", "", "9" * 400, "Fri, 31 Dec 1999 23:59:59 GMT"])
async def test_a_time_that_is_none_counts_as_no_time(tmp_path: Path, nonsense: str) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.rate_limits(1, retry_after=nonsense)
        await here.told()
        await here.sends(seconds=20)
        assert here.posted() == []
        await here.sends(seconds=31)
        assert here.posted() == [FIRST]


async def test_a_slack_workspace_that_names_no_time_is_left_alone_for_half_a_minute(tmp_path: Path) -> None:
    """Whichever of its channels there is something for."""
    async with weather(tmp_path, "slack") as here:
        here.slack.rate_limits(1, retry_after=None)
        await here.told(0)
        await here.subscribes(SECOND["slack"])
        await here.hears(1)
        await here.sends(seconds=20)
        assert here.slack.asked == [("chat.postMessage", here.channel.id)]
        for _ in range(2):  # one of them may have been asked only now
            await here.sends(seconds=31)
        assert (here.posted(), here.posted(SECOND["slack"])) == ([FIRST, NEXT], [NEXT])


async def test_a_workspace_that_asked_us_to_wait_is_left_alone_after_a_restart_too(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.subscribes(SECOND["slack"])
        await here.hears(0)
        with closing(sqlite3.connect(here.made.database)) as db, db:  # as one that met weather and is not due yet
            later = (here.now + timedelta(minutes=5)).isoformat()
            db.execute("UPDATE deliveries SET due = ? WHERE channel = ?", (later, SECOND["slack"].id))
        here.slack.rate_limits(1, retry_after=3_600)
        await here.sends()
        asked = len(here.slack.asked)
        here.ahead += timedelta(minutes=30)
        await dispatch.flush(replace(here.app.outbox, waits={}))  # what a new process knows
        assert len(here.slack.asked) == asked
        await here.sends(minutes=31)
        assert (here.posted(), here.posted(SECOND["slack"])) == ([FIRST], [FIRST])


async def test_discord_that_names_no_time_is_asked_again_after_five_seconds_then_doubling(tmp_path: Path) -> None:
    async with weather(tmp_path, "discord") as here:
        here.discord.rate_limits(10, retry_after=None)
        await here.hears(0)
        pauses = []
        for _ in range(10):
            await here.sends(hours=1)
            with closing(sqlite3.connect(here.made.database)) as db:
                (times,) = db.execute("SELECT due, settled FROM deliveries").fetchall()
            due, settled = map(datetime.fromisoformat, times)
            pauses.append((due - settled).total_seconds())
        assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]
        assert len(here.discord.asked) == 10
        await here.sends(hours=1)
        assert here.posted() == [FIRST]


async def test_a_limit_of_one_discord_channel_holds_up_no_other(tmp_path: Path) -> None:
    async with weather(tmp_path, "discord") as here:
        await here.subscribes(SECOND["discord"])
        here.discord.rate_limits_in(here.channel.id, retry_after=600)
        await here.hears(0)
        begun = still().time()
        await here.sends()
        assert (here.posted(), here.posted(SECOND["discord"])) == ([], [FIRST])
        assert still().time() - begun < SOON


async def test_a_limit_of_all_discord_is_waited_for_and_every_message_comes_once(tmp_path: Path) -> None:
    async with weather(tmp_path, "discord") as here:
        await here.subscribes(SECOND["discord"])
        here.discord.rate_limits(2, retry_after=0.3, everywhere=True)
        await here.told()
        assert (here.posted(), here.posted(SECOND["discord"])) == ([FIRST], [FIRST])


# Servers in trouble, connections that break, answers that come late


@PLATFORMS
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_burst_of_server_errors_delays_and_doubles_nothing(
    tmp_path: Path, platform: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("discord.http.asyncio.sleep", _soon)
    async with weather(tmp_path, platform) as here:
        here.far.fails(status, times=3)
        await here.told()
        for _ in range(8):
            await here.sends(minutes=1)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


async def _soon(seconds: float) -> None:
    """The library's own pauses between its tries."""


@PLATFORMS
@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_message_stored_before_the_server_failed_is_not_sent_again(
    tmp_path: Path, platform: str, status: int
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.stores_then_fails(status)
        await here.told()
        for _ in range(4):
            await here.sends(minutes=1)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


@PLATFORMS
@pytest.mark.parametrize("stored", [True, False])
async def test_a_connection_that_drops_before_or_after_the_message_was_stored_costs_and_doubles_none(
    tmp_path: Path, platform: str, stored: bool
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.stores_then_drops() if stored else here.far.drops()
        await here.told()
        for _ in range(4):
            await here.sends(minutes=1)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


@pytest.mark.parametrize("change", ["unsubscribe 1", "mute chatbot"])
@PLATFORMS
async def test_what_is_wanted_no_more_is_not_posted_by_looking_whether_it_was(
    tmp_path: Path, platform: str, change: str
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.fails(503)
        await here.told(0)
        assert here.states() == ["doubt"]
        await here.app.desk.answer(change, Caller(here.channel, "tester", "admin"))
        for minutes in (1, 1, 5, 60):
            await here.sends(minutes=minutes)
        assert (here.posted(), here.states()) == ([], [])


async def is_found_again(here: Weather, platform: str) -> None:
    """A message that was stored, and whose answer was lost."""
    here.far.stores_then_drops()
    await here.told()
    if platform == "discord":
        here.discord.forgets_nonces()
        here.ahead += posting.NONCE_WINDOW
    for _ in range(4):
        await here.sends(minutes=1)
    assert (here.posted(), here.states()) == ([FIRST], ["sent"])


@PLATFORMS
@pytest.mark.parametrize("fast", [3, 55])
async def test_a_message_that_a_fast_clock_dates_too_late_is_found_again(
    tmp_path: Path, platform: str, fast: int
) -> None:
    async with weather(tmp_path, platform) as here:
        here.ahead = timedelta(minutes=fast)
        await is_found_again(here, platform)


@PLATFORMS
@pytest.mark.parametrize("fast", [timedelta(hours=5), timedelta(days=40)], ids=str)
async def test_a_message_that_a_clock_dates_hours_too_late_is_found_by_the_platform_s_own(
    tmp_path: Path, platform: str, fast: timedelta
) -> None:
    async with weather(tmp_path, platform, wrong=True) as here:
        here.ahead = fast
        await is_found_again(here, platform)


@PLATFORMS
async def test_a_message_whose_answer_comes_after_our_patience_is_posted_once(
    tmp_path: Path, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch)
    async with weather(tmp_path, platform) as here:
        here.far.stores_and_is_slow()
        await here.told()
        here.far.answers_again()
        for seconds in (10, 60, 600):
            await here.sends(seconds=seconds)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


async def test_a_message_that_slack_stores_after_our_patience_is_posted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked for at once it would not be there yet, and would be sent again."""
    impatient(monkeypatch)
    async with weather(tmp_path, "slack") as here:
        here.slack.is_slow_to_store()
        await here.told()
        await here.sends(seconds=15)
        here.slack.answers_again()
        await here.slack.hears(here.channel.id, FIRST)
        for seconds in (50, 600):
            await here.sends(seconds=seconds)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "TIMEOUT", 0.3)
    monkeypatch.setattr(posting, "TIMEOUT", 0.3)


@PLATFORMS
async def test_a_rich_message_that_is_refused_is_sent_once_more_in_plain_form_and_not_again(
    tmp_path: Path, platform: str
) -> None:
    async with weather(tmp_path, platform) as here:
        here.slack.rejects_blocks() if platform == "slack" else here.discord.rejects_embeds()
        await here.told()
        for _ in range(3):
            await here.sends(minutes=10)
        asked = here.slack.asked if platform == "slack" else here.discord.asked
        assert len(asked) == 2
        assert here.posted() == [FIRST]


@pytest.mark.parametrize("code", ["message_limit_exceeded", "team_added_to_org"])
async def test_what_slack_refuses_for_a_while_comes_when_it_is_over(tmp_path: Path, code: str) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.refuses_in(here.channel.id, code)
        await here.told()
        await here.sends(minutes=10)
        here.slack.lets_in_again(here.channel.id)
        await here.sends(hours=1)
        assert here.posted() == [FIRST]
        assert await here.operators() == []


async def test_a_message_that_is_refused_for_good_is_told_to_operators_once_until_one_arrives(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.refuses_in(here.channel.id, "a_code_of_next_year")
        await here.told(0)
        await here.told(1)
        (told,) = await here.operators()
        assert "A message was refused" in told
        assert "a_code_of_next_year" in told.replace("\\", "")
        assert here.channel.id in told
        here.slack.lets_in_again(here.channel.id)
        await here.told(2)
        here.slack.refuses_in(here.channel.id, "a_code_of_next_year")
        here.made.publishes("one", ("Regulator fines a maker of chatbots under the EU AI Act", NEWS[0][1]), days_ago=0)
        await here.told()
        assert here.posted() == [NEWS[2][0]]
        await here.sends(minutes=1)  # what others are refused meanwhile is told with it
        assert len(await here.operators()) == 2


# Channels that are closed to us

CLOSED = pytest.mark.parametrize(
    ("platform", "trouble", "remedy"),
    [
        ("slack", "kicks_the_bot", "/invite @RegPulse"),
        ("slack", "archives", "Unarchive the channel"),
        ("slack", "deletes", "The channel is gone, or private"),
        ("slack", "restricts", "ask a workspace admin"),
        ("discord", "kicks_the_bot", "Give the bot View Channel"),
        ("discord", "deletes", "The channel is gone"),
        ("discord", "locks", "The thread is locked"),
    ],
)


def tries(here: Weather) -> int:
    """Discord is asked what kind of channel it is before anything is posted there."""
    asked = [channel for _, channel in here.slack.asked] if here.platform == "slack" else here.discord.lookups
    return asked.count(here.channel.id)


@CLOSED
async def test_a_closed_channel_is_parked_told_of_once_and_revived_when_it_answers(
    tmp_path: Path, platform: str, trouble: str, remedy: str
) -> None:
    async with weather(tmp_path, platform) as here:
        await here.subscribes(SECOND[platform])
        getattr(here.far, trouble)(here.channel.id)
        await here.told(0)
        await here.told(1)
        await here.sends(minutes=5)
        assert tries(here) == 1
        assert here.posted(SECOND[platform]) == [FIRST, NEXT]
        for minutes in (6, 11):
            await here.sends(minutes=minutes)
            assert tries(here) == 2, "ten minutes after the first, and then twice as long"
        (told,) = await here.operators()
        assert "A channel is closed to us" in told
        assert remedy in told.replace("\\", "")
        assert remedy in await here.says("status")
        assert "On its way here" in (why := await here.why(1))
        assert remedy in why
        here.far.lets_in_again(here.channel.id)
        await here.sends(minutes=21)
        assert here.posted() == [FIRST, NEXT]
        _, over = await here.operators()
        assert "A channel answers again" in over
        assert "closed to us" not in await here.says("status")


@pytest.mark.parametrize("code", ["no_permission", "access_denied", "ekm_access_denied"])
async def test_a_slack_channel_that_denies_the_app_is_parked_and_troubles_no_other(tmp_path: Path, code: str) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.subscribes(SECOND["slack"])
        here.slack.refuses_in(here.channel.id, code)
        await here.told()
        for _ in range(6):
            await here.sends(hours=1)
        assert here.app.platforms[0].down == ""
        assert here.posted(SECOND["slack"]) == [FIRST]
        (told,) = await here.operators()
        assert "A channel is closed to us" in told
        here.slack.lets_in_again(here.channel.id)
        await here.sends(hours=12)
        assert here.posted() == [FIRST]


@PLATFORMS
async def test_a_closed_channel_turns_ready_red_for_nobody(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.kicks_the_bot(here.channel.id)
        await here.told()
        for _ in range(6):
            await here.sends(minutes=20)
            waiting = await here.app.store.waiting()
            assert waiting is None or here.now - waiting < timedelta(minutes=30)


@PLATFORMS
async def test_what_waited_three_days_for_a_closed_channel_is_no_news_and_what_came_since_is_told(
    tmp_path: Path, platform: str
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.kicks_the_bot(here.channel.id)
        await here.told(0)
        assert len(await here.operators()) == 1
        for _ in range(5):
            await here.sends(hours=20)
        await here.told(1)
        here.far.lets_in_again(here.channel.id)
        await here.sends(hours=25)
        assert here.posted() == [NEXT]
        assert tries(here) < 12
        assert len(await here.operators()) == 2


@PLATFORMS
async def test_an_edit_in_a_channel_that_is_closed_is_made_when_it_answers_and_holds_up_no_other(
    tmp_path: Path, platform: str
) -> None:
    async with weather(tmp_path, platform) as here:
        await here.subscribes(SECOND[platform])
        await here.told(0)
        here.slack.archives(here.channel.id) if platform == "slack" else here.discord.kicks_the_bot(here.channel.id)
        brief = await here.app.store.brief(1)
        assert brief
        await here.app.store.revise(replace(brief, note="Corrected."), here.now, repost=True, why="corrected")
        assert await dispatch.retell(here.app.outbox) == 1
        here.far.lets_in_again(here.channel.id)
        here.ahead += timedelta(minutes=2)
        assert await dispatch.retell(here.app.outbox) == 1
        here.ahead += timedelta(days=1)
        assert await dispatch.retell(here.app.outbox) == 0


async def test_an_edit_that_is_given_up_is_told_by_why_until_one_is_made(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        await here.told(0)
        brief = await here.app.store.brief(1)
        assert brief
        here.slack.archives(here.channel.id)
        await here.app.store.revise(replace(brief, note="Corrected."), here.now, repost=True, why="corrected")
        for _ in range(EDIT_TRIES):
            await dispatch.retell(here.app.outbox)
            here.ahead += timedelta(days=1)
        assert "what changed since is not shown there: Slack says is_archived" in await here.why(0)
        here.far.lets_in_again(here.channel.id)
        await here.app.store.revise(replace(brief, note="Again."), here.now, repost=True, why="corrected")
        assert await dispatch.retell(here.app.outbox) == 1
        assert "what changed since" not in await here.why(0)


async def test_a_message_that_people_deleted_is_edited_no_more(tmp_path: Path) -> None:
    async with weather(tmp_path, "discord") as here:
        await here.told(0)
        here.discord.channel(here.channel.id).messages.clear()
        brief = await here.app.store.brief(1)
        assert brief
        await here.app.store.revise(replace(brief, note="Corrected."), here.now, repost=True, why="corrected")
        assert await dispatch.retell(here.app.outbox) == 0
        assert await here.app.store.to_revise(here.now + timedelta(days=9), ("discord",)) == ()


@PLATFORMS
async def test_words_spoken_in_a_channel_that_stays_closed_make_no_pause_longer(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.kicks_the_bot(here.channel.id)
        await here.told()
        for word in range(2, 9):
            await here.app.desk.answers(here.channel)
            await here.sends(seconds=5)
            assert tries(here) == word
        here.far.lets_in_again(here.channel.id)
        await here.sends(minutes=11)
        assert here.posted() == [FIRST]
        assert len(await here.operators()) == 2


@pytest.mark.parametrize("line", ["unsubscribe 1", "mute act"])
async def test_a_line_in_a_closed_slack_channel_that_stops_what_waits_there_has_none_of_it_sent(
    tmp_path: Path, line: str
) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.archives(here.channel.id)
        await here.told()
        here.slack.lets_in_again(here.channel.id)
        (platform,) = here.app.platforms
        talking = asyncio.create_task(platform.listen(here.app.desk))
        await here.slack.types(f"/regpulse {line}", channel=here.channel.id)
        await here.sends()
        assert here.posted() == []
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)


async def test_a_word_spoken_in_a_closed_slack_channel_has_it_tried_at_once(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.slack.archives(here.channel.id)
        await here.told()
        here.slack.lets_in_again(here.channel.id)
        (platform,) = here.app.platforms
        talking = asyncio.create_task(platform.listen(here.app.desk))
        await here.slack.types("/regpulse status", channel=here.channel.id)
        await here.sends()
        assert here.posted() == [FIRST]
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)


@pytest.mark.parametrize("sign", ["invites_again", "gives_the_right_in"])
async def test_a_discord_server_that_lets_us_in_again_is_told_what_waited_at_once(tmp_path: Path, sign: str) -> None:
    async with weather(tmp_path, "discord") as here:
        (platform,) = here.app.platforms
        talking = asyncio.create_task(platform.listen(here.app.desk))
        await asyncio.wait_for(here.discord.ready.wait(), 300)
        here.discord.kicks_the_bot(here.channel.id)
        await here.told()
        assert here.posted() == []
        await (here.discord.invites_again() if sign == "invites_again" else here.discord.gives_the_right_in("200"))
        async with asyncio.timeout(300):
            while not here.posted():
                await here.sends()
                await asyncio.sleep(0.02)
        assert here.posted() == [FIRST]
        talking.cancel()
        await asyncio.gather(talking, return_exceptions=True)


@PLATFORMS
async def test_operators_whose_own_channel_is_closed_read_it_when_it_opens(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.kicks_the_bot(here.channel.id)
        here.far.kicks_the_bot(OPS[platform].rpartition(":")[2])
        await here.told()
        assert await here.operators() == []
        here.far.lets_in_again(OPS[platform].rpartition(":")[2])
        here.ahead += timedelta(minutes=11)
        (told,) = await here.operators()
        assert "A channel is closed to us" in told


@PLATFORMS
@pytest.mark.parametrize("trouble", ["kicks_the_bot", "deletes"])
async def test_a_channel_that_closes_while_a_message_may_be_posted_is_sent_none_twice(
    tmp_path: Path, platform: str, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its history cannot be read until it answers again."""
    monkeypatch.setattr(posting, "NONCE_WINDOW", timedelta(0))  # the clock it is held against is not put on
    async with weather(tmp_path, platform) as here:
        here.far.stores_then_drops()
        await here.told()
        getattr(here.far, trouble)(here.channel.id)
        await here.sends(minutes=1)
        assert here.states() == ["doubt"]
        assert "in doubt" in await here.says("status")
        (told,) = await here.operators()
        assert "A channel is closed to us" in told
        here.far.lets_in_again(here.channel.id)
        if platform == "discord":
            here.discord.forgets_nonces()
        await here.sends(hours=1)
        assert (here.posted(), here.states()) == ([FIRST], ["sent"])


async def test_a_discord_channel_that_does_not_answer_delays_no_other(tmp_path: Path) -> None:
    async with weather(tmp_path, "discord") as here:
        await here.subscribes(SECOND["discord"])
        here.discord.hangs(here.channel.id)
        await here.hears(0)
        begun = still().time()
        sending = asyncio.create_task(here.sends())
        await asyncio.wait_for(here.discord.channel(SECOND["discord"].id).arrived.wait(), 300)
        assert still().time() - begun < SOON
        assert here.posted() == []
        here.discord.answers_again()
        await sending
        assert here.posted() == [FIRST]
