"""The ways an answer goes back: under a command, into a thread, into a modal, beside the App Home."""

from collections import OrderedDict
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core import lines
from bot.errors import UserError
from bot.model import Button, Caller, Channel, Reply
from bot.platforms.slack import blocks, errors, home, modals
from bot.platforms.slack.groups import Groups
from bot.platforms.slack.modals import Place
from bot.platforms.slack.people import People
from bot.platforms.slack.workspaces import TIMEOUT
from bot.ports import Desk

log = structlog.get_logger()

MOST_HOMES = 2_000
"""People whose App Home is renewed when they change something; of others it is when they open it."""


class Way(Protocol):
    """Where a line came from, and so where its answer belongs."""

    @property
    def client(self) -> AsyncWebClient: ...

    @property
    def channel(self) -> str: ...

    @property
    def url(self) -> str:
        """The response_url by which more can be said for half an hour; "" where there is none."""
        ...

    async def say(self, reply: Reply) -> None: ...

    async def announce(self, reply: Reply) -> None:
        """Say aloud in the channel what was shown elsewhere."""
        ...

    async def open(self, view: blocks.Block) -> bool:
        """Show a modal; False where none can be shown."""
        ...

    def privately(self) -> Self:
        """The same way, heard by the person alone."""
        ...


@dataclass(frozen=True, slots=True)
class InMessage:
    """Answers a slash command, a button under a message, a shortcut."""

    client: AsyncWebClient
    channel: str
    url: str
    trigger: str
    thread: str = ""
    """The thread the message stands in; an announcement is said in the channel all the same."""
    quiet: bool = False
    user: str = ""

    async def say(self, reply: Reply) -> None:
        """By another way where the response_url is used up: what was done must not stay unsaid."""
        private = reply.private or self.quiet
        if await _answered(self.url, reply, private=private, thread=self.thread if private else "") or not self.user:
            return
        if private or not await aloud(self.client, self.channel, reply, ""):
            await aloud(self.client, self.user, reply, "")

    async def announce(self, reply: Reply) -> None:
        """Said aloud already."""

    async def open(self, view: blocks.Block) -> bool:
        return await attempted(self.client.views_open(trigger_id=self.trigger, view=view))

    def privately(self) -> Self:
        return replace(self, quiet=True)


@dataclass(frozen=True, slots=True)
class InThread:
    """Answers a mention in its thread, and a direct message directly."""

    client: AsyncWebClient
    channel: str
    user: str
    thread: str
    quiet: bool = False
    url: str = ""

    async def say(self, reply: Reply) -> None:
        text, rich = blocks.answer(reply)
        message: dict[str, Any] = {"channel": self.channel, "text": text, "blocks": rich}
        if self.thread:
            message["thread_ts"] = self.thread
        if self.quiet and not self.channel.startswith("D"):
            await attempted(self.client.chat_postEphemeral(user=self.user, **message))
            return
        if (
            self.thread and not reply.private
        ):  # a change is announced in the channel, not only to who follows the thread
            message["reply_broadcast"] = True
        await attempted(self.client.chat_postMessage(unfurl_links=False, unfurl_media=False, **message))

    async def announce(self, reply: Reply) -> None:
        """Said aloud already."""

    async def open(self, view: blocks.Block) -> bool:
        """A message carries nothing by which a modal could be opened."""
        return False

    def privately(self) -> Self:
        return replace(self, quiet=True)


@dataclass(frozen=True, slots=True)
class InModal:
    """Answers in the window in which something was filled in or pressed; what changed is announced in the channel."""

    client: AsyncWebClient
    channel: str
    user: str
    place: Place
    window: str
    again: str = ""

    @property
    def url(self) -> str:
        return self.place.url

    async def say(self, reply: Reply) -> None:
        await attempted(self.client.views_update(view_id=self.window, view=self.view(reply)))

    def view(self, reply: Reply) -> blocks.Block:
        return modals.result(reply, self.place, self.again if reply.private else "")

    async def announce(self, reply: Reply) -> None:
        if not await aloud(self.client, self.channel, reply, self.url):
            log.warning("change not announced", platform="slack", channel=self.channel)

    async def open(self, view: blocks.Block) -> bool:
        return await attempted(self.client.views_update(view_id=self.window, view=view))

    def privately(self) -> Self:
        return self


@dataclass(frozen=True, slots=True)
class OnHome:
    """Answers a button of the App Home in a modal, or, when that came too late, in a direct message."""

    client: AsyncWebClient
    channel: str
    user: str
    trigger: str
    url: str = ""

    async def say(self, reply: Reply) -> None:
        if not reply.private and await aloud(self.client, self.channel, reply, ""):
            return
        if not await self.open(modals.result(reply, Place(self.channel))):
            await aloud(self.client, self.user, reply, "")

    async def announce(self, reply: Reply) -> None:
        """Said aloud already."""

    async def open(self, view: blocks.Block) -> bool:
        return await attempted(self.client.views_open(trigger_id=self.trigger, view=view))

    def privately(self) -> Self:
        return self


async def aloud(client: AsyncWebClient, channel: str, reply: Reply, url: str) -> bool:
    """Post it there; by the response_url of what was asked where the bot is not in the channel."""
    text, rich = blocks.answer(reply)
    if await attempted(
        client.chat_postMessage(channel=channel, text=text, blocks=rich, unfurl_links=False, unfurl_media=False)
    ):
        return True
    return bool(url) and await _answered(url, reply, private=False)


async def _answered(url: str, reply: Reply, *, private: bool, thread: str = "") -> bool:
    """Whether it was, or may be, taken by a response_url, which reaches channels the bot is not in.

    docs.slack.dev/interactivity/handling-user-interaction
    """
    text, rich = blocks.answer(reply)
    message: dict[str, Any] = {
        "text": text,
        "blocks": rich,
        "response_type": "ephemeral" if private else "in_channel",
        "replace_original": False,
        "unfurl_links": False,
        "unfurl_media": False,
    }
    webhook = AsyncWebhookClient(url, timeout=TIMEOUT, retry_handlers=[])
    try:
        taken = await webhook.send_dict(message | ({"thread_ts": thread} if thread else {}))
    except errors.WEATHER as error:
        log.warning("answer not delivered", platform="slack", reason=type(error).__name__)
        return not isinstance(error, aiohttp.ClientConnectorError)  # it may be there, and is not said twice
    if taken.status_code != 200:
        log.warning("answer not delivered", platform="slack", reason=taken.body[:100])
    return taken.status_code == 200


async def attempted(sending: Awaitable[object]) -> bool:
    """Whether it was taken. An answer that does not arrive is logged and not tried again: the person asks again."""
    try:
        await sending
    except SlackApiError as error:
        log.warning("answer not delivered", platform="slack", reason=errors.code(error))
    except errors.WEATHER as error:
        log.warning("answer not delivered", platform="slack", reason=type(error).__name__)
    else:
        return True
    return False


class Answering:
    """What the desk says, made fit for buttons; and the App Homes that were opened."""

    def __init__(self, desk: Desk, people: People, groups: Groups) -> None:
        self._desk = desk
        self._people = people
        self._groups = groups
        self._homes: OrderedDict[tuple[str, str], str] = OrderedDict()

    def line_of(self, verb: str, values: Mapping[str, str]) -> str:
        """What a form says when it is sent off; the verb of a form about the person's own messages begins with `my`."""
        found = next((one for one in self._desk.verbs if one.name == plain(verb)), None)
        return lines.line(replace(found, name=verb), values) if found else verb

    async def of(self, line: str, caller: Caller, client: AsyncWebClient) -> Reply:
        """The desk's reply, with groups by their names and no line too long for its button."""
        reply = await self._groups.named(await self._desk.answer(line, caller), client, caller.channel.space)
        cards = [replace(card, buttons=await self._carried(card.buttons)) for card in reply.cards]
        return replace(reply, buttons=await self._carried(reply.buttons), cards=tuple(cards))

    async def _carried(self, buttons: Iterable[Button]) -> tuple[Button, ...]:
        return tuple([replace(one, line=await self.short(one.line)) for one in buttons])

    async def short(self, line: str) -> str:
        return line if len(line) <= blocks.LONGEST_LINE else await self._desk.keep(line)

    async def show_home(self, client: AsyncWebClient, team: str, user: str, own: str = "") -> None:
        """Publish the person's App Home; `own` is the channel of their direct messages, where Slack said so."""
        try:
            own = own or await self._people.direct(client, team, user)
        except UserError:  # logged there
            return
        self._homes[team, user] = own
        self._homes.move_to_end((team, user))
        if len(self._homes) > MOST_HOMES:
            self._homes.popitem(last=False)
        caller = await self._people.caller(client, team, "", user)
        found = await self._desk.home(replace(caller, channel=Channel("slack", team, own)))
        await attempted(client.views_publish(user_id=user, view=home.view(found, own, self._desk.verbs)))

    async def refresh_home(self, client: AsyncWebClient, team: str, user: str) -> None:
        if own := self._homes.get((team, user)):
            await self.show_home(client, team, user, own)


def plain(verb: str) -> str:
    """The verb itself, of one about the person's own messages too."""
    return verb.rpartition(" ")[2]
