"""What people do in Slack: type, press, fill in, choose from a menu, open the App Home, install and remove the app."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.standins import blockkit
from tests.standins.slack_seen import Conversation, Message, Modal

TEAM = "T1"
BOT = "U0BOT"
OWNER = "U1"
"""The person who made the workspace; others are members, until a test says what else they are."""

PATIENCE = 300


class Person:
    """Everything goes out as Slack sends it, through the socket or, signed, over HTTP, and waits for what is seen."""

    address: str

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.conversations: dict[str, Conversation] = {}
        self.acknowledged: list[float] = []
        """Seconds each envelope waited for its acknowledgement."""
        self.clock: Callable[[], float] = lambda: asyncio.get_running_loop().time()
        """What they are counted by."""
        self.people: dict[str, dict[str, Any]] = {OWNER: {"is_admin": True, "is_owner": True}}
        self.homes: dict[str, Message] = {}
        self.windows: dict[str, Modal] = {}
        self._send: Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]] | None = None
        self._ready = asyncio.Event()
        self._answers: dict[str, asyncio.Queue[Message]] = {}
        self._triggers: dict[str, tuple[str, str, str, float]] = {}
        """What may open a modal: whose answer it is, of whom, in which team, since when."""
        self._said = asyncio.Condition()
        self._number = 0

    def channel(self, name: str) -> Conversation:
        return self.conversations.setdefault(name, Conversation())

    # What a person does

    async def types(
        self, line: str, *, channel: str = "C1", user: str = OWNER, redelivered: bool = False, team: str = TEAM
    ) -> Message:
        """A slash command, `/regpulse help`; the answer the person sees, a message or a modal."""
        command, _, text = line.partition(" ")
        payload = {
            "command": command, "text": _escaped(text), "team_id": team, "channel_id": channel, "user_id": user,
            "user_name": f"user {user}", "token": "t",
        }  # fmt: skip
        return await self._sees("slash_commands", payload, channel, user, team, redelivered=redelivered)

    async def presses(self, seen: Message, label: str, *, user: str = OWNER) -> Message:
        """A button under a message, in a modal or on the App Home, by what a screen reader says of it."""
        element = seen.buttons[label]
        action = {key: element[key] for key in ("action_id", "value", "block_id", "url") if key in element}
        team = seen.team if isinstance(seen, Modal) else TEAM
        payload: dict[str, Any] = {
            "type": "block_actions", "team": {"id": team}, "user": {"id": user, "name": f"user {user}", "team_id": team},
            "actions": [action | {"type": "button", "action_ts": "1"}],
        }  # fmt: skip
        if isinstance(seen, Modal):
            payload |= {"view": self._view(seen), "container": {"type": "view", "view_id": seen.ts}}
            return await self._sees("interactive", payload, seen.ts, user, team, responds=False)
        if seen is self.homes.get(user):
            view = {"id": "VHOME", "type": "home", "private_metadata": "", "blocks": seen.blocks}
            payload |= {"view": view, "container": {"type": "view", "view_id": "VHOME"}}
            place = element["block_id"].split(":")[0] or user
            return await self._sees("interactive", payload, place, user, team, responds=False)
        container = {"type": "message", "message_ts": seen.ts} | (
            {"thread_ts": seen.thread_ts} if seen.thread_ts else {}
        )
        payload |= {"channel": {"id": seen.channel}, "container": container}
        return await self._sees("interactive", payload, seen.channel, user, team)

    async def mentions(
        self,
        text: str,
        *,
        channel: str = "C1",
        user: str = OWNER,
        direct: bool = False,
        thread: str = "",
        team: str = TEAM,
    ) -> Message:
        """`@RegPulse …` in a channel, or a direct message; the answer the person sees."""
        ts = self._timestamp()
        event: dict[str, Any] = {"user": user, "channel": channel, "ts": ts, "event_ts": ts, "team": team}
        event |= {"thread_ts": thread} if thread else {}
        event |= (
            {"type": "message", "channel_type": "im", "text": _escaped(text)}
            if direct
            else {"type": "app_mention", "text": f"<@{BOT}> {_escaped(text)}"}
        )
        queue = self._answers[channel] = asyncio.Queue()
        await self._happens(event, team)
        return await asyncio.wait_for(queue.get(), PATIENCE)

    async def shortcut(
        self, callback: str, message: Mapping[str, Any], *, channel: str = "C1", user: str = OWNER
    ) -> Message:
        """An entry of a message's menu; the answer the person sees."""
        payload = {
            "type": "message_action", "callback_id": callback, "team": {"id": TEAM}, "channel": {"id": channel},
            "user": {"id": user, "name": f"user {user}", "team_id": TEAM}, "message": {"type": "message", **message},
        }  # fmt: skip
        return await self._sees("interactive", payload, channel, user, TEAM)

    async def opens_home(self, user: str = OWNER, team: str = TEAM) -> Message:
        queue = self._answers[user] = asyncio.Queue()
        event = {"type": "app_home_opened", "user": user, "channel": f"D{user}", "tab": "home", "event_ts": "1"}
        await self._happens(event, team)
        await asyncio.wait_for(queue.get(), PATIENCE)
        return self.homes[user]

    async def fills(self, modal: Modal, values: Mapping[str, str], *, user: str = OWNER) -> Modal | None:
        """Fills in and sends off; the window as it is then, None when it closed."""
        given = {**modal.filled, **values}
        assert set(given) <= set(modal.fields), f"the form asks for {', '.join(modal.fields)}"
        state = {name: {one["action_id"]: await self._filled(modal, name, given)} for name, one in modal.fields.items()}
        view = self._view(modal) | {"state": {"values": state}}
        payload = {
            "type": "view_submission", "team": {"id": modal.team}, "view": view, "trigger_id": self._next("trigger"),
            "user": {"id": user, "username": f"user {user}", "team_id": modal.team},
        }  # fmt: skip
        answer = await self._deliver("interactive", payload)
        if answer.get("response_action") != "update":
            return None
        self._check_view(answer["view"])
        modal.becomes(answer["view"])
        return modal

    async def suggestions(self, modal: Modal, name: str, typed: str, *, user: str = OWNER) -> dict[str, str]:
        """What a select offers while somebody types, label by value."""
        payload = {
            "type": "block_suggestion", "action_id": modal.fields[name]["action_id"], "block_id": name, "value": typed,
            "team": {"id": modal.team}, "user": {"id": user, "name": f"user {user}", "team_id": modal.team},
            "view": self._view(modal), "container": {"type": "view", "view_id": modal.ts},
        }  # fmt: skip
        offered = (await self._deliver("interactive", payload))["options"]
        self.faults += blockkit.options(offered, least=0)
        return {one["value"]: one["text"]["text"] for one in offered}

    async def hears(self, channel: str, words: str) -> Message:
        """The message with these words in the channel, as soon as it is there."""

        def found() -> Message | None:
            return next((one for one in self.channel(channel).messages if words in str(one)), None)

        async with self._said:
            await asyncio.wait_for(self._said.wait_for(lambda: found() is not None), PATIENCE)
        message = found()
        assert message
        return message

    async def is_acknowledged(self) -> None:
        """Something was."""
        async with self._said:
            await asyncio.wait_for(self._said.wait_for(lambda: bool(self.acknowledged)), PATIENCE)

    async def sees_home(self, user: str, *, without: str) -> Message:
        """The App Home as soon as it has this button no more."""
        async with self._said:
            await asyncio.wait_for(self._said.wait_for(lambda: without not in self.homes[user].buttons), PATIENCE)
        return self.homes[user]

    async def changes(self, modal: Modal, shown: int) -> Modal:
        """The modal when something new was shown in it for the so-manieth time."""
        async with self._said:
            await asyncio.wait_for(self._said.wait_for(lambda: modal.shown >= shown), PATIENCE)
        return modal

    async def removes_the_app(self, team: str = TEAM, *, ago: float = 0) -> None:
        await self._happens({"type": "app_uninstalled", "event_ts": "1"}, team, ago=ago)

    async def revokes_the_bot(self, team: str = TEAM) -> None:
        await self._happens({"type": "tokens_revoked", "tokens": {"bot": [BOT]}, "event_ts": "1"}, team)

    # How Slack sends it

    async def _sees(
        self,
        kind: str,
        payload: dict[str, Any],
        place: str,
        user: str,
        team: str,
        *,
        redelivered: bool = False,
        responds: bool = True,
    ) -> Message:
        key, trigger = self._next("answer"), self._next("trigger")
        queue = self._answers[key] = self._answers[place] = asyncio.Queue()
        payload["trigger_id"] = trigger
        if responds:
            payload["response_url"] = f"http://{self.address}/respond/{key}?channel={place}"
        for _ in range(2 if redelivered else 1):
            self._triggers[trigger] = (key, user, team, asyncio.get_running_loop().time())
            await self._deliver(kind, payload)
        return await asyncio.wait_for(queue.get(), PATIENCE)

    async def _happens(self, event: dict[str, Any], team: str, *, ago: float = 0) -> None:
        payload = {
            "type": "event_callback", "team_id": team, "event_id": self._next("Ev"), "event": event,
            "event_time": int(time.time() + 0.999 - ago), "authorizations": [{"team_id": team, "is_bot": True}],
        }  # fmt: skip
        await self._deliver("events_api", payload)

    async def _deliver(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Answers what the acknowledgement carried."""
        await asyncio.wait_for(self._ready.wait(), PATIENCE)
        assert self._send
        sent = self.clock()
        answer = await asyncio.wait_for(self._send(kind, payload), PATIENCE)
        async with self._said:
            self.acknowledged.append(self.clock() - sent)
            self._said.notify_all()
        return answer

    def reaches(self, address: str, secret: str) -> None:
        """From now on over HTTP, signed."""

        async def post(kind: str, payload: dict[str, Any]) -> dict[str, Any]:
            status, body = await self.posts(f"http://{address}/slack/events", *encoded(kind, payload), secret=secret)
            assert status == 200, body
            return json.loads(body) if body.startswith("{") else {}

        self._send = post
        self._ready.set()

    async def posts(
        self, url: str, body: str, kind: str, *, secret: str, ago: float = 0, **headers: str
    ) -> tuple[int, str]:
        at = str(int(time.time() - ago))
        digest = hmac.new(secret.encode(), f"v0:{at}:{body}".encode(), hashlib.sha256).hexdigest()
        sent = {"Content-Type": kind, "X-Slack-Request-Timestamp": at, "X-Slack-Signature": f"v0={digest}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=io.BytesIO(body.encode()), headers=sent) as answer,
        ):
            return answer.status, await answer.text()

    async def _filled(self, modal: Modal, name: str, given: Mapping[str, str]) -> dict[str, Any]:
        element, value = modal.fields[name], given.get(name, "")
        optional = next(block.get("optional", False) for block in modal.blocks if block.get("block_id") == name)
        assert value or optional, f"Slack sends off no form whose {name} is empty"
        if not element["type"].endswith("_select"):
            return {"type": element["type"], "value": value or None}
        if not value:
            return {"type": element["type"], "selected_option": None}
        offered = {one["value"]: one["text"]["text"] for one in element.get("options", ())}
        if element["type"] == "external_select" and modal.filled.get(name) != value:
            offered = await self.suggestions(modal, name, value)
        elif element["type"] == "external_select":
            offered = {value: value}
        chosen = next(one for one, label in offered.items() if value in (one, label))
        text = {"type": "plain_text", "text": offered[chosen]}
        return {"type": element["type"], "selected_option": {"text": text, "value": chosen}}

    def _view(self, modal: Modal) -> dict[str, Any]:
        return modal.view | {"id": modal.ts, "app_installed_team_id": modal.team, "hash": "1"}

    def _check_view(self, view: dict[str, Any]) -> None:
        self.faults += [*blockkit.view(view), *blockkit.unspoken(view["blocks"])]

    def _timestamp(self) -> str:
        self._number += 1
        return f"{time.time():.4f}{self._number % 100:02d}"

    def _next(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number}"


def encoded(kind: str, payload: dict[str, Any]) -> tuple[str, str]:
    """The body and the content type with which Slack posts it."""
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    return urlencode(payload if kind == "slash_commands" else {"payload": json.dumps(payload)}), form


def _escaped(text: str) -> str:
    """As a person's text arrives; what stands in <> already was marked up by Slack."""
    return text if "<" in text else text.replace("&", "&amp;").replace(">", "&gt;")
