"""Killed at every store call of a turn and a flush: after the restart every alert is there, and none twice."""

from pathlib import Path
from shutil import copyfile
from typing import cast

import pytest

from bot import app
from bot.app import App
from bot.model import Channel
from bot.ports import Store
from bot.store.sqlite import Sqlite
from tests.walks.mortal import Killed, Mortal, When
from tests.walks.world import DISCORD, NEWS, OTHER, SLACK, World, world

CHANNELS = {"slack": SLACK, "discord": DISCORD}


async def prepared(made: World, channel: Channel) -> None:
    """A baseline told to nobody, and three new stories waiting on the feeds."""
    for name in ("one", "two"):
        made.has_feed(name)
    await made.subscribes(channel)
    await made.turns()
    made.publishes("one", *NEWS[:2], OTHER[0])
    made.publishes("two", NEWS[2], OTHER[1])
    copyfile(made.database, made.folder / "before.db")


async def lives_until(made: World, at: int, when: When) -> Mortal:
    """One turn and flush of a process that is killed at its store call number `at`."""
    settings = made.config()
    platforms = made.platforms()
    store = await Sqlite.open(made.database)
    mortal = Mortal(store, at, when)
    web = app.web_of(settings)
    try:
        running = app.wired(settings, cast(Store, mortal), web, platforms)
        await app.once(running, everything=True)
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


def headlines(made: World, channel: Channel) -> list[str]:
    server = made.slack or made.discord
    assert server is not None
    texts = [str(message) for message in server.channel(channel.id).messages]
    return sorted(title for text in texts for title, _ in (*NEWS, *OTHER) if title in text)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_process_killed_at_any_store_call_loses_nothing_and_doubles_nothing(
    tmp_path: Path, platform: str, when: When
) -> None:
    channel = CHANNELS[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        await prepared(made, channel)
        server = made.slack or made.discord
        assert server is not None
        at, finished = 0, False
        while not finished:
            at += 1
            copyfile(made.folder / "before.db", made.database)
            server.channel(channel.id).messages.clear()
            mortal = await lives_until(made, at, when)
            finished = not mortal.dead
            async with made.opens() as running:
                assert await doubts(running) <= 1, f"killed {when} {mortal.calls[-1]}"
                await app.once(running, everything=True)
            assert headlines(made, channel) == sorted(title for title, _ in NEWS), f"killed {when} call {at}"
        assert at > 15


async def doubts(running: App) -> int:
    return (await running.store.census()).deliveries.get("doubt", 0)
