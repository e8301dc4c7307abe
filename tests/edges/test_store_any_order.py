"""The outbox of any store, under any order of events: the store beside a plain list of what each row should be."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.model import Channel, Delivery, Doubt, Later, Outcome, Refused, Sent
from bot.ports import Store
from tests.edges.stored import (
    EVERYWHERE,
    GAPS,
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

T = TypeVar("T")
Key = tuple[int, Channel]

CHANNELS = (LEGAL, POLICY, LAB, Channel("slack", "T2", "C1"))
OPEN = ("pending", "sending", "doubt")


@dataclass
class Row:
    """What the rules say a delivery should be."""

    channel: Channel
    state: str
    due: datetime
    leased: bool = False
    attempted: datetime | None = None
    spoken: datetime | None = None


class AnyOutbox(RuleBasedStateMachine):
    """The store beside a plain list of what each row should be; every claim must be the list's."""

    opens: Callable[[Path], Awaitable[Store]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.rows: dict[Key, Row] = {}
        self.ids: dict[str, Key] = {}
        self.posted: list[str] = []

    def run(self, work: Awaitable[T]) -> T:
        return self.runner.get_loop().run_until_complete(asyncio.ensure_future(work, loop=self.runner.get_loop()))

    @initialize()
    def begins(self) -> None:
        self.store = self.run(type(self).opens(Path(self.folder.name)))
        self.stories = [self.run(filed(self.store, judged(entry(key)))) for key in "123"]

    @rule(story=st.integers(0, 2), channels=st.sets(st.sampled_from(CHANNELS)))
    def publish(self, story: int, channels: set[Channel]) -> None:
        chosen = self.stories[story]
        wanted = [channel for channel in CHANNELS if channel in channels]
        new = [channel for channel in wanted if (chosen.id, channel) not in self.rows]
        alerts = tuple(alert(channel) for channel in wanted)
        assert self.run(self.store.publish(brief_of(chosen), alerts, self.now)) == len(new)
        self.rows |= {(chosen.id, channel): Row(channel, "pending", self.now) for channel in new}

    @rule(seconds=st.sampled_from((0.5, 1, 30, 181)))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(
        platforms=st.sampled_from((EVERYWHERE, ("slack",), ("discord",))),
        limit=st.integers(1, 4),
        share=st.sampled_from((1, 2, 4)),
    )
    def claim(self, platforms: tuple[str, ...], limit: int, share: int) -> None:
        self.claims(platforms, limit, share)

    def claims(self, platforms: tuple[str, ...], limit: int, share: int = 9) -> tuple[Delivery, ...]:
        claim = self.store.claim(self.now, platforms, lease=LEASE, gaps=GAPS, limit=limit, share=share)
        found = tuple(delivery for delivery, _ in self.run(claim))
        channels = [one.channel for one in found]
        assert len(set(channels)) == len(channels), "two at once in one channel"
        expected = [row for row in map(self.next_of, CHANNELS) if row and row[1].channel.platform in platforms]
        order = list(self.rows)
        expected.sort(key=lambda item: order.index(item[0]))
        placed = sorted(self.placed([key for key, _ in expected]), key=lambda item: item[0])
        assert [(one.story, one.channel) for one in found] == [key for place, key in placed if place <= share][:limit]
        for one in found:
            self.lease(one)
        return found

    def placed(self, oldest_first: list[Key]) -> Iterator[tuple[int, Key]]:
        """Each with its place among all of its space that are under way."""
        taken = Counter(
            _space(row.channel) for row in self.rows.values() if row.leased and row.state in OPEN and row.due > self.now
        )
        for key in oldest_first:
            taken[_space(key[1])] += 1
            yield taken[_space(key[1])], key

    def next_of(self, channel: Channel) -> tuple[Key, Row] | None:
        mine = {key: row for key, row in self.rows.items() if row.channel == channel}
        since = self.now - GAPS[channel.platform]
        for row in mine.values():
            if row.leased and row.due > self.now:
                return None
            if any(at and at > since for at in (row.attempted, row.spoken)):
                return None
        due = (item for item in mine.items() if item[1].state in OPEN and item[1].due <= self.now)
        return next(due, None)

    def lease(self, one: Delivery) -> None:
        key = (one.story, one.channel)
        row = self.rows[key]
        assert one.id not in self.posted, "a message that was sent is claimed again"
        assert self.ids.setdefault(one.id, key) == key
        if row.state == "pending":
            row.state, row.attempted = "sending", self.now
        else:
            row.state = "doubt"
        row.leased, row.due = True, self.now + LEASE
        assert one.state == row.state

    @precondition(lambda self: self.ids)
    @rule(
        data=st.data(),
        outcome=st.sampled_from(
            (Sent("m"), Later("busy"), Later("slow", timedelta(0)), Refused("gone", ""), Doubt("broke"))
        ),
    )
    def settle(self, data: st.DataObject, outcome: Outcome) -> None:
        number = self.one_of_them(data)
        self.settles(number, outcome)

    def settles(self, number: str, outcome: Outcome) -> None:
        self.run(self.store.settle(number, outcome, self.now, MINUTE))
        row = self.rows[self.ids[number]]
        match outcome:
            case Sent() if row.state != "sent":
                row.state, row.spoken, row.leased = "sent", self.now, False
                self.posted.append(number)
            case Later(_, after) if row.state in ("sending", "doubt"):
                row.state, row.due, row.leased = "pending", self.now + (MINUTE if after is None else after), False
            case Refused() if row.state in ("sending", "doubt"):
                row.state, row.leased = "refused", False
            case Doubt() if row.state in ("sending", "doubt"):
                row.state, row.due, row.leased = "doubt", self.now + MINUTE, False

    def one_of_them(self, data: st.DataObject) -> str:
        return list(self.ids)[data.draw(st.integers(0, len(self.ids) - 1))]

    @precondition(lambda self: self.ids)
    @rule(data=st.data())
    def hold(self, data: st.DataObject) -> None:
        number = self.one_of_them(data)
        self.run(self.store.hold(number, "held", self.now))
        row = self.rows[self.ids[number]]
        if row.state in ("sending", "doubt"):
            row.state, row.leased = "held", False

    @rule()
    def restarts(self) -> None:
        self.run(self.store.close())
        self.store = self.run(type(self).opens(Path(self.folder.name)))
        leased = [row for row in self.rows.values() if row.leased]
        assert self.run(self.store.reclaim(self.now)) == len(leased)
        for row in leased:
            row.state, row.due, row.leased = "doubt", min(row.due, self.now), False

    @invariant()
    def no_row_is_lost_or_in_another_state(self) -> None:
        if not self.rows:
            return
        stored = {
            (one.story, one.channel): one.state
            for story in self.stories
            for one in self.run(self.store.deliveries(story.id))
        }
        assert stored == {key: row.state for key, row in self.rows.items()}

    @invariant()
    def the_next_due_time_is_when_a_claim_finds_something(self) -> None:
        if not self.rows:
            return
        due = self.run(self.store.next_due(EVERYWHERE, GAPS))
        claimable = any(self.next_of(channel) for channel in CHANNELS)
        assert claimable == (due is not None and due <= self.now)

    def teardown(self) -> None:
        """In the end everything open is sent, once."""
        if hasattr(self, "store"):
            while due := self.run(self.store.next_due(EVERYWHERE, GAPS)):
                self.now = max(self.now, due)
                found = self.claims(EVERYWHERE, 50)
                assert found, "something is due that no claim finds"
                for one in found:
                    self.settles(one.id, Sent("m"))
            assert all(row.state not in OPEN for row in self.rows.values())
            assert len(set(self.posted)) == len(self.posted)
            self.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()


@pytest.mark.parametrize("name", STORES)
def test_no_order_of_events_loses_doubles_or_hurries_a_message(name: str) -> None:
    class Machine(AnyOutbox):
        opens = staticmethod(STORES[name])

    run_state_machine_as_test(Machine, settings=settings(max_examples=30, stateful_step_count=25, deadline=None))


def _space(channel: Channel) -> tuple[str, str]:
    return channel.platform, channel.space
