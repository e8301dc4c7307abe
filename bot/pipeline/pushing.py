"""Hubs of feeds: subscribed at, answered when they ask back, heard when they send, and told of when they fail."""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256

import structlog

from bot.core import blindness, formats, websub
from bot.model import Failed, Feed, Fresh, Push
from bot.pipeline import hearing
from bot.pipeline.newsroom import Newsroom, Tally, listened
from bot.ports import Sealing

log = structlog.get_logger()

PATH = "/websub/"
"""What stands before the unguessable part of the address that a hub calls."""

CHANCE = 48
"""Bytes of chance in the path and in the secret; as text the secret is 64 bytes, and 199 are allowed (§5.1)."""


class Hubs:
    """Implements `ports.Receiver`. `url` is where the public reaches us; `heard` is called with what a hub brought."""

    def __init__(
        self, room: Newsroom, url: str, largest: int, heard: Callable[[Tally], None], sealing: Sealing
    ) -> None:
        self._room = room
        self._sealing = sealing
        self._url = url.rstrip("/") + PATH
        self._heard = heard
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By feed: what a hub sends twice at once is read once."""
        self.largest = largest

    async def settle(self) -> None:
        """Before anything is heard: secrets are kept as it is wanted now, and what cannot be opened is agreed anew."""
        for push in (await self._room.store.pushes()).values():
            if (secret := self._sealing.opened(push.path, push.secret)) is None:
                log.warning("the secret agreed with a hub was sealed with another key: agreeing anew", feed=push.feed)
                await self._room.store.drop_pushes((push.feed,))
            elif self._sealing.is_stale(push.secret):
                sealed = self._sealing.closed(push.path, secret)
                await self._room.store.put_push(replace(push, secret=sealed))

    # Asking

    async def renew(self) -> None:
        """Ask the hubs that are to be asked now; tell operators once of those that do not do it, and once that they do again."""
        room = self._room
        feeds, memories = await listened(room), await room.store.memories()
        pushes = await room.store.pushes()
        if gone := websub.gone(feeds, memories, pushes):
            await room.store.drop_pushes(gone)
        for want in websub.wanted(feeds, memories, pushes, room.now()):
            await self._ask(want)
        await self._tell(feeds)

    async def _ask(self, want: websub.Want) -> None:
        room = self._room
        if want.push is None or not want.same:
            push = websub.asking(self._new(want), room.now())
            await room.store.put_push(push)
        else:
            push = websub.asking(want.push, room.now())
            if not await room.store.change_push(want.push, push, room.now()):
                return
        opened = replace(push, secret=self._sealing.opened(push.path, push.secret) or "")
        answer = await room.web.ask_hub(push.hub, websub.form(opened, self._url + push.path))
        if isinstance(answer, Failed):
            log.warning("hub failed", feed=push.feed, hub=push.hub, reason=answer.reason)
            await room.store.change_push(push, websub.failed(push, answer.reason, room.now()), room.now())

    def _new(self, want: websub.Want) -> Push:
        """What operators were told of the hub before stands, until it is told that this is over."""
        path, secret = secrets.token_urlsafe(CHANCE), secrets.token_urlsafe(CHANCE)
        told = want.push is not None and want.push.told
        return Push(want.feed.id, want.hub, want.topic, path, self._sealing.closed(path, secret), told=told)

    async def _tell(self, feeds: tuple[Feed, ...]) -> None:
        room, known = self._room, {feed.id: feed for feed in feeds}
        found = [push for push in (await room.store.pushes()).values() if push.feed in known]
        worse = [push for push in found if websub.trouble(push) and not push.told]
        better = [push for push in found if websub.over(push)]
        if not worse and not better:
            return
        text = websub.notice(
            tuple(websub.line(known[push.feed], push) for push in worse),
            tuple(websub.line(known[push.feed], push) for push in better),
            f"{blindness.coverage(feeds, await room.store.memories())}.",
        )
        await room.store.watch({}, text, room.now())
        for push in (*worse, *better):
            await room.store.change_push(push, websub.told(push), room.now())
        for line in text:
            log.warning("hubs", notice=line)

    # Answering

    async def confirm(self, path: str, said: Mapping[str, str]) -> str | None:
        push, now = await self._room.store.push_at(path), self._room.now()
        if push is None:
            return None
        mode, topic = said.get("hub.mode", ""), said.get("hub.topic", "")
        if mode == "denied":
            after, answer = websub.denied(push, topic, said.get("hub.reason", ""), now), ""
        elif mode == "subscribe":
            after, answer = (
                websub.granted(push, topic, said.get("hub.lease_seconds", ""), now),
                said.get("hub.challenge", ""),
            )
        else:
            return None
        if after is None or not await self._room.store.change_push(push, after, now):
            return None
        lease = after.until.isoformat(timespec="minutes") if after.until else ""
        log.info("hub", feed=push.feed, hub=push.hub, said=mode, lease=lease)
        return answer

    # Hearing

    async def expects(self, path: str) -> bool:
        return await self._room.store.push_at(path) is not None

    async def receive(self, path: str, body: bytes, content_type: str, signature: str) -> bool:
        push = await self._room.store.push_at(path)
        feed = await self._feed(push) if push else None
        if push is None or feed is None:
            return False
        secret = self._sealing.opened(push.path, push.secret)
        if secret is None or not websub.genuine(secret, body, signature):
            log.warning("not signed by the hub: ignored", feed=push.feed, hub=push.hub)
            return True
        async with self._locks[push.feed]:
            await self._take(push, feed, body, content_type)
        return True

    async def _feed(self, push: Push) -> Feed | None:
        return next((feed for feed in await listened(self._room) if feed.id == push.feed), None)

    async def _take(self, push: Push, feed: Feed, body: bytes, content_type: str) -> None:
        memory = await self._room.store.memory(feed.id)
        if memory is None or memory.baseline_at is None:  # its first look is a poll
            return
        fresh = Fresh(body, content_type, sha256(body).hexdigest(), memory.url or feed.url)
        try:
            tally = await hearing.hear_push(self._room, feed, memory, fresh)
        except formats.NotAFeed as error:
            log.warning("hub sent no feed", feed=push.feed, hub=push.hub, reason=str(error))
            return
        self._heard(tally)
