"""Messages of the outbox: posted where the channel's kind wants them, edited, and found again when in doubt.

The message of a post in a forum is kept as "post/message", that of any other channel by its own id.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import discord
import structlog

from bot.core import blindness, digest, schedule, undecided
from bot.model import Card, Delivery, Doubt, Later, Outcome, Sent, Traceable
from bot.platforms.clocks import Ahead
from bot.platforms.discord import buttons, checkup, embeds, forum, outcomes
from bot.platforms.discord.histories import Histories
from bot.platforms.discord.outcomes import CANNOT_REPLY, WEATHER
from bot.platforms.drawing import drawing
from bot.ports import Desk

log = structlog.get_logger()

TIMEOUT = 60
"""Seconds one send may take, the library's own retries included."""

NONCE_WINDOW = timedelta(minutes=2)
"""How long the same nonce surely brings back the first message: "past few minutes", says the documentation."""

MOST = 4_000
"""Messages of a channel that are looked through for one in doubt."""

PARTING = 1
"""Seconds in which messages just sent may still be passed on to following servers when we close."""

_UNREADABLE = Doubt("Discord does not let us read the channel's history", knowable=False)

Place = discord.abc.GuildChannel | discord.abc.PrivateChannel | discord.Thread


class Posting:
    """Over a client that is logged in. `desk` keeps lines too long for a button, once somebody listens.

    `refused` is called when Discord takes the token no more.
    """

    def __init__(self, client: discord.Client, refused: Callable[[], None], ahead: Ahead) -> None:
        self.desk: Desk | None = None
        self._client = client
        self._refused = refused
        self._ahead = ahead
        self._histories = Histories(client)
        self._places: dict[int, Place] = {}
        self._passing_on: set[asyncio.Task[None]] = set()

    @property
    def traceable(self) -> Traceable:
        return self._histories.traceable

    async def close(self) -> None:
        if self._passing_on:
            _, late = await asyncio.wait(self._passing_on, timeout=PARTING)
            for task in late:
                task.cancel()

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        await self._histories.look(delivery.channel.space)
        try:
            async with asyncio.timeout(TIMEOUT):
                place = await self._place(int(delivery.channel.id))
        except WEATHER as error:
            return outcomes.before_posting(self._noted(error))
        try:
            async with asyncio.timeout(TIMEOUT):
                if isinstance(place, discord.ForumChannel):
                    return Sent(await self._tell_forum(place, delivery, card))
                channel = self._client.get_partial_messageable(int(delivery.channel.id))
                message = await self._send(channel, delivery, card)
        except WEATHER as error:
            return outcomes.of(self._noted(error))
        if isinstance(place, discord.TextChannel) and place.is_news():
            self._pass_on(message)
        return Sent(str(message.id))

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        post, _, number = delivery.message.rpartition("/")
        message = self._client.get_partial_messageable(int(post or delivery.channel.id)).get_partial_message(
            int(number)
        )
        try:
            async with asyncio.timeout(TIMEOUT):
                try:
                    await self._edit(message, delivery, card, rich=True)
                except discord.HTTPException as error:
                    if error.status != 400:
                        raise
                    await self._edit(message, delivery, card, rich=False)  # so was the message when it was posted
        except WEATHER as error:
            return outcomes.of(self._noted(error))
        return Sent(delivery.message)

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        """Soon after: the same nonce again, to which Discord answers with the first message. Later: a look at the history.

        A new post of a forum takes no nonce, and what is wanted no more is not to be posted by it: there it is always a look.
        """
        await self._histories.look(delivery.channel.space)
        try:
            async with asyncio.timeout(TIMEOUT):
                place = await self._place(int(delivery.channel.id))
        except WEATHER as error:
            return undecided.still(outcomes.of(self._noted(error)))
        new_post = isinstance(place, discord.ForumChannel) and not _post(delivery.follows)
        since = delivery.attempted or delivery.created
        # A clock that was put back since says nothing of how long ago it was.
        if delivery.wanted and not new_post and timedelta(0) <= self._ahead.now() - since < NONCE_WINDOW:
            return undecided.still(await self.send(delivery, card))
        return await self._look_back(place, delivery, card)

    def _noted(self, error: Exception) -> Exception:
        if isinstance(error, discord.HTTPException) and error.status == 401:
            self._refused()
        return error

    # Posting

    async def _place(self, number: int) -> Place:
        """Looked up once; the gateway, where there is one, keeps what it knows up to date."""
        found = self._client.get_channel(number) or self._places.get(number)
        if found is None:
            found = self._places[number] = await self._client.fetch_channel(number)
        self._histories.note(found)
        return found

    async def _send(self, channel: discord.PartialMessageable, delivery: Delivery, card: Card) -> discord.Message:
        """As an embed; where Discord refuses it, without the reply or as plain text."""
        try:
            return await self._send_as(channel, delivery, card, rich=True)
        except discord.HTTPException as error:
            if error.code == CANNOT_REPLY and delivery.follows:
                return await self._send(channel, replace(delivery, follows=""), card)
            if error.status != 400:
                raise
            _refused_embed(delivery, error)
            return await self._send_as(channel, replace(delivery, follows=""), card, rich=False)

    async def _send_as(
        self, channel: discord.PartialMessageable, delivery: Delivery, card: Card, *, rich: bool
    ) -> discord.Message:
        # The library sets enforce_nonce beside a nonce, so its own retries cannot post twice.
        return await channel.send(
            **_given(await self._laid_out(delivery, card, rich=rich)),
            nonce=delivery.id,
            reference=cast(
                discord.MessageReference, _reference(channel, delivery)
            ),  # None is its default, which its type leaves out
        )

    async def _laid_out(self, delivery: Delivery, card: Card, *, rich: bool) -> dict[str, Any]:
        """What of a message is made of the card; without its embed where it is to be plain. Raises Unshown."""
        with drawing():
            embed = embeds.brief(card) if rich and not card.plainly else None
            return {
                "content": _content(delivery, card, embed),
                "embed": embed,
                "view": await buttons.view(card.buttons, self.desk),
                "allowed_mentions": embeds.allowed(card, delivery.channel.space),
            }

    async def _edit(self, message: discord.PartialMessage, delivery: Delivery, card: Card, *, rich: bool) -> None:
        # An edit that says nothing of mentions parses them anew.
        await message.edit(**await self._laid_out(delivery, card, rich=rich))

    def _pass_on(self, message: discord.Message) -> None:
        """To the servers that follow an announcement channel. At most ten an hour, so nobody waits for it."""
        task = asyncio.create_task(_publish(message))
        self._passing_on.add(task)
        task.add_done_callback(self._passing_on.discard)

    # Forums

    async def _tell_forum(self, place: discord.ForumChannel, delivery: Delivery, card: Card) -> str:
        """In the post that told the earlier event, where there is one; else as a post of its own."""
        if post := _post(delivery.follows):
            channel = self._client.get_partial_messageable(int(post))
            try:
                message = await self._send(channel, replace(delivery, follows=""), card)
            except discord.HTTPException as error:
                if error.code not in forum.CLOSED:
                    raise
                log.info("the post that told the earlier event takes no more", delivery=delivery.id)
            else:
                return f"{post}/{message.id}"
        try:
            return await self._open_post(place, delivery, card)
        except discord.HTTPException as error:
            if error.code not in forum.STALE_TAGS:
                raise
            self._places[place.id] = fresh = await self._client.fetch_channel(place.id)
            if not isinstance(fresh, discord.ForumChannel):
                raise
            return await self._open_post(fresh, delivery, card)

    async def _open_post(self, place: discord.ForumChannel, delivery: Delivery, card: Card) -> str:
        try:
            return await self._open_post_as(place, delivery, card, rich=True)
        except discord.HTTPException as error:
            if error.status != 400 or error.code in forum.STALE_TAGS:
                raise
            _refused_embed(delivery, error)
            return await self._open_post_as(place, delivery, card, rich=False)

    async def _open_post_as(self, place: discord.ForumChannel, delivery: Delivery, card: Card, *, rich: bool) -> str:
        with drawing():
            name, tags = forum.name(card), forum.tags(place, card)
        made = _given(await self._laid_out(delivery, card, rich=rich))
        post, message = await place.create_thread(name=name, applied_tags=tags, **made)
        return f"{post.id}/{message.id}"

    # In doubt

    async def _look_back(self, place: Place, delivery: Delivery, card: Card) -> Outcome:
        attempted = self._ahead.theirs(delivery.attempted or delivery.created)
        try:
            async with asyncio.timeout(TIMEOUT):
                async for known, message in self._own_messages(place, delivery, attempted - schedule.CLOCK_FAST):
                    if _carries(
                        message, delivery, card, long_before=message.created_at < attempted - timedelta(minutes=1)
                    ):
                        return Sent(known)
                    if delivery.kind == "alert" and _tells(message, delivery.story):
                        return Sent("")  # of a restored database: a digest told it, so it has no message
                if not await checkup.may_read(self._client, delivery.channel.space, place):
                    return _UNREADABLE
        except _TooMany:
            return Doubt(f"more than {MOST:,} messages were written there since", knowable=False)
        except discord.Forbidden:
            return await self._unread(delivery)
        except discord.NotFound as error:
            return outcomes.of(self._noted(error))
        except WEATHER as error:
            return Doubt(f"Discord cannot be reached ({type(error).__name__})")
        return Later("was not posted", timedelta(0))

    async def _unread(self, delivery: Delivery) -> Outcome:
        """Of a channel whose history is closed to us: the channel itself may be, and tells when it answers again."""
        try:
            async with asyncio.timeout(TIMEOUT):
                await self._client.fetch_channel(int(delivery.channel.id))
        except WEATHER as error:
            return undecided.still(outcomes.of(self._noted(error)))
        return _UNREADABLE

    async def _own_messages(
        self, place: Place, delivery: Delivery, since: datetime
    ) -> AsyncIterator[tuple[str, discord.Message]]:
        """Each with the name it is kept under."""
        me = self._client.user.id if self._client.user else 0
        post = _post(delivery.follows)
        if isinstance(place, discord.ForumChannel):
            async for thread in forum.made_since(place, me, since):
                yield f"{thread.id}/{thread.id}", await thread.fetch_message(thread.id)
            if not post:
                return
        channel = self._client.get_partial_messageable(int(post or delivery.channel.id))
        seen = 0
        async for message in channel.history(limit=MOST, after=since):
            seen += 1
            if message.author.id == me:
                yield f"{post}/{message.id}" if post else str(message.id), message
        if seen == MOST:
            raise _TooMany


class _TooMany(Exception):
    """More was said than is looked through."""


def _post(message: str) -> str:
    """The post of a forum a message is in; "" for none."""
    return message.rpartition("/")[0]


def _given(made: dict[str, Any]) -> dict[str, Any]:
    """As the library wants what is left out of a new message."""
    return {name: discord.utils.MISSING if value is None else value for name, value in made.items()}


def _content(delivery: Delivery, card: Card, embed: discord.Embed | None) -> str:
    space = delivery.channel.space
    return embeds.content(card, space) if embed else embeds.plain(card, space)


def _refused_embed(delivery: Delivery, error: discord.HTTPException) -> None:
    log.warning("discord refused the embed; sending plain text", delivery=delivery.id, reason=error.text[:200])


def _reference(channel: discord.PartialMessageable, delivery: Delivery) -> discord.MessageReference | None:
    """To the message it goes on from: a reply, which everyone in the channel sees; a plain message if that one is gone."""
    if not delivery.follows:
        return None
    return discord.MessageReference(message_id=int(delivery.follows), channel_id=channel.id, fail_if_not_exists=False)


async def _publish(message: discord.Message) -> None:
    try:
        await message.publish()
    except WEATHER as error:
        log.warning("not passed on to following servers", message=message.id, reason=str(error)[:200])


def _carries(message: discord.Message, delivery: Delivery, card: Card, *, long_before: bool) -> bool:
    """Whether this is the delivery's message: by its nonce where Discord repeats it, else by the story in its buttons.

    A card without such a button is known by what it says first. `long_before`: it can be ours only where our clock is
    fast, so what another of our messages may share with it does not count.
    """
    if str(message.nonce or "") == delivery.id:
        return True
    if delivery.kind == "ops":
        return any((embed.footer.text or "").endswith(blindness.mark(delivery.story)) for embed in message.embeds)
    if (
        delivery.kind == "correction"
    ):  # an earlier note on the same story has the same buttons; an alert or a digest has more
        return not long_before and _lines(message) == {buttons.PREFIX + button.line for button in card.buttons}
    if delivery.carries:  # another digest of the day may begin with the same words
        return any(_tells(message, brief.story) for brief in delivery.carries)
    wanted = f"evidence {delivery.story}"
    if all(button.line != wanted for button in card.buttons):
        return not long_before and message.content == embeds.content(card, delivery.channel.space)
    return buttons.PREFIX + wanted in _lines(message)


def _lines(message: discord.Message) -> set[str]:
    """What its buttons say, each with our prefix."""
    items = (item for row in message.components for item in getattr(row, "children", ()))
    return {line for item in items if (line := getattr(item, "custom_id", None))}


def _tells(message: discord.Message, story: int) -> bool:
    """Whether this is a digest that names the story, as `core.digest` writes it: on a line, or among those left over."""
    if buttons.PREFIX + digest.NEWEST not in _lines(message):
        return False
    said = [message.content, *(f"{one.description or ''}\n{one.footer.text or ''}" for one in message.embeds)]
    named = rf" · story {story}(?=\]|$)|^\\?\+\d+ more.*: stor(?:y|ies) (?:\d+, )*{story}(?=,|$)"
    return any(re.search(named, text, re.MULTILINE) for text in said)
