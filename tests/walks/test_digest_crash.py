"""Killed at every store call while a digest goes out: after the restart every story of it was told, and none twice."""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import cast

import pytest

from bot import app, dispatch
from bot.ports import Store
from bot.store.sqlite import Sqlite
from tests.walks.mortal import Killed, Mortal, When
from tests.walks.test_quiet_hours_and_digests import HOUR, LOW, Days, days


async def flushes_until(made: Days, at: int, when: When) -> Mortal:
    """One flush of a process that is killed at its store call number `at`."""
    platforms = made.made.platforms()
    store = await Sqlite.open(made.made.database)
    mortal = Mortal(store, at, when)
    web = app.web_of(made.made.config())
    running = app.wired(made.made.config(), cast(Store, mortal), web, platforms, now=lambda: made.now)
    try:
        for platform in platforms:
            await platform.connect()
            running.speaking[platform.name] = platform
        await dispatch.flush(running.outbox)
    except BaseExceptionGroup as group:
        if not group.subgroup(Killed):
            raise
    except Killed:
        pass
    finally:
        for platform in platforms:
            await platform.close()
        await web.close()
        await store.close()
    return mortal


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_process_killed_while_a_digest_goes_out_loses_no_story_and_doubles_none(
    tmp_path: Path, platform: str, when: When
) -> None:
    async with days(tmp_path, platform) as made:
        # The hour of the day it is: stand-ins date messages by it, and a doubt is looked for among them.
        made.now = datetime.now(UTC) - 48 * HOUR
        await made.begins("daily 09:00")
        await made.hears(LOW, LOW, LOW)
        before = tmp_path / "before.db"
        copyfile(made.made.database, before)
        far = made.made.slack or made.made.discord
        assert far
        at, finished = 0, False
        while not finished:
            at += 1
            copyfile(before, made.made.database)
            far.channel(made.channel.id).messages.clear()
            made.now = datetime.now(UTC)
            mortal = await flushes_until(made, at, when)
            finished = not mortal.dead
            made.now += HOUR
            await made.flushes()
            assert made.everything_once, f"killed {when} call {at}, {mortal.calls[-1]}"
            assert sum("3 stories" in text for text in made.messages) == 1
        assert at > 4
