"""What operators read where nobody can tell them: that their own channel refuses, and that nothing works any more."""

import sqlite3
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

from bot import app
from bot.cli import doctor
from bot.model import Caller, Finding
from tests.walks.weather import OPS, PLATFORMS, Weather, weather
from tests.walks.world import World, world


async def checked_up(here: Weather) -> list[Finding]:
    return [one async for one in doctor.examine(here.made.config(), lambda step, done, total: None)]


@PLATFORMS
async def test_an_operators_channel_that_refuses_is_named_by_status_and_the_check_up_until_it_answers(
    tmp_path: Path, platform: str
) -> None:
    async with weather(tmp_path, platform) as here:
        channel = OPS[platform].rpartition(":")[2]
        assert "operators' channel" not in await here.says("status")
        here.far.kicks_the_bot(channel)
        for what in ("backup", "disk"):
            await here.app.store.alarm(what, ("No backup could be made", "disk", "again"), here.now)
        assert await here.operators() == []
        status = await here.says("status")
        (line,) = [one for one in status.splitlines() if "operators' channel" in one]
        assert line.startswith(f"✗ operators' channel {OPS[platform]}: {platform.capitalize()} says")
        assert "2 messages wait for it since " in line
        assert ("/invite @RegPulse" if platform == "slack" else "Give the bot View Channel") in line
        member = await here.app.desk.answer("status", Caller(here.channel, "U1", "admin"))
        assert "operators' channel" not in member.text
        found = [one for one in await checked_up(here) if one.text.startswith("operators' channel")]
        assert [(one.ok, one.text) for one in found] == [(False, line.removeprefix("✗ "))]
        here.far.lets_in_again(channel)
        here.ahead += timedelta(minutes=11)
        assert len(await here.operators()) == 2
        assert "operators' channel" not in await here.says("status")


async def test_the_check_up_says_before_anything_is_told_that_the_bot_is_not_in_its_operators_channel(
    tmp_path: Path,
) -> None:
    async with weather(tmp_path, "slack") as here:
        assert [one.text for one in await checked_up(here) if "operators" in one.text] == []
        here.slack.refuses_history("not_in_channel")
        (found,) = [one for one in await checked_up(here) if "operators" in one.text]
        assert found == Finding(
            False,
            f"slack: operators' channel {OPS['slack']}: Slack says not_in_channel",
            "Invite the bot there: /invite @RegPulse",
        )


@PLATFORMS
async def test_what_operators_are_told_late_says_of_when_it_is(tmp_path: Path, platform: str) -> None:
    async with weather(tmp_path, platform) as here:
        channel = OPS[platform].rpartition(":")[2]
        here.far.kicks_the_bot(channel)
        at = here.now
        await here.app.store.alarm("backup", ("No backup could be made", "disk", "again"), at)
        await here.operators()
        here.far.lets_in_again(channel)
        here.ahead += timedelta(days=2)
        await here.app.store.alarm("disk", ("Another", "disk", "again"), here.now)
        late, soon = await here.operators()
        assert f"Of {at:%d %b %H:%M} UTC" in late
        assert "told late" in late
        assert "told late" not in soon


@PLATFORMS
async def test_what_an_operators_channel_refused_for_so_long_that_it_is_no_news_is_said_still(
    tmp_path: Path, platform: str
) -> None:
    async with weather(tmp_path, platform) as here:
        here.far.kicks_the_bot(OPS[platform].rpartition(":")[2])
        await here.app.store.alarm("backup", ("No backup could be made", "disk", "again"), here.now)
        await here.operators()
        here.ahead += timedelta(days=4)
        assert await here.operators() == []
        assert f"✗ operators' channel {OPS[platform]}: " in await here.says("status")


async def test_status_and_the_check_up_say_that_no_turn_has_finished_and_call_nothing_well(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.turns()
        assert "✓ slack: connected" in await asked_beside(made)
        later(made, timedelta(days=6))
        status = await asked_beside(made)
        assert "✗ no turn has finished since" in status
        assert "is RegPulse running?" in status
        assert "• slack: was connected" in status
        assert "✓" not in status
        found = [one async for one in doctor.examine(made.config(), lambda step, done, total: None)]
        (stopped,) = [one for one in found if one.text.startswith("no turn")]
        assert (stopped.ok, "regpulse run" in stopped.remedy) == (False, True)


async def test_status_says_to_operators_what_turns_ready_red(tmp_path: Path) -> None:
    async with weather(tmp_path, "slack") as here:
        here.app.signs.pulse.turn(here.now, timedelta(0))
        here.slack.fails_in(here.channel.id)
        await here.told()
        assert "no turn has finished" not in await here.says("status")
        here.ahead += timedelta(hours=1)
        status = await here.says("status")
        red = await here.app.signs.not_ready()
        assert len(red) == 2
        for trouble in red:
            assert f"✗ {trouble.removesuffix('; status says why')}\n" in status


async def asked_beside(made: World) -> str:
    """As by `regpulse ask status`, beside the process that runs, or does not."""
    async with app.assembled(made.config(), made.platforms(), alone=False) as running:
        return (await running.desk.answer("status", Caller(app.TERMINAL, "U1", "admin", operator=True))).text


def later(made: World, time: timedelta) -> None:
    """The last turn was so much earlier."""
    with closing(sqlite3.connect(made.database)) as db, db:
        ((at,),) = db.execute("SELECT at FROM marks WHERE name = 'turn'").fetchall()
        earlier = (datetime.fromisoformat(at) - time).isoformat()
        db.execute("UPDATE marks SET at = ? WHERE name = 'turn'", (earlier,))
