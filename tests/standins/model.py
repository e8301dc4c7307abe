"""A language model's server on 127.0.0.1, in both shapes of request: drafts honestly, or errs in every way that models do."""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any

from aiohttp import web

from bot.core import sentences
from tests.standins.local import LocalServer

KEY = "sk-test-0123456789"
Drafter = Callable[[tuple[str, ...]], str]
"""From the reports as shown to the model's answer."""


def item(text: str, *quotes: str) -> dict[str, Any]:
    return {"text": text, "quotes": list(quotes or (text,))}


def honest(reports: tuple[str, ...]) -> str:
    """Sentences of the first report, each its own proof; what leans on another sentence is left out."""
    said = [one.text for one in sentences.split(reports[0].partition("\n\n")[2]) if len(one.text.split()) > 6]
    return json.dumps(
        {
            "dek": item(said[0]),
            "takeaways": [item(text) for text in said[1:4]],
            "watch": [],
            "long": [
                {"move": "act", "sentences": [item(said[0]) | {"commentary": False}]},
                {
                    "move": "uncertain",
                    "sentences": [
                        item(said[1]) | {"commentary": False},
                        {"text": "How it may be applied is unclear.", "quotes": [], "commentary": True},
                    ],
                },
            ],
        }
    )


class ModelServer(LocalServer):
    """`async with ModelServer() as model`. `asked` holds every request's body; `most_at_once` the peak of requests under way."""

    def __init__(self) -> None:
        self.draft: Drafter = honest
        self.asked: list[dict[str, Any]] = []
        self.keys: set[str] = set()
        self.charged = 0
        """Tokens of the answers given, as a provider would bill them."""
        self.most_at_once = 0
        self.seconds = 0.0
        """What one answer takes."""
        self._under_way = 0
        self._troubles: list[tuple[int, Mapping[str, str], bytes]] = []
        self._always: tuple[int, Mapping[str, str], bytes] | None = None
        self._forms: set[str] = {"json_schema", "json_object", "text"}
        self._raw: list[str | None] = []
        self._finish = "stop"
        self._refusal = False
        self._usage = True
        self._hanging = False
        self._wants_completion_tokens = False
        self._stop = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v1/chat/completions", self._chat),
            web.post("/v1/messages", self._messages),
            web.get("/v1/models", self._models),
        ]

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._stop.set()
        await super().__aexit__(kind, error, at)

    @property
    def base_url(self) -> str:
        return f"http://{self.address}/v1"

    # What it does wrong

    def fails(
        self, status: int, *, times: int = 0, headers: Mapping[str, str] | None = None, body: bytes = b"{}"
    ) -> None:
        """So many times, or always. A refusal that repeats the key is what some servers really send."""
        trouble = (status, headers or {}, body)
        self._troubles += [trouble] * times
        self._always = None if times else trouble

    def takes_only(self, *forms: str) -> None:
        """Of json_schema, json_object and text; the others are refused with 400."""
        self._forms = set(forms)

    def wants_completion_tokens(self) -> None:
        self._wants_completion_tokens = True

    def says(self, *answers: str) -> None:
        """These, one after another, the last one from then on."""
        self._raw = list(answers)

    def hangs(self) -> None:
        self._hanging = True

    def answers_again(self) -> None:
        """What it is asked from now on."""
        self._hanging = False

    def refuses(self) -> None:
        self._refusal = True

    def is_cut_off(self) -> None:
        """It ends in the middle of its answer."""
        self._finish = "length"

    def tells_no_usage(self) -> None:
        self._usage = False

    # How it answers

    async def _chat(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("Authorization", "").removeprefix("Bearer "))
        body = await request.json()
        form = body.get("response_format", {}).get("type", "text")
        if form not in self._forms:
            return web.json_response({"error": {"message": f"{form} is not supported"}}, status=400)
        if self._wants_completion_tokens and "max_tokens" in body:
            return web.json_response({"error": {"message": "Use 'max_completion_tokens' instead."}}, status=400)
        answered = await self._answer(body, body["messages"][0]["content"], body["messages"][1:])
        if isinstance(answered, web.Response):
            return answered
        text, read, written = answered
        message = {"role": "assistant", "content": None if self._refusal else text}
        if self._refusal:
            message["refusal"] = "I cannot help with that."
        said = {"choices": [{"message": message, "finish_reason": self._finish}]}
        return web.json_response(
            said | ({"usage": {"prompt_tokens": read, "completion_tokens": written}} if self._usage else {})
        )

    async def _messages(self, request: web.Request) -> web.Response:
        self.keys.add(request.headers.get("x-api-key", ""))
        body = await request.json()
        if "output_config" in body and "json_schema" not in self._forms:
            return web.json_response({"type": "error", "error": {"message": "output_config: unknown"}}, status=400)
        answered = await self._answer(body, body["system"], body["messages"])
        if isinstance(answered, web.Response):
            return answered
        text, read, written = answered
        reason = "refusal" if self._refusal else {"stop": "end_turn", "length": "max_tokens"}[self._finish]
        said = {"content": [{"type": "text", "text": text}], "stop_reason": reason}
        return web.json_response(said | {"usage": {"input_tokens": read, "output_tokens": written}})

    async def _answer(
        self, body: dict[str, Any], rules: str, turns: list[dict[str, str]]
    ) -> tuple[str, int, int] | web.Response:
        self.asked.append(body)
        self._under_way += 1
        self.most_at_once = max(self.most_at_once, self._under_way)
        try:
            if self._hanging:
                await self._stop.wait()
            await asyncio.sleep(self.seconds)
            if trouble := self._troubles.pop(0) if self._troubles else self._always:
                status, headers, content = trouble
                return web.Response(status=status, headers=headers, body=content)
            text = self._text(turns[0]["content"])
        finally:
            self._under_way -= 1
        read = (len(rules) + sum(len(turn["content"]) for turn in turns)) // 4
        written = len(text) // 4
        self.charged += read + written
        return text, read, written

    def _text(self, shown: str) -> str:
        raw = self._raw.pop(0) if len(self._raw) > 1 else (self._raw[0] if self._raw else None)
        text = self.draft(reports(shown)) if raw is None else raw
        return text[: len(text) // 2] if self._finish == "length" else text

    async def _models(self, request: web.Request) -> web.Response:
        if self._always:
            status, headers, content = self._always
            return web.Response(status=status, headers=headers, body=content)
        return web.json_response({"data": [{"id": "examplar-1"}]})


def reports(shown: str) -> tuple[str, ...]:
    """What stands between the markers."""
    found = re.findall(r"<<<REPORT (\d+) ([0-9a-f]{16})>>>\n(.*?)\n<<<END \1 \2>>>", shown, re.S)
    return tuple(text for _, _, text in found)
