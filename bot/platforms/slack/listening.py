"""Hears people in Slack and carries their lines to the desk: commands, buttons, mentions, direct messages, shortcuts."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.errors import UserError
from bot.model import Button, Caller, Form, Reply
from bot.platforms.answers import Answers
from bot.platforms.slack import blocks, home, manifest, modals, said
from bot.platforms.slack.answering import Answering, InMessage, InModal, InThread, OnHome, Way, plain
from bot.platforms.slack.groups import Groups
from bot.platforms.slack.modals import Place
from bot.platforms.slack.people import People
from bot.platforms.slack.suggesting import suggested
from bot.platforms.slack.workspaces import Workspaces
from bot.ports import Desk

log = structlog.get_logger()

PATIENCE = 1.5
"""Seconds in which a modal that was sent off waits for its answer: after three Slack calls it failed."""

NO_LINK = "There is no link in this message, so there is nothing to look up."

Handler = Callable[..., Awaitable[None]]


class Listening:
    """Every line ends at the desk, and its answer goes back the way the line came."""

    def __init__(self, workspaces: Workspaces, desk: Desk) -> None:
        self._workspaces = workspaces
        self._desk = desk
        self._people = People()
        self._groups = Groups()
        self._answering = Answering(desk, self._people, self._groups)
        self.giving = Answers()

    def app(self, client: Any, command: str) -> AsyncApp:
        """The Bolt app. `client` has no token: each request gets its workspace's."""

        async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
            return await self._workspaces.authorize(enterprise_id, team_id)

        app = AsyncApp(
            client=client,
            signing_secret="",
            request_verification_enabled=False,  # Socket Mode signs nothing; `http` has checked before it asks us
            raise_error_for_unhandled_request=False,
            authorize=authorize,  # type: ignore[arg-type]  # None is what Bolt expects for one that is not installed
            user_facing_authorize_error_message="RegPulse is not installed in this workspace any more.",
        )
        app.command(command)(self._kept(self._command))
        app.action(re.compile(f"^{blocks.ACTION}"))(self._kept(self._button))
        app.action(re.compile(f"^{blocks.LINK}"))(_acknowledged)
        app.view(modals.FORM)(self._kept(self._submitted))
        app.options(re.compile(f"^{modals.SUGGESTED}"))(self._kept(self._typing))
        for shortcut in manifest.SHORTCUTS:
            app.message_shortcut(shortcut.callback)(self._kept(self._shortcut(shortcut.verb)))
        app.event("app_mention")(self._kept(self._message))
        app.event("message")(self._kept(self._message))
        app.event("app_home_opened")(self._kept(self._opened))
        app.event("app_uninstalled")(self._kept(self._removed))
        app.event("tokens_revoked")(self._kept(self._removed))
        return app

    def _kept(self, handler: Handler) -> Handler:
        """Known to be under way; Bolt reads the names of what it wants from the handler itself."""

        @wraps(handler)
        async def kept(*given: Any, **named: Any) -> None:
            with self.giving.one():
                await handler(*given, **named)

        return kept

    # What people do

    async def _command(self, ack: Any, body: Mapping[str, Any], client: Any) -> None:
        await ack()
        if await self._is_new(body):
            team, channel, user = body["team_id"], body["channel_id"], body["user_id"]
            caller = await self._people.caller(client, team, channel, user, body.get("user_name") or "")
            way = InMessage(client, channel, body["response_url"], body["trigger_id"], user=user)
            await self._hear(said.line(body.get("text") or ""), caller, way)

    async def _button(
        self, ack: Any, body: Mapping[str, Any], action: Mapping[str, Any], client: Any, context: Any
    ) -> None:
        await ack()
        if await self._is_new(body):
            way = _way_of(body, action, client)
            caller = await self._caller(body, context["team_id"], way.channel, client)
            await self._hear(str(action.get("value", "")), caller, way)

    def _shortcut(self, verb: str) -> Handler:
        async def shortcut(ack: Any, body: Mapping[str, Any], client: Any, context: Any) -> None:
            await ack()
            if await self._is_new(body):
                channel = body["channel"]["id"]
                thread = str(body["message"].get("thread_ts") or "")
                way = InMessage(
                    client, channel, body["response_url"], body["trigger_id"], thread, user=body["user"]["id"]
                )
                caller = await self._caller(body, context["team_id"], channel, client)
                link = said.first_link(body["message"])
                if link:
                    await self._hear(f"{verb} {link}", caller, way)
                else:
                    await way.say(Reply(NO_LINK))

        return shortcut

    async def _message(self, event: Mapping[str, Any], body: Mapping[str, Any], client: Any, context: Any) -> None:
        """Mentions, and direct messages; slash commands do not work in threads, so a mention is answered in its thread."""
        direct = event.get("channel_type") == "im"
        if event.get("bot_id") or event.get("subtype") or (event["type"] == "message" and not direct):
            return
        if await self._is_new(body):
            caller = await self._people.caller(client, context["team_id"], event["channel"], event["user"])
            thread = event.get("thread_ts") or ("" if direct else event["ts"])
            line = said.line(event.get("text") or "", mentioned=not direct)
            await self._hear(line, caller, InThread(client, event["channel"], event["user"], thread))

    async def _opened(self, event: Mapping[str, Any], client: Any, context: Any) -> None:
        if event.get("tab", "home") == "home":
            await self._answering.show_home(client, context["team_id"], event["user"], str(event.get("channel") or ""))

    async def _removed(self, event: Mapping[str, Any], body: Mapping[str, Any], context: Any) -> None:
        """Tokens of people, which we do not ask for, may be revoked without a word."""
        if event["type"] == "app_uninstalled" or (event.get("tokens") or {}).get("bot"):
            await self._workspaces.removed(context["team_id"], datetime.fromtimestamp(int(body["event_time"]), UTC))

    async def _typing(self, ack: Any, body: Mapping[str, Any], client: Any, context: Any) -> None:
        """Somebody types in a field whose choices are ours to say."""
        place = Place.of(body["view"])
        option = str(body["action_id"]).removeprefix(modals.SUGGESTED)
        caller = await self._caller(body, context["team_id"], place.channel, client)
        typed = str(body.get("value") or "")
        found = await suggested(self._desk, self._groups, client, plain(place.verb), option, typed, caller)
        await ack(options=modals.suggestions(found))

    # Modals

    async def _submitted(
        self, ack: Any, body: Mapping[str, Any], view: Mapping[str, Any], client: Any, context: Any
    ) -> None:
        """Answered in the same window when the desk is quick, and there a little later when it is not."""
        if not await self._is_new(body):
            await ack()
            return
        place, user = Place.of(view), body["user"]["id"]
        caller = await self._caller(body, context["team_id"], place.channel, client)
        line = self._answering.line_of(place.verb, modals.values(view))
        way = InModal(client, place.channel, user, place, view["id"], again=await self._again(line))
        answer = asyncio.ensure_future(self._answering.of(line, caller, client))
        await asyncio.wait((answer,), timeout=PATIENCE)
        if answer.done():
            reply = answer.result()
            await ack(response_action="update", view=way.view(reply))
        else:
            await ack(response_action="update", view=modals.waiting(place))
            reply = await answer
            await way.say(reply)
        await self._afterwards(reply, caller, way)

    # One line

    async def _hear(self, line: str, caller: Caller, way: Way) -> None:
        """The one path of every line: to a form where it opens one, else to its answer, and back the way it came."""
        try:
            caller, way = await self._placed(line, caller, way)
            form = await self._desk.form(line, caller)
        except UserError as error:
            await way.say(Reply(str(error)))
            return
        if form is not None:
            await self._open(form, line, caller, way)
            return
        reply = await self._answering.of(line, caller, way.client)
        await self._desk.answers(caller.channel)  # only now: the line may have stopped what waits there
        await way.say(reply)
        await self._afterwards(reply, caller, way)

    async def _placed(self, line: str, caller: Caller, way: Way) -> tuple[Caller, Way]:
        """What begins with `my` is about the caller's direct messages, and said to nobody else."""
        if not self._desk.personal(line):
            return caller, way
        own = await self._people.direct(way.client, caller.channel.space, caller.user)
        there = replace(caller.channel, id=own)
        return replace(caller, channel=there, rank="admin"), way.privately()

    async def _open(self, form: Form, line: str, caller: Caller, way: Way) -> None:
        url = way.url if way.channel == caller.channel.id else ""  # it would speak where the line was typed
        place = Place(caller.channel.id, form.verb.name, form.title, url)
        groups = await self._groups.chosen(form, way.client, caller.channel.space)
        if not await way.open(modals.form(form, place, groups)):
            text = f"{form.title}: press the button to fill it in, or say it in one line, as in: {form.verb.example}"
            await way.say(Reply(text, buttons=(Button("Open the form", await self._answering.short(line)),)))

    async def _afterwards(self, reply: Reply, caller: Caller, way: Way) -> None:
        """What changed is announced where it changed, and shows on the App Home of whoever changed it."""
        if not reply.private:
            await way.announce(reply)
            await self._answering.refresh_home(way.client, caller.channel.space, caller.user)

    async def _again(self, line: str) -> str:
        """The line that opens the form once more."""
        own = "my " if self._desk.personal(line) else ""
        return await self._answering.short(f"{own}form {line.removeprefix(own)}")

    async def _caller(self, body: Mapping[str, Any], team: str, channel: str, client: Any) -> Caller:
        user = body["user"]
        return await self._people.caller(
            client, team, channel, user["id"], user.get("name") or user.get("username") or ""
        )

    async def _is_new(self, body: Mapping[str, Any]) -> bool:
        """Whether this envelope was not handled before, in this run or an earlier one; one without an id always is.

        Slack sends again what it thinks was not acknowledged, through whatever connection there is then.
        """
        key = str(body.get("trigger_id") or body.get("event_id") or "")
        return not key or await self._desk.first(f"slack {key}")


def _way_of(body: Mapping[str, Any], action: Mapping[str, Any], client: Any) -> Way:
    """A button stands under a message, in a modal or on the App Home, and its answer belongs there."""
    view, trigger = body.get("view") or {}, body["trigger_id"]
    if view.get("type") == "modal":
        place = Place.of(view)
        return InModal(client, place.channel, body["user"]["id"], place, view["id"])
    if view:
        return OnHome(client, home.channel_of(action["block_id"]), body["user"]["id"], trigger)
    thread = str((body.get("container") or {}).get("thread_ts") or "")
    return InMessage(client, body["channel"]["id"], body["response_url"], trigger, thread, user=body["user"]["id"])


async def _acknowledged(ack: Any) -> None:
    """A button that leads to an address is pressed here too."""
    await ack()
