"""A RegPulse that a stand-in of Slack reaches over HTTP, for one workspace or for as many as install it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
from cryptography.fernet import Fernet

from bot import config
from bot.app import joining
from bot.core import blindness
from bot.model import Card, Channel, Delivery, Sent
from bot.platforms.slack.adapter import Slack
from bot.store.sqlite import Sqlite
from tests.standins.desk import NOW, ScriptedDesk
from tests.standins.local import free_port
from tests.standins.slack import SlackServer
from tests.walks.world import CONFIG

SECRET = "signing-secret"
KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@dataclass
class Served:
    """A RegPulse that Slack reaches over HTTP."""

    slack: SlackServer
    desk: ScriptedDesk
    client: Slack
    store: Sqlite
    address: str
    now: datetime = NOW

    def passes(self, time: timedelta) -> None:
        self.now += time

    async def sends(self, team: str, channel: str = "C1") -> object:
        delivery = Delivery("d1", 1, Channel("slack", team, channel), "alert", (), "sending", 1, NOW, NOW)
        return await self.client.send(delivery, Card("A title"))

    async def looks_for(self, team: str) -> object:
        """A message of which it is not known whether it was posted."""
        delivery = Delivery("d1", 1, Channel("slack", team, "C1"), "alert", (), "doubt", 1, NOW, NOW, attempted=NOW)
        return await self.client.resolve(delivery, Card("A title"))

    async def edits(self, team: str) -> object:
        delivery = Delivery("d1", 1, Channel("slack", team, "C1"), "alert", (), "sent", 1, NOW, NOW, message="1.2")
        return await self.client.edit(delivery, Card("A title"))

    async def forgets(self, team: str) -> None:
        """Slack is acknowledged before it is done."""
        async with asyncio.timeout(300):
            while await self.store.installation(team):  # noqa: ASYNC110  # what forgets tells nobody
                await asyncio.sleep(0.01)

    async def notices(self) -> list[str]:
        found = []
        while notice := await self.store.claim_notice(self.now, since=NOW, lease=timedelta(minutes=1)):
            card = blindness.card(notice.text, notice.id)
            found.append(f"{card.title}: {' '.join(card.points)} {card.source}")
            await self.store.settle_notice(notice.id, Sent(""), self.now, timedelta(0))
        return found


def everything_in(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.iterdir())


def settings(slack: SlackServer, folder: Path, port: int, **more: str) -> config.Config:
    environment = {"REGPULSE_SLACK_API_URL": slack.api_url} | by_http(port) | more
    return config.load(CONFIG, environment=environment, db=folder / "regpulse.db")


def by_http(port: int) -> dict[str, str]:
    return {
        "REGPULSE_SLACK_MODE": "http",
        "REGPULSE_SLACK_LISTEN": f"127.0.0.1:{port}",
        "REGPULSE_SLACK_SIGNING_SECRET": SECRET,
    }


def many(port: int, key: str = KEY) -> dict[str, str]:
    """Each workspace installs the app by itself."""
    return {
        "REGPULSE_SLACK_BOT_TOKEN": "",
        "REGPULSE_SLACK_APP_TOKEN": "",
        "REGPULSE_SLACK_CLIENT_ID": "1.2",
        "REGPULSE_SLACK_CLIENT_SECRET": "client-secret",
        "REGPULSE_SLACK_URL": f"http://127.0.0.1:{port}",
        "REGPULSE_ENCRYPTION_KEY": key,
    }


@asynccontextmanager
async def served(
    folder: Path, *, one: bool = False, key: str = KEY, slack: SlackServer | None = None
) -> AsyncIterator[Served]:
    """For one workspace, or for as many as install it. With `slack` given it is a restart."""
    async with SlackServer() if slack is None else _kept(slack) as server:
        port = free_port()
        more = {"REGPULSE_SLACK_BOT_TOKEN": "xoxb-test"} if one else many(port, key)
        store = await Sqlite.open(folder / "regpulse.db")
        made = Served(server, ScriptedDesk(), None, store, f"127.0.0.1:{port}")  # type: ignore[arg-type]  # set below
        made.client = joining.slack(settings(server, folder, port, **more), lambda: made.now)
        joining.hand_over(store, (made.client,))
        talk: asyncio.Task[None] | None = None
        try:
            await made.client.connect()
            talk = asyncio.create_task(made.client.listen(made.desk))
            await reachable(made.address)
            server.reaches(made.address, SECRET)
            yield made
        finally:
            if talk:
                talk.cancel()
                await asyncio.gather(talk, return_exceptions=True)
            await made.client.close()
            await store.close()


@asynccontextmanager
async def _kept(slack: SlackServer) -> AsyncIterator[SlackServer]:
    yield slack


async def reachable(address: str) -> None:
    async with asyncio.timeout(300), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"http://{address}/"):
                    return
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.01)
