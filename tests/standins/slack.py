"""A Slack workspace: Web API and Socket Mode on 127.0.0.1, strict about Block Kit, and misbehaving when told to."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, repeat
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession, web

from tests.standins import blockkit
from tests.standins.local import LocalServer
from tests.standins.slack_person import BOT, PATIENCE, TEAM, Person
from tests.standins.slack_seen import Message, Modal
from tests.standins.slack_socket import SocketMode

MOST_RESPONSES = 5
"""Answers by one response_url."""

TRIGGER_LASTS = 3.0
"""Seconds in which a modal must be opened."""

SCOPES = "chat:write,commands,app_mentions:read,im:history,im:write,users:read,usergroups:read,channels:history,groups:history"


class SlackServer(Person, SocketMode, LocalServer):
    """`async with SlackServer() as slack`. `faults` lists what Slack would have refused; any of them fails the test."""

    def __init__(self) -> None:
        super().__init__()
        self.answered = 0
        """Answers to slash commands and buttons."""
        self.scopes = SCOPES
        self.usergroups = [{"id": "S0LEGAL", "handle": "legal", "name": "Legal team"}]
        self.refreshed = 0
        self.calls: list[str] = []
        self._trouble: list[web.Response | str] = []
        self._bot_token_error = ""
        self._refused_as = "token_revoked"
        self._app_token_error = ""
        self._history_error = ""
        self._scant: Iterator[bool] = repeat(False)
        self._rejecting_blocks = False
        self._edit_error = ""
        self.tokens: dict[str, str] = {}
        """Teams by the tokens issued to them; the token of the configuration is team T1's."""
        self._refreshes: dict[str, str] = {}
        self._renewing = True
        self._whole_org = False
        self._nobody = ""
        self._codes: dict[str, str] = {}
        self._limited: set[str] = set()
        self.asked: list[tuple[str, str]] = []
        """Each post and edit with its channel, answered or not."""
        self._hanging: set[str] = set()
        self._answering = asyncio.Event()
        self._troubled: dict[str, tuple[int, dict[str, str]]] = {}
        self._down = 0
        self._responses: dict[str, int] = {}
        self._expired = False
        self.trigger_lasts = TRIGGER_LASTS

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/api/{method}", self._api),
            web.get("/socket", self._serve_socket),
            web.post("/respond/{key}", self._respond),
            web.get("/oauth/v2/authorize", self._consents),
        ]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.closes_sockets()
        await super().__aexit__(kind, error, at)
        assert error or not self.faults, "\n".join(self.faults)

    @property
    def api_url(self) -> str:
        return f"http://{self.address}/api/"

    # Misbehaviour

    def rate_limits(self, times: int, retry_after: float | str | None) -> None:
        body = {"ok": False, "error": "ratelimited"}
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        self._trouble += [web.json_response(body, status=429, headers=headers) for _ in range(times)]

    def rate_limits_team(self, team: str) -> None:
        self._limited.add(team)

    def fails(self, status: int, times: int = 1) -> None:
        self._trouble += [web.Response(status=status, text="<html>trouble</html>", content_type="text/html")] * times

    def is_down(self, status: int) -> None:
        """Whatever it is asked, it answers with this error; 0 when it is over."""
        self._down = status

    def hangs(self, *channels: str) -> None:
        """Posts and edits there wait until `answers_again`."""
        self._hanging = set(channels)
        self._answering.clear()

    def answers_again(self) -> None:
        self._answering.set()

    async def sees(self, so: Callable[[], bool]) -> None:
        """Waits until it is so of what stands in the channels."""
        async with self._said:
            await asyncio.wait_for(self._said.wait_for(so), PATIENCE)

    def rate_limits_in(self, *channels: str, retry_after: int) -> None:
        self._troubled |= {channel: (429, {"Retry-After": str(retry_after)}) for channel in channels}

    def fails_in(self, *channels: str) -> None:
        self._troubled |= {channel: (503, {}) for channel in channels}

    def takes(self, times: int) -> None:
        """Before whatever trouble follows."""
        self._trouble += [""] * times

    def stores_then_drops(self) -> None:
        """The next message is stored, and its answer lost."""
        self._trouble.append("drop")

    def stores_then_fails(self, status: int) -> None:
        """The next message is stored, and a server on the way back answers with an error."""
        self._trouble.append(f"stored {status}")

    def drops(self) -> None:
        """The connection of the next message, before it is stored."""
        self._trouble.append("lost")

    def stores_and_is_slow(self) -> None:
        """The next message is stored, and its answer comes only with `answers_again`."""
        self._trouble.append("slow")
        self._answering.clear()

    def is_slow_to_store(self) -> None:
        """The next message is stored, and answered, only with `answers_again`, whoever waits or does not."""
        self._trouble.append("late")
        self._answering.clear()

    def archives(self, channel: str) -> None:
        self.channel(channel).error = "is_archived"

    def deletes(self, channel: str) -> None:
        self.channel(channel).error = "channel_not_found"

    def restricts(self, channel: str) -> None:
        self.channel(channel).error = "restricted_action"

    def refuses_in(self, channel: str, error: str) -> None:
        """All that is posted there."""
        self.channel(channel).error = error

    def lets_in_again(self, channel: str) -> None:
        """Unarchived, or the bot invited again."""
        self.channel(channel).error = ""

    def kicks_the_bot(self, channel: str) -> None:
        self.channel(channel).error = "not_in_channel"

    def revokes_token(self, team: str = "", error: str = "token_revoked") -> None:
        if team:
            self.tokens = {token: of for token, of in self.tokens.items() if of != team}
            self._refused_as = error
        else:
            self._bot_token_error = error

    def takes_token_again(self) -> None:
        self._bot_token_error = ""

    def refuses_to_renew(self) -> None:
        """Tokens, for as long as it is in trouble itself; none is lost by it."""
        self._renewing = False

    def installs_for_a_whole_organisation(self) -> None:
        self._whole_org = True

    def shows_nobody(self, error: str = "user_not_found") -> None:
        """Of no person it says who they are."""
        self._nobody = error

    def renews_again(self) -> None:
        self._renewing = True

    def refuses_app_token(self, error: str = "invalid_auth") -> None:
        self._app_token_error = error

    def takes_app_token_again(self) -> None:
        self._app_token_error = ""

    def forbids_history(self) -> None:
        self._history_error = "missing_scope"
        for scope in ("channels:history", "groups:history"):
            self.withholds(scope)

    def gives_little_history(self) -> None:
        """As to an app distributed outside its Marketplace: 15 messages, then a minute's wait (docs.slack.dev, rate limits)."""
        self._scant = cycle((False, True))

    def refuses_history(self, error: str = "access_denied") -> None:
        """By a policy that the app's scopes do not tell of."""
        self._history_error = error

    def withholds(self, scope: str) -> None:
        self.scopes = ",".join(one for one in self.scopes.split(",") if one != scope)

    def rejects_blocks(self) -> None:
        self._rejecting_blocks = True

    def refuses_edits(self, error: str = "edit_window_closed") -> None:
        self._edit_error = error

    def expires_response_urls(self) -> None:
        self._expired = True

    def expires_triggers(self) -> None:
        """From now on what a person does reaches us more than three seconds after."""
        self.trigger_lasts = -1.0

    def keeps_triggers(self) -> None:
        self.trigger_lasts = TRIGGER_LASTS

    # Installing

    async def installs(self, team: str, app: str, *, declines: bool = False) -> str:
        """A person's browser: to the app, over to Slack, and back; the page they end on. `app` is where it is served."""
        async with ClientSession() as browser:
            async with browser.get(f"http://{app}/slack/install", allow_redirects=False) as begun:
                cookies = {name: cookie.value for name, cookie in begun.cookies.items()}
                there = begun.headers["Location"]
            consent = f"{there}&team={team}" + ("&declines=1" if declines else "")
            async with browser.get(consent, allow_redirects=False) as consented:
                back = consented.headers["Location"]
            async with browser.get(back, cookies=cookies, allow_redirects=False) as done:
                return await done.text()

    async def _consents(self, request: web.Request) -> web.Response:
        query = request.query
        answer = {"state": query["state"]}
        assert set(query["scope"].split(",")) == set(SCOPES.split(","))
        if query.get("declines"):
            answer["error"] = "access_denied"
        else:
            answer["code"] = self._next("code")
            self._codes[answer["code"]] = query["team"]
        return web.Response(status=302, headers={"Location": f"{query['redirect_uri']}?{urlencode(answer)}"})

    async def _oauth_v2_access(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if body.get("grant_type") and not self._renewing:
            return _error("service_unavailable")
        spent = self._refreshes if body.get("grant_type") == "refresh_token" else self._codes
        key = str(body.get("refresh_token") or body.get("code"))
        team = spent.pop(key, None)
        if not request.headers.get("Authorization", "").startswith("Basic ") or team is None:
            error = "invalid_refresh_token" if body.get("grant_type") else "invalid_code"
            return web.json_response({"ok": False, "error": error})
        self.refreshed += body.get("grant_type") == "refresh_token"
        token, refresh = self._next("xoxe.xoxb-1-"), self._next("xoxe-1-")
        self.tokens[token], self._refreshes[refresh] = team, team
        return web.json_response(
            {
                "ok": True, "access_token": token, "refresh_token": refresh, "expires_in": 43_200, "token_type": "bot",
                "scope": self.scopes, "bot_user_id": BOT, "app_id": "A1", "team": {"id": team, "name": f"Team {team}"},
                "enterprise": None, "is_enterprise_install": self._whole_org, "authed_user": {"id": "U1"},
            }
        )  # fmt: skip

    # The far side

    async def _respond(self, request: web.Request) -> web.Response:
        body = await request.json()
        key = request.match_info["key"]
        self._responses[key] = self._responses.get(key, 0) + 1
        if self._responses[key] > MOST_RESPONSES or self._expired:
            return web.Response(status=404, text="expired_url")
        self.answered += 1
        message = self._message(request.query["channel"], body)
        message.private_to = "the person" if body.get("response_type") == "ephemeral" else ""
        self._check(body)
        if not message.private_to:
            await self._post(message)
        self._shows(key, message)
        return web.Response(text="ok")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        raw = await request.text()
        body = json.loads(raw) if raw.startswith("{") else {**request.query, **await request.post()}
        self.calls.append(method)
        if self._down:
            return web.Response(status=self._down, text="<html>trouble</html>", content_type="text/html")
        if method == "api.test":
            return web.json_response({"ok": True})
        if method == "apps.connections.open":
            return self.opens_connection(self._app_token_error)
        if method == "oauth.v2.access":
            return await self._oauth_v2_access(request, body)
        if self._bot_token_error:
            return _error(self._bot_token_error)
        if not (team := self._team_of(request)):
            return _error(self._refused_as)
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            return _error("unknown_method")
        answer: web.StreamResponse = await handler(request, body | {"team": team})
        return answer

    def _team_of(self, request: web.Request) -> str:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return TEAM if token == "xoxb-test" else self.tokens.get(token, "")

    async def _auth_test(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        found = {"ok": True, "team_id": body["team"], "team": f"Team {body['team']}", "user_id": BOT, "bot_id": "B1"}
        return web.json_response(found | {"url": "https://x.slack.com/"}, headers={"X-OAuth-Scopes": self.scopes})

    async def _users_info(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if "users:read" not in self.scopes.split(","):
            return _error("missing_scope")
        if self._nobody:
            return _error(self._nobody)
        about = {"id": body["user"], "team_id": body["team"], "real_name": f"user {body['user']}"}
        return web.json_response({"ok": True, "user": about | self.people.get(str(body["user"]), {})})

    async def _conversations_open(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if "im:write" not in self.scopes.split(","):
            return _error("missing_scope")
        return web.json_response({"ok": True, "channel": {"id": f"D{body['users']}"}})

    async def _usergroups_list(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if "usergroups:read" not in self.scopes.split(","):
            return _error("missing_scope")
        return web.json_response({"ok": True, "usergroups": self.usergroups})

    async def _views_open(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        key, user, team, since = self._triggers.pop(body["trigger_id"], ("", "", "", 0.0))
        if not key or asyncio.get_running_loop().time() - since > self.trigger_lasts:
            return _error("expired_trigger_id")
        view = _view_in(body)
        self._check_view(view)
        modal = Modal(self._next("V"), "", "", view["blocks"], {}, view=view, user=user, team=team)
        self.windows[modal.ts] = modal
        self._shows(key, modal)
        return web.json_response({"ok": True, "view": {"id": modal.ts}})

    async def _views_update(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        view = _view_in(body)
        self._check_view(view)
        modal = self.windows[body["view_id"]]
        async with self._said:
            modal.becomes(view)
            self._said.notify_all()
        self._shows(modal.ts, modal)
        return web.json_response({"ok": True, "view": {"id": modal.ts}})

    async def _views_publish(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        view = _view_in(body)
        self._check_view(view)
        home = Message(self._next("H"), "", "", view["blocks"], {})
        async with self._said:
            self.homes[body["user_id"]] = home
            self._said.notify_all()
        self._shows(body["user_id"], home)
        return web.json_response({"ok": True, "view": {"id": home.ts}})

    async def _chat_postEphemeral(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:  # noqa: N802
        self._check(body)
        message = self._message(body["channel"], body)
        message.private_to = body["user"]
        self._shows(body["channel"], message)
        return web.json_response({"ok": True, "message_ts": message.ts})

    async def _chat_postMessage(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:  # noqa: N802
        if refused := await self._refusal(request, body):
            return refused
        conversation = self.channel(body["channel"])
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, web.Response):
            return web.Response(status=trouble.status, body=trouble.body, headers=trouble.headers)
        if body["team"] in self._limited:
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "60"})
        if conversation.error:
            return _error(conversation.error)
        if body.get("blocks") and (self._rejecting_blocks or not self._check(body)):
            return _error("invalid_blocks")
        if trouble == "late":
            return await asyncio.shield(self._keeps_late(body))
        if trouble == "lost":
            return _cut(request)
        message = self._message(body["channel"], body)
        await self._post(message)
        self._shows(body["channel"], message)
        if trouble and trouble.startswith("stored "):
            return web.Response(status=int(trouble.split()[1]), text="<html>trouble</html>", content_type="text/html")
        if trouble == "slow":
            await self._answering.wait()
        if trouble == "drop":
            return _cut(request)
        return web.json_response({"ok": True, "ts": message.ts, "channel": body["channel"], "message": {}})

    async def _keeps_late(self, body: dict[str, Any]) -> web.Response:
        """Whether or not anybody still waits for the answer."""
        await self._answering.wait()
        message = self._message(body["channel"], body)
        await self._post(message)
        return web.json_response({"ok": True, "ts": message.ts, "channel": body["channel"], "message": {}})

    async def _refusal(self, request: web.Request, body: dict[str, Any]) -> web.Response | None:
        """After waiting, where it hangs; what this channel's trouble answers."""
        channel = str(body["channel"])
        self.asked.append((request.match_info["method"], channel))
        if channel in self._hanging:
            await self._answering.wait()
        if channel in self._troubled:
            status, headers = self._troubled[channel]
            error = "ratelimited" if status == 429 else "service_unavailable"
            return web.json_response({"ok": False, "error": error}, status=status, headers=headers)
        return None

    async def _chat_update(self, request: web.Request, body: dict[str, Any]) -> web.StreamResponse:
        if refused := await self._refusal(request, body):
            return refused
        trouble = self._trouble.pop(0) if self._trouble else None
        if isinstance(trouble, web.Response):
            return web.Response(status=trouble.status, body=trouble.body, headers=trouble.headers)
        if error := self._edit_error or self.channel(body["channel"]).error:
            return _error(error)
        found = [one for one in self.channel(body["channel"]).messages if one.ts == body["ts"]]
        if not found:
            return _error("message_not_found")
        new = self._message(body["channel"], body)
        if new.blocks and (self._rejecting_blocks or not self._check(body)):
            return _error("invalid_blocks")
        # "If you don't include this field, the message's previous metadata will be retained." (chat.update, metadata)
        found[0].text, found[0].blocks, found[0].metadata = new.text, new.blocks, new.metadata or found[0].metadata
        async with self._said:
            found[0].edits += 1
            self._said.notify_all()
        return web.json_response({"ok": True, "ts": found[0].ts, "channel": body["channel"], "message": {}})

    async def _conversations_replies(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        """A thread: the message it hangs from, and what was said under it."""
        everything = self.channel(str(body["channel"])).messages
        found = [one for one in everything if body["ts"] in (one.ts, one.thread_ts)]
        return _page([{"ts": one.ts, "text": one.text, "metadata": one.metadata} for one in found], body)

    async def _conversations_history(self, request: web.Request, body: dict[str, Any]) -> web.Response:
        if self._history_error:
            return _error(self._history_error)
        if (closed := self.channel(body["channel"]).error) in ("not_in_channel", "channel_not_found"):
            return _error(closed)
        if next(self._scant):
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "60"})
        if isinstance(self._scant, cycle):
            body = {**body, "limit": min(15, int(body.get("limit") or 15))}
        oldest = float(body.get("oldest", 0))
        found = [
            {"type": "message", "ts": message.ts, "text": message.text, "metadata": message.metadata}
            for message in reversed(self.channel(body["channel"]).messages)
            if float(message.ts) >= oldest and not message.thread_ts
        ]
        return _page(found, body)

    async def _post(self, message: Message) -> None:
        async with self._said:
            self.channel(message.channel).messages.append(message)
            self._said.notify_all()

    def _shows(self, key: str, seen: Message) -> None:
        if key in self._answers:
            self._answers[key].put_nowait(seen)

    def _message(self, channel: str, body: Mapping[str, Any]) -> Message:
        metadata = body.get("metadata") or {}
        return Message(
            ts=self._timestamp(),
            channel=channel,
            text=body.get("text", ""),
            blocks=blockkit.blocks_of(body),
            metadata=json.loads(metadata) if isinstance(metadata, str) else metadata,
            thread_ts=body.get("thread_ts") or "",
            broadcast=bool(body.get("reply_broadcast")),
        )

    def _check(self, body: Mapping[str, Any]) -> bool:
        found = [*blockkit.message(body), *blockkit.unspoken(blockkit.blocks_of(body))]
        self.faults += found
        return not found


def _view_in(body: Mapping[str, Any]) -> dict[str, Any]:
    view: Any = body["view"]
    found: dict[str, Any] = json.loads(view) if isinstance(view, str) else view
    return found


def _cut(request: web.Request) -> web.Response:
    """The connection, in the place of an answer."""
    assert request.transport
    request.transport.abort()
    return web.Response()


def _page(found: list[dict[str, Any]], body: Mapping[str, Any]) -> web.Response:
    """As many as were asked for, and where the next ones begin (docs.slack.dev/apis/web-api/pagination)."""
    begin = int(body.get("cursor") or 0)
    end = begin + int(body.get("limit") or 100)
    more = end < len(found)
    after = {"next_cursor": str(end) if more else ""}
    return web.json_response({"ok": True, "messages": found[begin:end], "has_more": more, "response_metadata": after})


def _error(error: str) -> web.Response:
    return web.json_response({"ok": False, "error": error})
