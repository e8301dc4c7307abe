"""Stories split and merged in any order beside the outbox: nothing is lost, and no channel is sent what it has."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.model import Doubt, Later, Outcome, Refused, Sent
from bot.ports import Store
from tests.edges.stored import (
    EVERYWHERE,
    LAB,
    LEASE,
    LEGAL,
    MINUTE,
    NOW,
    POLICY,
    STORES,
    alert,
    brief_of,
    entry,
    filed,
    judged,
)
from tests.edges.test_store_regrouping import words

CHANNELS = (LEGAL, POLICY, LAB)
OUTCOMES: tuple[Outcome, ...] = (Sent("1"), Later("busy"), Doubt("broke"), Refused("gone", ""))
NUMBER = st.integers(0, 7)
VERBS = ("hear", "join", "merge", "merge", "split", "tell", "brief", "brief", "ask", "send", "send")
STEPS = st.lists(st.tuples(st.sampled_from(VERBS), NUMBER, NUMBER), min_size=30, max_size=50)


class Run:
    """A store, and how many entries it has to have."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.entries = 0
        self.now = NOW

    async def step(self, verb: str, one: int, other: int) -> None:
        self.now += MINUTE
        stories = sorted(await self.store.latest(50), key=lambda story: story.id)
        if verb == "hear" or not stories:
            await self._hear()
            return
        story, second = stories[one % len(stories)], stories[other % len(stories)]
        match verb:
            case "join":
                self.entries += 1
                await filed(self.store, judged(entry(str(self.entries))), joins=story, at=self.now)
            case "merge":
                await self.store.merge(story.id, second.id, words=words, now=self.now)
            case "split":
                some = tuple(report.id for report in story.entries[other % 3 :])
                await self.store.split(story.id, some, words=words, now=self.now)
            case "tell":
                await self.store.tell(story.id, self.now)
            case "brief":
                for waiting in await self.store.unbriefed(9):
                    await self.store.publish(brief_of(waiting), tuple(map(alert, CHANNELS[: 1 + one % 3])), self.now)
            case "ask":
                brief = await self.store.brief(story.id) or brief_of(story)
                await self.store.publish(brief, (alert(CHANNELS[other % 3]),), self.now, asked=True)
            case "send":
                await self._send(one, other)

    async def _hear(self) -> None:
        self.entries += 1
        await filed(self.store, judged(entry(str(self.entries))), at=self.now)

    async def _send(self, claimed: int, outcome: int) -> None:
        found = await self.store.claim(self.now, EVERYWHERE, lease=LEASE, gaps={}, limit=1 + claimed % 3)
        for number, (delivery, brief) in enumerate(found):
            assert brief.headline
            if (number + outcome) % 5:  # else the process dies while sending
                await self.store.settle(delivery.id, OUTCOMES[(number + outcome) % 4], self.now, MINUTE)

    async def holds(self) -> None:
        stories = await self.store.latest(99)
        reports = [report.id for story in stories for report in story.entries]
        assert len(reports) == len(set(reports)) == self.entries
        for story in stories:
            found = [(one.channel, one.state == "pending") for one in await self.store.deliveries(story.id)]
            waiting = Counter(channel for channel, pending in found if pending)
            assert all(number == 1 for number in waiting.values())
            assert not set(waiting) & {channel for channel, pending in found if not pending}


@pytest.mark.parametrize("kind", STORES)
@given(steps=STEPS)
@settings(deadline=None, max_examples=40)
def test_nothing_is_lost_and_no_channel_is_sent_what_it_has(kind: str, steps: list[tuple[str, int, int]]) -> None:
    async def go() -> None:
        with TemporaryDirectory() as folder:
            store = await STORES[kind](Path(folder))
            run = Run(store)
            for step in steps:
                await run.step(*step)
                await run.holds()
            run.now += timedelta(days=1)
            await run.step("send", 2, 1)
            await store.close()

    asyncio.run(go())
