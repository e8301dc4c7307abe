"""Looking through the stories of weeks takes a second of the processor: each space has its turn, whoever asks for most."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from bot.commands import trying, turns
from bot.model import Caller, Channel, Reply, Story
from tests.walks.test_commands import SIGNED, Office, office

__all__ = ["office"]


@dataclass
class Busy:
    """An office in which looking through what was told takes until it is let go on."""

    office: Office
    under_way: int = 0
    most: int = 0
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)
    begun: list[str] = field(default_factory=list)
    """The spaces whose turn came, in order."""
    asking: list[asyncio.Task[Reply]] = field(default_factory=list)

    async def asks(self, space: str, line: str) -> Reply:
        return await self.office.desk.answer(line, Caller(Channel("slack", space, "C1"), "U1", "admin"))

    async def begins(self, space: str, lines: Iterable[str], under_way: int) -> None:
        """Ask all of it, until so many are looked through, and others have been answered beside it."""
        self.asking += [asyncio.create_task(self.asks(space, line), name=space) for line in lines]
        async with asyncio.timeout(300):
            while self.under_way < under_way:
                await self.asks("bystander", "latest")
        for _ in range(5):
            assert (await self.asks("bystander", "latest")).cards
        assert self.under_way == under_way

    async def answers(self) -> list[Reply]:
        self.goes_on.set()
        return await asyncio.gather(*self.asking)


@asynccontextmanager
async def busy(office: Office, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Busy]:
    await office.hears(SIGNED)
    await office.turns()
    made, latest = Busy(office), office.store.latest

    async def looks(limit: int, skip: int = 0, *, adjacent: bool = False) -> tuple[Story, ...]:
        if limit < trying.BATCH:  # what one reads of the newest
            return await latest(limit, skip, adjacent=adjacent)
        made.begun.append(asyncio.current_task().get_name())  # type: ignore[union-attr]  # a test is one
        made.under_way += 1
        made.most = max(made.most, made.under_way)
        await made.goes_on.wait()
        made.under_way -= 1
        return await latest(limit, skip, adjacent=adjacent)

    monkeypatch.setattr(office.store, "latest", looks)
    yield made


@pytest.mark.parametrize("line", ["subscribe california{}", "catchup {}d"])
async def test_one_space_has_one_turn_at_a_time_and_the_others_need_not_wait_for_all_of_its_own(
    office: Office, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    async with busy(office, monkeypatch) as made:
        await made.begins("T1", [line.format(n + 1) for n in range(6)], under_way=1)
        await made.begins("T2", [line.format(9)], under_way=2)
        await made.begins("T3", [line.format(9)], under_way=2)
        assert not any("Try again" in reply.text for reply in await made.answers())
        assert made.most == 2
        assert made.begun == ["T1", "T2", "T3", *["T1"] * 5]


async def test_more_than_some_questions_of_a_space_are_asked_to_come_again_and_change_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with busy(office, monkeypatch) as made:
        await made.begins("T1", ["subscribe california"] * turns.MOST_WAITING, under_way=1)
        for line in ("subscribe california", "catchup"):
            assert "Try again in a minute" in (await made.asks("T1", line)).text
        await made.begins("T2", ["catchup"], under_way=2)
        saves = asyncio.create_task(made.asks("T1", "save california backfill:1"))
        replies = [*await made.answers(), await saves]
        assert not any("Try again" in reply.text for reply in replies), "what is saved has its turn, however many wait"
        for line in ("subscribe california", "catchup"):
            assert "Try again" not in (await made.asks("T1", line)).text
