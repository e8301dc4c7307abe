"""What operators read where nobody can tell them: that their own channel refuses, and that nothing works any more."""

from datetime import timedelta
from pathlib import Path

from bot.cli import doctor
from bot.model import Caller, Finding
from tests.walks.weather import OPS, PLATFORMS, Weather, weather


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
