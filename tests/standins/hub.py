"""A WebSub hub: takes subscriptions, asks back, sends signed documents, and misbehaves when told to."""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from aiohttp import ClientSession, web

from tests.standins.local import LocalServer


@dataclass(frozen=True, slots=True)
class Subscriber:
    """As it asked; `granted` is whether it answered our question back."""

    topic: str
    callback: str
    secret: str
    granted: bool = False


class HubServer(LocalServer):
    """`async with HubServer() as hub`. `subscribers` are the last by topic, `asked` counts the questions."""

    def __init__(self) -> None:
        self.subscribers: dict[str, Subscriber] = {}
        self.asked = 0
        self.lease = 86_400
        self.changed = asyncio.Event()
        self._refusing = 0
        self._denying = ""
        self._silent = False
        self._tasks: set[asyncio.Task[None]] = set()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/", self._subscribe)]

    async def __aenter__(self) -> "HubServer":
        await super().__aenter__()
        self._client = ClientSession()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.close()
        await super().__aexit__(kind, error, at)

    @property
    def url(self) -> str:
        return f"http://{self.address}/"

    # Misbehaviour

    def is_down(self, status: int = 503) -> None:
        self._refusing = status

    def recovers(self) -> None:
        self._refusing, self._denying, self._silent = 0, "", False

    def denies(self, reason: str) -> None:
        """Takes the question, and says no afterwards."""
        self._denying = reason

    def never_asks_back(self) -> None:
        self._silent = True

    # The protocol

    async def _subscribe(self, request: web.Request) -> web.Response:
        self.asked += 1
        if self._refusing:
            self.changed.set()
            return web.Response(status=self._refusing)
        form = await request.post()
        assert form["hub.mode"] == "subscribe"
        assert len(str(form["hub.secret"])) in range(32, 200)
        one = Subscriber(str(form["hub.topic"]), str(form["hub.callback"]), str(form["hub.secret"]))
        self.subscribers[one.topic] = one
        if self._silent:
            self.changed.set()
        else:
            task = asyncio.create_task(self._denied(one) if self._denying else self._asks_back(one))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return web.Response(status=202)

    async def _asks_back(self, one: Subscriber) -> None:
        challenge = secrets.token_urlsafe(16)
        status, text = await self.asks(
            one.callback,
            {
                "hub.mode": "subscribe",
                "hub.topic": one.topic,
                "hub.challenge": challenge,
                "hub.lease_seconds": str(self.lease),
            },
        )
        granted = status == 200 and text == challenge
        self.subscribers[one.topic] = Subscriber(one.topic, one.callback, one.secret, granted)
        self.changed.set()

    async def _denied(self, one: Subscriber) -> None:
        said = {"hub.mode": "denied", "hub.topic": one.topic, "hub.reason": self._denying}
        assert (await self.asks(one.callback, said))[0] == 200
        self.changed.set()

    async def asks(self, callback: str, said: Mapping[str, str]) -> tuple[int, str]:
        async with self._client.get(callback, params=said) as answer:
            return answer.status, await answer.text()

    async def sends(
        self, topic: str, document: str, *, algorithm: str = "sha256", secret: str = "", signed: bool = True
    ) -> int:
        """To the subscriber of that topic; answers its status."""
        one, body = self.subscribers[topic], document.encode()
        digest = hmac.new((secret or one.secret).encode(), body, getattr(hashlib, algorithm)).hexdigest()
        headers = {"Content-Type": "application/rss+xml", "Link": f'<{self.url}>; rel="hub", <{topic}>; rel="self"'}
        headers |= {"X-Hub-Signature": f"{algorithm}={digest}"} if signed else {}
        async with self._client.post(one.callback, data=body, headers=headers) as answer:
            return answer.status
