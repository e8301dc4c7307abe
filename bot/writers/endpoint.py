"""Speaks with a language model's endpoint: two JSON shapes over one bounded request; every misfortune is a value."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import aiohttp

from bot.core.prompt import SCHEMA, Prompt

Api = Literal["openai", "anthropic"]
Form = Literal["schema", "object", "text"]
"""How the answer's form is asked for; each is for servers that refuse the one before."""

MOST_BYTES = 500_000
"""Of an answer; a whole brief takes a hundredth."""

_NEXT: Mapping[Form, Form] = {"schema": "object", "object": "text"}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer. Token counts are None where the server does not tell."""

    text: str
    read: int | None
    written: int | None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """No answer; `reason` is one line for a person."""

    reason: str
    again: bool = False
    """Whether asking once more may help."""
    after: timedelta | None = None
    free: bool = True
    """False when the model may have worked all the same, and so may be charged for."""
    closed: bool = False
    """Whether a person must act before it is worth asking at all."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is about to be sent; its size bounds the tokens it can cost."""

    body: bytes
    form: Form
    most_written: int

    @property
    def most_tokens(self) -> int:
        """No tokenizer makes more tokens than there are bytes; chat templates add a few around them."""
        return len(self.body) + 100 + self.most_written


class Endpoint:
    """One model at one address. It remembers which form of answer the server takes."""

    def __init__(self, base_url: str, api: Api, model: str, key: str, *, most_written: int) -> None:
        self._base = base_url.rstrip("/")
        self._api: Api = api
        self.model = model
        self._key = key
        self._most_written = most_written
        self._form: Form = "schema"
        self._limit = "max_tokens"

    def request(self, prompt: Prompt) -> Request:
        body = self._anthropic(prompt) if self._api == "anthropic" else self._openai(prompt)
        return Request(json.dumps(body, ensure_ascii=False).encode(), self._form, self._most_written)

    def _openai(self, prompt: Prompt) -> dict[str, Any]:
        said = [
            {"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(prompt.turns)
        ]
        messages = [{"role": "system", "content": prompt.rules}, *said]
        body = {"model": self.model, "messages": messages, self._limit: self._most_written}
        match self._form:
            case "schema":
                schema = {"name": "brief", "strict": True, "schema": SCHEMA}
                return body | {"response_format": {"type": "json_schema", "json_schema": schema}}
            case "object":
                return body | {"response_format": {"type": "json_object"}}
            case "text":
                return body

    def _anthropic(self, prompt: Prompt) -> dict[str, Any]:
        messages = [
            {"role": "assistant" if number % 2 else "user", "content": text} for number, text in enumerate(prompt.turns)
        ]
        body = {"model": self.model, "system": prompt.rules, "messages": messages, "max_tokens": self._most_written}
        if self._form == "schema":
            return body | {"output_config": {"format": {"type": "json_schema", "schema": SCHEMA}}}
        return body

    async def ask(self, request: Request) -> Said | Trouble:
        """One request. Whoever asks bounds its time; cancelled, the model may have worked all the same."""
        path = "/messages" if self._api == "anthropic" else "/chat/completions"
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers(), cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.post(self._base + path, data=request.body, allow_redirects=False) as response,
            ):
                body = await _bounded(response)
                return self._read(response.status, response.headers, body, request)
        except aiohttp.ClientConnectorError:
            return Trouble("the model's server does not accept connections", again=True)
        except _TooMuch:
            return Trouble(f"the model answered with more than {MOST_BYTES // 1000} kB: stopped reading", free=False)
        except (aiohttp.ClientError, OSError) as error:
            return Trouble(f"the model's server broke off ({type(error).__name__})", again=True, free=False)

    def _headers(self) -> dict[str, str]:
        headers = {"Content-Type": "application/json"}
        if self._api == "anthropic":
            return headers | {"x-api-key": self._key, "anthropic-version": "2023-06-01"}
        return headers | ({"Authorization": f"Bearer {self._key}"} if self._key else {})

    def _read(self, status: int, headers: Mapping[str, str], body: bytes, request: Request) -> Said | Trouble:
        if status == 200:
            return self._said(body)
        if status in (400, 415, 422, 501) and (trouble := self._other_form(body, request)):
            return trouble
        return _refused(status, headers)

    def _other_form(self, body: bytes, request: Request) -> Trouble | None:
        """A server that takes no schema is asked in a plainer form from now on."""
        if self._limit == "max_tokens" and b"max_completion_tokens" in body:
            self._limit = "max_completion_tokens"
        elif self._form == request.form and request.form in _NEXT:
            self._form = _NEXT[request.form]
        elif self._form == request.form:
            return None
        return Trouble("the model's server does not take this form of request", again=True, after=timedelta(0))

    def _said(self, body: bytes) -> Said | Trouble:
        try:
            answer = json.loads(body)
            return _said_anthropic(answer) if self._api == "anthropic" else _said_openai(answer)
        except (ValueError, RecursionError, KeyError, TypeError, IndexError, AttributeError):
            return Trouble("the model's server answered with something that is no answer", free=False)

    async def models(self) -> tuple[str, ...] | Trouble:
        """What the server offers; asking costs nothing."""
        try:
            async with (
                aiohttp.ClientSession(headers=self._headers(), cookie_jar=aiohttp.DummyCookieJar()) as session,
                session.get(f"{self._base}/models", allow_redirects=False) as response,
            ):
                body = await _bounded(response)
                if response.status != 200:
                    return _refused(response.status, response.headers)
                return tuple(str(model["id"]) for model in json.loads(body)["data"])
        except (aiohttp.ClientError, OSError, _TooMuch):
            return Trouble("the model's server cannot be reached")
        except (ValueError, KeyError, TypeError):
            return ()


class _TooMuch(Exception):
    """More bytes than any answer has."""


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(65_536):
        body += chunk
        if len(body) > MOST_BYTES:
            raise _TooMuch
    return bytes(body)


def _refused(status: int, headers: Mapping[str, str]) -> Trouble:
    """By status alone: what a server says of a refusal may repeat the key."""
    match status:
        case 401 | 403:
            return Trouble(f"the model's server refuses the key ({status}); check REGPULSE_LLM_KEY", closed=True)
        case 404:
            return Trouble("the model's server knows no such model or address (404); check [llm]", closed=True)
        case 402:
            return Trouble("the model's server wants to be paid (402)", closed=True)
        case 429 | 503 | 529:
            return Trouble(
                f"the model's server is busy ({status})", again=True, after=_seconds(headers.get("Retry-After", ""))
            )
        case _ if status >= 500:
            return Trouble(f"the model's server is in trouble ({status})", again=True)
        case _:
            return Trouble(f"the model's server refuses the request ({status})", closed=300 <= status < 400)


def _seconds(text: str) -> timedelta | None:
    try:
        return timedelta(seconds=max(0.0, min(float(text), 3600.0)))
    except ValueError:  # a date is rare here, and our own pause does as well
        return None


def _said_openai(answer: dict[str, Any]) -> Said | Trouble:
    choice = answer["choices"][0]
    message, usage = choice["message"], answer.get("usage") or {}
    read, written = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    if message.get("refusal") or choice.get("finish_reason") == "content_filter":
        return Said("", read, written)
    text = message["content"] or ""
    return Said(str(text), read, written, cut=choice.get("finish_reason") == "length")


def _said_anthropic(answer: dict[str, Any]) -> Said | Trouble:
    usage = answer.get("usage") or {}
    text = "".join(str(block["text"]) for block in answer["content"] if block.get("type") == "text")
    said = "" if answer.get("stop_reason") == "refusal" else text
    return Said(
        said, _read_tokens(usage), _count(usage, "output_tokens"), cut=answer.get("stop_reason") == "max_tokens"
    )


def _read_tokens(usage: Mapping[str, Any]) -> int | None:
    """What came from or went to the provider's cache is read as well."""
    parts = (_count(usage, key) for key in ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"))
    known = [part for part in parts if part is not None]
    return sum(known) if known else None


def _count(usage: Mapping[str, Any], key: str) -> int | None:
    value = usage.get(key)
    return value if isinstance(value, int) and value >= 0 else None
