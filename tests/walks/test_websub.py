"""Hubs tell of news at once: subscribed at, verified, believed only when signed, renewed; and polling hears all the same."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from cryptography.fernet import Fernet

from bot import app, dispatch, pipeline
from bot.app import App
from bot.app.hubs import Sealed
from bot.core import websub
from bot.model import Caller, Push, Sent
from bot.pipeline.newsroom import Newsroom, Tally
from bot.pipeline.pushing import Hubs
from bot.web.callback import Callback
from tests.standins.hub import HubServer
from tests.standins.local import free_port
from tests.walks.world import BACKGROUND, DISCORD, NEWS, OTHER, SLACK, World, world

FEED = "gazette"


@dataclass
class Side:
    """A running RegPulse whose hubs reach it, and what a test turns."""

    made: World
    hub: HubServer
    running: App
    port: int
    ahead: timedelta = timedelta(0)
    brought: list[Tally] = field(default_factory=list)
    hubs: Hubs = field(init=False)

    def __post_init__(self) -> None:
        self.restarts("")

    def restarts(self, keys: str) -> None:
        """With these keys to seal secrets; the door stays where it is."""
        self.hubs = Hubs(self.room, f"http://127.0.0.1:{self.port}", 100_000, self.brought.append, Sealed(keys))

    @property
    def room(self) -> Newsroom:
        return replace(self.running.room, now=self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    @property
    def topic(self) -> str:
        return self.made.feeds.url(f"/{FEED}.xml")

    def publishes(self, *items: tuple[str, str]) -> str:
        """At the top of the feed that names the hub; the document, which the hub may send."""
        if items:
            self.made.publishes(FEED, *items)
        return with_hub(self.made, self.hub, self.topic)

    async def turns(self) -> list[str]:
        """A turn of all that is due, and what was told by it."""
        await pipeline.turn(self.room, everything=True)
        return await self.told()

    async def told(self) -> list[str]:
        """The headlines that went to channels now, once for each."""
        await pipeline.tell(self.room)
        sent = await dispatch.flush(self.running.outbox)
        return [brief.headline for _, brief in sent]

    async def subscribes(self) -> None:
        """Renew, and wait until the hub has asked back or what it does instead."""
        self.hub.changed.clear()
        await self.hubs.renew()
        async with asyncio.timeout(300):
            await self.hub.changed.wait()

    async def push(self) -> Push:
        (found,) = (await self.running.store.pushes()).values()
        return found

    async def notices(self) -> list[tuple[str, ...]]:
        found = []
        while notice := await self.running.store.claim_notice(
            self.now(), since=self.now() - timedelta(days=9), lease=timedelta(minutes=1)
        ):
            found.append(notice.text)
            await self.running.store.settle_notice(notice.id, Sent("1"), self.now(), timedelta(0))
        return found


@dataclass(frozen=True)
class Inside:
    """Whoever stands behind the door now."""

    side: Side
    largest: int = 100_000

    async def confirm(self, path: str, said: Mapping[str, str]) -> str | None:
        return await self.side.hubs.confirm(path, said)

    async def expects(self, path: str) -> bool:
        return await self.side.hubs.expects(path)

    async def receive(self, path: str, body: bytes, content_type: str, signature: str) -> bool:
        return await self.side.hubs.receive(path, body, content_type, signature)


def with_hub(made: World, hub: HubServer, topic: str) -> str:
    links = f'<atom:link rel="hub" href="{hub.url}"/><atom:link rel="self" href="{topic}"/>'
    document = (
        made.document(FEED)
        .replace("<rss ", '<rss xmlns:atom="http://www.w3.org/2005/Atom" ')
        .replace("<channel>", f"<channel>{links}")
    )
    made.feeds.publishes(f"/{FEED}.xml", document)
    return document


@asynccontextmanager
async def side(folder: Path, *, key: str = "") -> AsyncIterator[Side]:
    """One feed with a hub, heard once; Slack and Discord ask for everything."""
    async with world(folder, slack=True, discord=True) as made, HubServer() as hub:
        made.environment["REGPULSE_HTTP_ALLOW_PRIVATE"] = f"{made.feeds.address},{hub.address}"
        made.has_feed(FEED)
        with_hub(made, hub, made.feeds.url(f"/{FEED}.xml"))
        for channel in (SLACK, DISCORD):
            await made.subscribes(channel)
        async with made.opens() as running:
            for platform in running.platforms:
                await app._talk(running, platform).connect()
            one = Side(made, hub, running, free_port())
            one.restarts(key)
            door = Callback(Inside(one), f"127.0.0.1:{one.port}")
            await door.start()
            try:
                await one.turns()
                yield one
            finally:
                await door.close()


async def test_what_a_hub_sends_is_told_at_once_on_every_platform(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        assert one.hub.subscribers[one.topic].granted
        push = await one.push()
        assert (push.state, len(push.secret) >= 32, len(push.path) >= 32) == ("on", True, True)
        asked = one.made.feeds.asked[f"/{FEED}.xml"]
        document = one.publishes(NEWS[0], OTHER[0])
        assert await one.hub.sends(one.topic, document) == 202
        assert (one.brought[0].entries, one.brought[0].relevant) == (2, 1)
        assert await one.told() == [NEWS[0][0]] * 2
        assert one.made.feeds.asked[f"/{FEED}.xml"] == asked


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha384", "sha512"])
async def test_every_signature_of_the_recommendation_is_understood(tmp_path: Path, algorithm: str) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        await one.hub.sends(one.topic, one.publishes(NEWS[0]), algorithm=algorithm)
        assert await one.told() == [NEWS[0][0]] * 2


async def test_what_is_pushed_and_polled_is_told_once(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        document = one.publishes(NEWS[0])
        await one.hub.sends(one.topic, document)
        await one.hub.sends(one.topic, document)
        assert await one.told() == [NEWS[0][0]] * 2
        assert await one.turns() == []
        assert one.brought[1].entries == 0


async def test_what_is_pushed_while_it_is_polled_is_told_once(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        document = one.publishes(NEWS[0])
        poll, pushed = asyncio.create_task(one.turns()), asyncio.create_task(one.hub.sends(one.topic, document))
        assert sorted([*await poll, *(await one.told() if await pushed else [])]) == [NEWS[0][0]] * 2


async def test_a_hub_may_send_the_new_items_alone(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        one.made.publishes(FEED, NEWS[1])
        one.made.documents[FEED] = one.made.documents[FEED][:1]
        await one.hub.sends(one.topic, one.made.document(FEED))
        assert await one.told() == [NEWS[1][0]] * 2


async def test_what_a_hub_sends_before_the_silent_first_look_is_told_to_nobody(tmp_path: Path) -> None:
    """A backup of another day was put back: the feed is to be looked at anew, and its hub still knows us."""
    async with side(tmp_path) as one:
        await one.subscribes()
        with closing(sqlite3.connect(one.made.database)) as db:
            db.execute(
                "UPDATE feeds SET baseline_at = NULL, etag = '', last_modified = '', body_hash = '', items = x''"
            )
            db.commit()
        document = one.publishes(NEWS[0])
        assert await one.hub.sends(one.topic, document) == 202
        assert (await one.told(), one.brought) == ([], [])
        assert await one.turns() == []
        await one.hub.sends(one.topic, one.publishes(NEWS[1]))
        assert await one.told() == [NEWS[1][0]] * 2


async def test_a_forgery_is_taken_politely_and_ignored(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        document = one.made.document(FEED).replace("Local bakery wins prize number 3", NEWS[0][0])
        assert await one.hub.sends(one.topic, document, secret="x" * 64) == 202
        assert await one.hub.sends(one.topic, document, signed=False) == 202
        assert (await one.told(), one.brought, (await one.push()).pushed) == ([], [], None)


async def test_what_we_never_asked_for_is_not_confirmed(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        known = one.hub.subscribers[one.topic]
        said = {"hub.mode": "subscribe", "hub.topic": one.topic, "hub.challenge": "c", "hub.lease_seconds": "9"}
        stranger = known.callback[:-5] + "xxxxx"
        assert (await one.hub.asks(known.callback, said))[0] == 404  # granted already: nobody asked again
        assert (await one.hub.asks(known.callback, said | {"hub.mode": "unsubscribe"}))[0] == 404
        assert (await one.hub.asks(stranger, said))[0] == 404
        one.hub.never_asks_back()
        one.ahead = timedelta(days=1)
        await one.subscribes()
        assert (await one.hub.asks(known.callback, said | {"hub.topic": "https://other.example/"}))[0] == 404
        assert await one.hub.asks(known.callback, said) == (200, "c")
        async with aiohttp.ClientSession() as client, client.post(stranger, data=b"x") as answer:
            assert answer.status == 410
        async with aiohttp.ClientSession() as client, client.post(known.callback, data=b"x" * 200_000) as answer:
            assert answer.status == 413


async def test_a_lease_is_renewed_before_it_ends_under_the_same_address(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        first = await one.push()
        await one.hubs.renew()
        assert one.hub.asked == 1
        one.ahead = timedelta(hours=19)
        await one.subscribes()
        second = await one.push()
        assert one.hub.asked == 2
        assert first.until
        assert second.until
        assert second.until - first.until > timedelta(hours=18)
        assert (second.path, second.secret) == (first.path, first.secret)


async def test_a_hub_that_is_down_costs_no_news_and_is_told_of_once(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        one.hub.is_down()
        for _ in range(websub.SURE + 1):
            await one.subscribes()
            one.ahead += timedelta(hours=1)
        late, one.ahead = one.ahead, timedelta(0)
        one.publishes(NEWS[0])
        assert await one.turns() == [NEWS[0][0]] * 2
        one.ahead = late
        ((title, line, coverage),) = await one.notices()
        assert title == "1 hub in trouble"
        assert line.startswith(
            f"{FEED} ({FEED}) is not told by its hub 127.0.0.1: answered 503 (its server is in trouble). It is polled"
        )
        assert coverage == "1 of 1 source healthy."
        one.hub.recovers()
        one.ahead += timedelta(days=1)
        await one.subscribes()
        assert ((await one.push()).state, await one.notices()) == ("on", [])
        await one.hubs.renew()
        ((title, line, coverage),) = await one.notices()
        assert title == "1 hub out of trouble"
        assert line == f"{FEED} ({FEED}) is told by its hub 127.0.0.1 again."
        assert coverage == "1 of 1 source healthy."
        await one.hubs.renew()
        assert await one.notices() == []


async def test_a_refusal_is_told_with_the_hub_s_reason(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        one.hub.denies("not <b>your</b> topic")
        await one.subscribes()
        assert (await one.push()).state == "off"
        await one.hubs.renew()
        ((_, line, _),) = await one.notices()
        assert "it refuses: not" in line
        assert one.hub.asked == 1


async def test_a_hub_that_never_asks_back_is_asked_again_later_and_told_of(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        one.hub.never_asks_back()
        for _ in range(websub.SURE):
            await one.subscribes()
            await one.hubs.renew()
            one.ahead += timedelta(hours=1)
        assert one.hub.asked == websub.SURE
        assert "it never asked back" in (await one.notices())[0][1]


async def test_polling_leans_on_a_hub_only_while_it_proves_itself(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        store = one.running.store
        await one.subscribes()
        assert await store.trusted_hubs(one.now()) == frozenset()
        await one.hub.sends(one.topic, one.publishes(NEWS[0]))
        assert await store.trusted_hubs(one.now()) == {FEED}
        one.publishes(NEWS[1])  # and the hub says nothing
        await one.turns()
        assert await store.trusted_hubs(one.now()) == frozenset()
        await one.hub.sends(one.topic, one.publishes(NEWS[2]))
        one.ahead = timedelta(days=2)
        assert await store.trusted_hubs(one.now()) == frozenset()


async def test_a_feed_behind_a_hub_says_so_and_is_polled_again_when_its_lease_is_lost(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        one.hub.lease = 3600
        await one.subscribes()
        (feed,) = one.running.room.feeds
        slow = replace(one.room, feeds=(replace(feed, poll_minutes=60),))
        await one.hub.sends(one.topic, one.publishes(NEWS[0]))
        await pipeline.turn(slow, everything=True)
        memory = await one.running.store.memory(FEED)
        assert memory
        assert memory.next_poll
        assert memory.next_poll > one.now() + timedelta(hours=4)
        one.hub.is_down()
        one.ahead = timedelta(hours=2)
        await one.hubs.renew()
        assert (await one.push()).state == "off"
        memory = await one.running.store.memory(FEED)
        assert memory
        assert memory.next_poll
        assert memory.next_poll <= one.now()


async def test_many_new_items_at_once_are_held_from_a_hub_as_from_a_poll(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        document = one.made.document(FEED)
        for n in range(len(BACKGROUND)):
            document = document.replace(f"/{FEED}/{n}<", f"/{FEED}/new-{n}<").replace(f"number {n}<", f"numbre {n}<")
        await one.hub.sends(one.topic, document)
        reply = await one.running.desk.answer("sources", Caller(app.TERMINAL, "tester", "manager", operator=True))
        assert "12 items held since" in reply.text
        assert "12 of 12 items suddenly look new" in reply.text


async def test_a_feed_that_is_listened_to_no_more_is_told_of_no_more(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        document = one.publishes(NEWS[0])
        one.hubs._room = replace(one.room, feeds=())
        assert await one.hub.sends(one.topic, document) == 410
        await one.hubs.renew()
        assert await one.running.store.pushes() == {}


async def test_what_no_feed_is_is_ignored_even_from_the_hub(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        assert await one.hub.sends(one.topic, "<html><body>Sorry</body></html>") == 202
        assert (one.brought, await one.told()) == ([], [])


async def test_the_running_bot_subscribes_by_itself_and_posts_what_is_pushed(tmp_path: Path) -> None:
    port = free_port()
    async with world(tmp_path, slack=True, discord=True) as made, HubServer() as hub:
        assert made.slack
        assert made.discord
        made.environment |= {
            "REGPULSE_HTTP_ALLOW_PRIVATE": f"{made.feeds.address},{hub.address}",
            "REGPULSE_WEBSUB_URL": f"http://127.0.0.1:{port}",
            "REGPULSE_WEBSUB_LISTEN": f"127.0.0.1:{port}",
            "REGPULSE_WEB_LISTEN": f"127.0.0.1:{free_port()}",
        }
        made.has_feed(FEED)
        topic = made.feeds.url(f"/{FEED}.xml")
        with_hub(made, hub, topic)
        for channel in (SLACK, DISCORD):
            await made.subscribes(channel)
        await made.turns()
        async with made.opens() as running:
            work = asyncio.create_task(app.run(running))
            async with asyncio.timeout(300):
                await hub.changed.wait()
                made.publishes(FEED, NEWS[0])
                document = made.document(FEED)
                made.feeds.is_broken(f"/{FEED}.xml", 503)  # so that no poll can have told it
                await hub.sends(topic, document)
                while not (made.slack.channel("C1").messages and made.discord.channel("200").messages):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)


KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))


def stored(made: World) -> str:
    """The secret as it lies in the file."""
    with closing(sqlite3.connect(made.database)) as db:
        (secret,) = db.execute("SELECT secret FROM pushes").fetchone()
    return str(secret)


async def test_a_hub_s_secret_lies_sealed_in_the_database_and_works(tmp_path: Path) -> None:
    async with side(tmp_path, key=KEY) as one:
        await one.subscribes()
        agreed = one.hub.subscribers[one.topic].secret
        assert agreed not in stored(one.made)
        assert one.made.database.read_bytes().find(agreed.encode()) < 0
        await one.hub.sends(one.topic, one.publishes(NEWS[0]))
        assert await one.told() == [NEWS[0][0]] * 2


async def test_a_secret_that_was_kept_in_the_clear_is_sealed_at_the_next_start(tmp_path: Path) -> None:
    async with side(tmp_path) as one:
        await one.subscribes()
        agreed = one.hub.subscribers[one.topic].secret
        assert stored(one.made) == agreed
        for keys in (KEY, f"{OTHER_KEY},{KEY}", OTHER_KEY):
            before = stored(one.made)
            one.restarts(keys)
            await one.hubs.settle()
            assert (stored(one.made) == before) == (keys == OTHER_KEY)
            assert agreed not in stored(one.made)
        await one.hub.sends(one.topic, one.publishes(NEWS[0]))
        assert await one.told() == [NEWS[0][0]] * 2


@pytest.mark.parametrize("keys", ["", OTHER_KEY], ids=["no key", "another key"])
async def test_a_secret_that_opens_no_more_is_agreed_anew(tmp_path: Path, keys: str) -> None:
    async with side(tmp_path, key=KEY) as one:
        await one.subscribes()
        old = one.hub.subscribers[one.topic]
        one.restarts(keys)
        await one.hubs.settle()
        await one.subscribes()
        new = one.hub.subscribers[one.topic]
        assert new.granted
        assert (new.secret == old.secret, new.callback == old.callback) == (False, False)
        await one.hub.sends(one.topic, one.publishes(NEWS[0]))
        assert await one.told() == [NEWS[0][0]] * 2
