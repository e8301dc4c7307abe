"""Routing follows what channels change while the program runs, and reads nothing that did not change."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import app
from bot.app import App
from bot.model import Asking, Subscription
from bot.store import lookups
from tests.walks.world import DISCORD, NEWS, SLACK, World, world


async def heard(made: World, running: App, news: tuple[str, str]) -> set[str]:
    """The channels that are sent this piece of news."""
    made.publishes("one", news)
    _, sent = await app.once(running, everything=True)
    return {delivery.channel.id for delivery, _ in sent}


async def test_what_a_channel_changes_between_two_turns_is_heard_of(tmp_path: Path) -> None:
    async with world(tmp_path, slack=True, discord=True) as made:
        made.has_feed("one")
        async with made.opens() as running:
            await app.once(running, everything=True)
            asked = Subscription(SLACK, "everything", "U1", datetime.now(UTC))
            known = await running.store.subscribe(asked)
            assert await heard(made, running, NEWS[0]) == {SLACK.id}
            await running.store.subscribe(Subscription(DISCORD, "everything", "U1", datetime.now(UTC)))
            await running.store.unsubscribe(SLACK, known.id, datetime.now(UTC))
            assert await heard(made, running, NEWS[1]) == {DISCORD.id}
            await running.store.mute(DISCORD, NEWS[2][0].split()[0].lower(), datetime.now(UTC))
            assert await heard(made, running, NEWS[2]) == set()


async def test_channels_that_changed_nothing_are_not_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Asking] = []
    changed = lookups.subscriptions_changed

    def noted(*arguments: object) -> tuple[Asking, ...]:
        read.extend(found := changed(*arguments))  # type: ignore[arg-type]
        return found

    monkeypatch.setattr(lookups, "subscriptions_changed", noted)
    async with world(tmp_path, slack=True) as made:
        made.has_feed("one")
        await made.subscribes(SLACK, "everything")
        async with made.opens() as running:
            for news in NEWS[:3]:
                await heard(made, running, news)
    assert [asking.channel for asking in read] == [SLACK]
