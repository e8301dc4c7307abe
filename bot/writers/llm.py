"""The writer that lets a language model draft, within a budget and a deadline; the check and the extracts decide what stays."""

import asyncio
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from bot.core import answer, assisted, prompt
from bot.core.answer import Draft
from bot.core.prompt import Prompt
from bot.model import Brief, Origin, Story
from bot.ports import Ledger, Writer
from bot.writers.endpoint import Endpoint, Said, Trouble

log = structlog.get_logger()

NAME = "llm"
PLATFORM = "language model"
"""Under which `status` tells how it is."""

TRIES = 4
"""Requests at most for one answer: the first, and those after weather or in a plainer form."""

PAUSE = timedelta(seconds=1)

REST = 300.0
"""Seconds for which an endpoint that needs a person, or answers nobody, is left alone."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one story, and one month, may take."""

    deadline_seconds: float
    """For everything one story's draft takes: waiting for a place, attempts, pauses, the repair."""
    max_input_characters: int
    monthly_tokens: int
    monthly_usd: float
    usd_per_million_input: float
    usd_per_million_output: float
    concurrency: int

    def micro_usd(self, read: int, written: int) -> int:
        """Millionths of a dollar, rounded up."""
        return -int(-(read * self.usd_per_million_input + written * self.usd_per_million_output) // 1)


class _NoDraft(Exception):
    """There is none this time; the text is one line for a person."""


class Llm:
    """Implements `ports.Writer`: always a brief, within the deadline; the extracts' where the model gives nothing sound."""

    def __init__(
        self, extract: Writer, endpoint: Endpoint, ledger: Ledger, limits: Limits, now: Callable[[], datetime]
    ) -> None:
        self._extract = extract
        self._endpoint = endpoint
        self._ledger = ledger
        self._limits = limits
        self._now = now
        self._places = asyncio.Semaphore(limits.concurrency)
        self._resting_until = 0.0
        self._last_answer = 0.0

    async def brief(self, story: Story, now: datetime) -> Brief:
        plain = await self._extract.brief(story, now)
        shown = await asyncio.to_thread(prompt.fingerprint, story, self._limits.max_input_characters)
        origin = Origin(self._endpoint.model, prompt.VERSION, shown)
        try:
            async with asyncio.timeout(self._limits.deadline_seconds):
                draft = await self._draft(story, plain, origin)
        except TimeoutError:
            await self._late(story)
            return plain
        except _NoDraft as reason:
            log.info("brief without the model", story=story.id, reason=str(reason))
            return plain
        if draft.problems:
            log.info("claims refused", story=story.id, kept=draft.claims, problems=len(draft.problems))
        return assisted.composed(plain, draft, origin, writer=NAME) if draft.claims else plain

    async def _draft(self, story: Story, frame: Brief, origin: Origin) -> Draft:
        """From the cache, else from the model; the better of its answer and the one repair."""
        key = hashlib.sha256(json.dumps([origin.model, origin.prompt, origin.input]).encode()).hexdigest()
        if kept := await self._ledger.model_answer(key):
            return await asyncio.to_thread(answer.read, kept, story, frame)
        async with self._places:
            asked = prompt.build(story, secrets.token_hex(8), self._limits.max_input_characters)
            said = await self._answer(asked, story)
            draft = await asyncio.to_thread(answer.read, said, story, frame)
            if draft.problems:
                said, draft = await self._repaired(asked, said, draft, story, frame)
        await self._ledger.keep_model_answer(key, said, self._now())
        return draft

    async def _repaired(self, asked: Prompt, said: str, draft: Draft, story: Story, frame: Brief) -> tuple[str, Draft]:
        try:
            again = await self._answer(prompt.repaired(asked, said, draft.problems), story)
        except _NoDraft as reason:
            log.info("no repair", story=story.id, reason=str(reason))
            return said, draft
        mended = await asyncio.to_thread(answer.read, again, story, frame)
        return (again, mended) if mended.claims >= draft.claims else (said, draft)

    async def _answer(self, asked: Prompt, story: Story) -> str:
        """What the model says, asked again after weather. Raises _NoDraft."""
        reason = ""
        for _ in range(TRIES):
            if asyncio.get_running_loop().time() < self._resting_until:
                raise _NoDraft("the model is left alone for a while, after it failed")
            match await self._paid(asked, story):
                case Said(text, cut=cut):
                    self._last_answer = asyncio.get_running_loop().time()
                    await self._ledger.note_platform(PLATFORM, ok=True, reason="", now=self._now())
                    if not text:
                        raise _NoDraft("the model refuses to answer")
                    log.debug("model answered", story=story.id, cut=cut)
                    return text
                case Trouble() as trouble:
                    reason = trouble.reason
                    pause = (PAUSE if trouble.after is None else trouble.after).total_seconds()
                    if trouble.closed or pause > self._limits.deadline_seconds:
                        await self._rest(reason)
                        raise _NoDraft(reason)
                    if not trouble.again:
                        raise _NoDraft(reason)
                    await asyncio.sleep(pause)
        await self._rest(reason)
        raise _NoDraft(reason)

    async def _paid(self, asked: Prompt, story: Story) -> Said | Trouble:
        """One request, its greatest cost reserved before and put right after. Cut off by the deadline it stays reserved."""
        request = self._endpoint.request(asked)
        month = f"{self._now():%Y-%m}"
        most = self._limits.micro_usd(len(request.body) + 100, request.most_written)
        number = await self._ledger.reserve(
            month, request.most_tokens, most, most_tokens=self._limits.monthly_tokens,
            most_micro_usd=round(self._limits.monthly_usd * 1e6), story=story.id, now=self._now(),
        )  # fmt: skip
        if number is None:
            reason = f"the budget of {month} is used up; briefs are extracts until the next month"
            await self._ledger.note_platform(PLATFORM, ok=False, reason=reason, now=self._now())
            raise _NoDraft(reason)
        said = await self._endpoint.ask(request)
        if isinstance(said, Trouble):
            if said.free:
                await self._ledger.settle_spend(number, 0, 0)
        elif said.read is not None and said.written is not None:
            cost = self._limits.micro_usd(said.read, said.written)
            await self._ledger.settle_spend(number, said.read + said.written, cost)
        return said

    async def _late(self, story: Story) -> None:
        """Too many stories for its pace, or an endpoint that hangs: only the second is left alone."""
        seconds = self._limits.deadline_seconds
        log.warning("brief without the model", story=story.id, reason=f"no draft within {seconds:g} s")
        if asyncio.get_running_loop().time() - self._last_answer >= seconds:
            await self._rest(f"the model answers nothing within {seconds:g} s")

    async def _rest(self, reason: str) -> None:
        self._resting_until = asyncio.get_running_loop().time() + REST
        log.warning("language model left alone", seconds=REST, reason=reason)
        await self._ledger.note_platform(PLATFORM, ok=False, reason=reason, now=self._now())
