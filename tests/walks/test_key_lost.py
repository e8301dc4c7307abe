"""A workspace whose token no key opens: it waits as a closed place does, is named with its remedy, and troubles no other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from structlog.testing import capture_logs

from bot import app, dispatch
from bot.app import App
from bot.model import Caller, Channel, Installation, Subscription
from bot.platforms.slack.sealing import Seal, Secrets
from tests.edges.slack_served import KEY, OTHER_KEY, by_http, many
from tests.standins.slack import SlackServer
from tests.walks.world import NEWS, World, world

SHUT, OPEN = Channel("slack", "T2", "C2"), Channel("slack", "T3", "C3")
MANY = by_http(1) | many(1) | {"REGPULSE_OPS_CHANNEL": "slack:T3:C9"}
"""Nobody listens there: only what is posted counts here."""


@dataclass
class Lost:
    """Two workspaces, of which the key that is there opens one."""

    made: World
    slack: SlackServer
    ahead: timedelta = timedelta(0)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @asynccontextmanager
    async def started(self, *keys: str) -> AsyncIterator[App]:
        self.made.environment["REGPULSE_ENCRYPTION_KEY"] = ",".join(keys)
        settings, platforms = self.made.config(), self.made.platforms(lambda: self.now)
        async with app.assembled(settings, platforms, alone=True, now=lambda: self.now) as running:
            yield running

    def publishes(self, number: int) -> None:
        self.made.publishes("one", NEWS[number], days_ago=-self.ahead / timedelta(days=1))

    async def sends(self, running: App, **later: float) -> None:
        self.ahead += timedelta(**later)
        await dispatch.flush(running.outbox)

    def posted(self, channel: Channel) -> list[str]:
        texts = [str(one) for one in self.slack.channel(channel.id).messages]
        return [title for text in texts for title, _ in NEWS if title in text]

    async def operators(self, running: App) -> list[str]:
        await dispatch.inform(running.outbox)
        return [str(one) for one in self.slack.channel("C9").messages]


@asynccontextmanager
async def lost(folder: Path) -> AsyncIterator[Lost]:
    async with world(folder, slack=True, environment=MANY | {"REGPULSE_ENCRYPTION_KEY": KEY}) as made:
        here = Lost(made, cast(SlackServer, made.slack))
        made.has_feed("one")
        async with here.started(KEY) as running:
            for team, key in (("T2", OTHER_KEY), ("T3", KEY)):
                here.slack.tokens[f"xoxb-{team}"] = team
                sealed = Seal(key).seal(team, Secrets(f"xoxb-{team}"))
                await running.store.install(
                    Installation(team, f"Team {team}", "https://x/", "B", "U", ("chat:write",), sealed, here.now, None)
                )
            for channel in (SHUT, OPEN):
                await running.store.subscribe(Subscription(channel, "everything", "tester", here.now))
            await app.once(running, everything=True)
        yield here


async def status(running: App, where: Channel, *, operator: bool = False) -> str:
    return (await running.desk.answer("status", Caller(where, "U1", "admin", operator=operator))).text


async def test_it_is_told_once_and_status_says_why_before_and_after_there_is_news(tmp_path: Path) -> None:
    async with lost(tmp_path) as here, here.started(KEY) as running:
        await app.once(running, everything=True)
        for number in (0, 1):
            told = await status(running, app.TERMINAL, operator=True)
            assert "✗ slack workspace T2: closed to us, and what is to be told there waits" in told
            assert "the workspace's token was sealed with another key. Put that key behind the new one in" in told
            assert "T2" not in await status(running, OPEN)
            here.publishes(number)
            await app.once(running, everything=True)
        assert here.posted(OPEN) == [NEWS[0][0], NEWS[1][0]]
        assert here.posted(SHUT) == []
        assert ["A Slack workspace cannot be spoken to" in one for one in await here.operators(running)] == [True]


async def test_it_turns_ready_red_for_nobody_and_is_tried_and_logged_now_and_then_only(tmp_path: Path) -> None:
    async with lost(tmp_path) as here, here.started(KEY) as running:
        for number in range(3):
            here.publishes(number)
        with capture_logs() as logged:
            await app.once(running, everything=True)
            for _ in range(72):
                await here.sends(running, minutes=10)
                running.signs.pulse.turn(here.now, timedelta(0))
                assert await running.signs.not_ready() == ()
        of_it = [line for line in logged if "another key" in str(line)]
        assert 3 <= len(of_it) <= 2 * 8  # at the start, and after 10 minutes, 20, 40 …


@pytest.mark.parametrize(("days", "posted"), [(2, [NEWS[0][0]]), (5, [])])
async def test_what_waits_goes_with_the_former_key_within_three_days_and_later_it_is_no_news(
    tmp_path: Path, days: int, posted: list[str]
) -> None:
    async with lost(tmp_path) as here:
        async with here.started(KEY) as running:
            here.publishes(0)
            await app.once(running, everything=True)
            for _ in range(days):
                await here.sends(running, days=1)
        async with here.started(KEY, OTHER_KEY) as running:
            await app.once(running, everything=True)
            assert here.posted(SHUT) == posted
            assert any("tokens of all Slack workspaces open again" in one for one in await here.operators(running))
            here.publishes(1)
            await app.once(running, everything=True)
            assert here.posted(SHUT) == [*posted, NEWS[1][0]]
            assert "T2" not in await status(running, app.TERMINAL, operator=True)
