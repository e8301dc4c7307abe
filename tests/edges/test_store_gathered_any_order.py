"""Cadences, quiet hours, digests, settings and restarts in any order: in the end each channel is told each story once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
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

from bot.core import timing
from bot.model import Alert, Channel, Delivery, Doubt, Later, Sent, Story, Subscription
from bot.ports import Store
from tests.edges.stored import EVERYWHERE, LAB, LEASE, LEGAL, MINUTE, NOW, STORES, brief_of, entry, filed, judged

T = TypeVar("T")
Key = tuple[int, Channel]

CHANNELS = (LEGAL, LAB)
THREADS = {"slack": True, "discord": False}
CADENCES = ("hourly", "now", "daily 09:00", "daily 02:30", "weekly mon 09:00")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Sydney")
QUIETS = ("", "20:00-07:00", "11:00-13:00", "00:00-23:59")
FATES = ("sent", "posted and died", "died", "later", "doubt", "posted and doubt")


@dataclass
class FarSide:
    """What stands in the channels, by the id of the delivery that put it there."""

    posted: dict[str, Delivery] = field(default_factory=dict)

    def post(self, delivery: Delivery) -> str:
        assert delivery.id not in self.posted, "the same delivery is posted twice"
        self.posted[delivery.id] = delivery
        return f"m{len(self.posted)}"

    def message(self, delivery: Delivery) -> str:
        return f"m{list(self.posted).index(delivery.id) + 1}"

    def told(self) -> Counter[Key]:
        """How often a person of the channel reads of each story. In Slack a digest's line is told in its thread."""
        found: Counter[Key] = Counter()
        for one in self.posted.values():
            if one.kind == "digest":
                found.update((b.story, one.channel) for b in one.carries if not THREADS[one.channel.platform])
            else:
                found[one.story, one.channel] += 1
        return found


class AnyTimes(RuleBasedStateMachine):
    opens: Callable[[Path], Awaitable[Store]]

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.now = NOW
        self.far = FarSide()
        self.subscriptions: dict[int, Subscription] = {}
        self.stopped: dict[int, tuple[Subscription, datetime]] = {}
        self.wanted: dict[Key, set[int]] = {}
        """What was published, and the subscriptions that asked for it; none where a person did."""
        self.dropped: set[Key] = set()
        """What nobody asks for any more and was still gathered then."""
        self.open: set[Key] = set()
        """What nobody asks for any more and was on its way already: told, unless quiet hours stop it."""
        self.keys = 0

    def run(self, work: Awaitable[T]) -> T:
        return self.runner.get_loop().run_until_complete(asyncio.ensure_future(work, loop=self.runner.get_loop()))

    @initialize(every=st.lists(st.sampled_from(CADENCES), min_size=4, max_size=4))
    def begins(self, every: list[str]) -> None:
        self.store = self.run(type(self).opens(Path(self.folder.name)))
        for number, cadence in enumerate(every):
            self.subscribes(CHANNELS[number % 2], f"words{number}", cadence)

    def subscribes(self, channel: Channel, query: str, every: str) -> None:
        made = self.run(self.store.subscribe(Subscription(channel, query, "U1", self.now, every=every)))
        self.subscriptions[made.id] = made

    @precondition(lambda self: self.subscriptions)
    @rule(stories=st.integers(1, 5), data=st.data(), importance=st.sampled_from((10, 50, 90)))
    def publish(self, stories: int, data: st.DataObject, importance: int) -> None:
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.subscriptions)), min_size=1), label="subscriptions")
        for _ in range(stories):
            story = self.files()
            alerts = []
            for channel in CHANNELS:
                if here := {number for number in chosen if self.subscriptions[number].channel == channel}:
                    alerts.append(Alert(channel, ("words",), subscriptions=tuple(sorted(here))))
                    self.wanted[story.id, channel] = here
            self.run(self.store.publish(brief_of(story), tuple(alerts), self.now, importance=importance))

    def files(self) -> Story:
        self.keys += 1
        return self.run(filed(self.store, judged(entry(str(self.keys)))))

    @precondition(lambda self: self.wanted)
    @rule(data=st.data())
    def a_person_asks_for_one_of_them(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.wanted, key=str)))
        if key in self.dropped | self.open:
            return
        brief = self.run(self.store.brief(key[0]))
        assert brief
        (row,) = [one for one in self.run(self.store.deliveries(key[0])) if one.channel == key[1]]
        self.run(self.store.publish(brief, (Alert(key[1], ("words",)),), self.now, asked=True))
        if row.state == "gathered" and not row.digest:
            self.wanted[key] = set()

    @rule(minutes=st.sampled_from((1, 31, 61, 8 * 60, 25 * 60, 8 * 24 * 60)))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(channel=st.sampled_from(CHANNELS), zone=st.sampled_from(ZONES), quiet=st.sampled_from(QUIETS))
    def settings_change(self, channel: Channel, zone: str, quiet: str) -> None:
        self.run(self.store.set(channel, "timezone", zone))
        self.run(self.store.set(channel, "quiet", quiet))

    @precondition(lambda self: self.subscriptions)
    @rule(data=st.data(), every=st.sampled_from(CADENCES))
    def a_cadence_is_edited(self, data: st.DataObject, every: str) -> None:
        one = self.one_of_them(data)
        self.subscriptions[one.id] = self.run(self.store.subscribe(replace(one, every=every)))

    @precondition(lambda self: len(self.subscriptions) > 1)
    @rule(data=st.data())
    def unsubscribe(self, data: st.DataObject) -> None:
        one = self.one_of_them(data)
        self.run(self.store.unsubscribe(one.channel, one.id, self.now))
        self.stopped[one.id] = self.subscriptions.pop(one.id), self.now
        for (story, channel), wanted in self.wanted.items():
            if channel != one.channel or not wanted or wanted & set(self.subscriptions):
                continue
            waits = [row for row in self.run(self.store.deliveries(story)) if row.channel == channel]
            gathered = waits and waits[0].state == "gathered" and not waits[0].digest
            (self.dropped if gathered else self.open).add((story, channel))

    @precondition(lambda self: self.stopped)
    @rule(data=st.data())
    def it_is_taken_up_again(self, data: st.DataObject) -> None:
        number = data.draw(st.sampled_from(sorted(self.stopped)), label="which")
        one, at = self.stopped.pop(number)
        resumed = self.run(self.store.resume(one.channel, number, self.now))
        assert resumed
        assert resumed[0] == one
        assert self.run(self.store.resume(one.channel, number, self.now)) is None
        self.subscriptions[number] = one
        if self.now - at <= timedelta(days=3):
            self.dropped -= {key for key in self.dropped if key[1] == one.channel and number in self.wanted[key]}

    def one_of_them(self, data: st.DataObject) -> Subscription:
        return self.subscriptions[data.draw(st.sampled_from(sorted(self.subscriptions)), label="which")]

    @rule(platforms=st.sampled_from((EVERYWHERE, ("slack",), ("discord",))), data=st.data())
    def flush(self, platforms: tuple[str, ...], data: st.DataObject) -> None:
        for _ in range(3):
            if not self.sends(platforms, lambda: data.draw(st.sampled_from(FATES), label="fate")):
                break

    def sends(self, platforms: tuple[str, ...], fate: Callable[[], str]) -> int:
        found = self.run(self.store.claim(self.now, platforms, lease=LEASE, gaps={}, limit=9))
        for one, _ in found:
            if one.state == "sending":
                self.is_not_hushed(one)
            self.outcome(one, fate())
        return len(found)

    def is_not_hushed(self, one: Delivery) -> None:
        """Nothing begins in quiet hours but what breaks through, was asked for, or stands in a thread."""
        names = timing.NAMES
        chosen = timing.settings({name: self.run(self.store.setting(one.channel, name)) for name in names})
        asked = not self.wanted.get((one.story, one.channel), {0})
        if not (one.thread or one.timing.startswith("broke through") or asked or one.attempts > 1):
            assert chosen.quiet_until(self.now) is None

    def outcome(self, one: Delivery, fate: str) -> None:
        threads = THREADS[one.channel.platform]
        if one.state == "doubt":
            found = Sent(self.far.message(one)) if one.id in self.far.posted else Later("was not posted", timedelta(0))
            self.run(self.store.settle(one.id, found, self.now, MINUTE, threads=threads))
            return
        if fate in ("sent", "posted and died", "posted and doubt"):
            message = self.far.post(one)
        match fate:
            case "sent":
                self.run(self.store.settle(one.id, Sent(message), self.now, MINUTE, threads=threads))
            case "later":
                self.run(self.store.settle(one.id, Later("busy"), self.now, MINUTE, threads=threads))
            case "doubt" | "posted and doubt":
                self.run(self.store.settle(one.id, Doubt("broke"), self.now, MINUTE, threads=threads))
            case _:
                pass  # the process died there

    @rule()
    def restarts(self) -> None:
        self.run(self.store.close())
        self.store = self.run(type(self).opens(Path(self.folder.name)))
        self.run(self.store.reclaim(self.now))

    @invariant()
    def nobody_is_told_twice(self) -> None:
        told = self.far.told()
        assert not [key for key, times in told.items() if times > 1]
        assert not set(told) & self.dropped, "told although nobody asks for it any more"

    def given_up(self) -> set[Key]:
        """What was no news any more when it could be told, or is told by the line of its digest alone."""
        rows = [row for story in {story for story, _ in self.wanted} for row in self.run(self.store.deliveries(story))]
        with_digest = {one.id for one in self.far.posted.values() if one.kind == "digest"}
        for row in rows:
            assert row.state != "refused" or self.now - row.created > timedelta(days=3)
        return {
            (row.story, row.channel)
            for row in rows
            if row.state == "refused"
            or (THREADS[row.channel.platform] and row.digest in with_digest and row.id not in self.far.posted)
        }

    def teardown(self) -> None:
        """In the end everything that anybody still asks for was told, once, or was no news any more."""
        if hasattr(self, "store"):
            for _ in range(1_000):
                if not self.sends(EVERYWHERE, lambda: "sent"):
                    due = self.run(self.store.next_due(EVERYWHERE, {}))
                    if due is None:
                        break
                    self.now = max(self.now + timedelta(seconds=1), due)
            told, late = self.far.told(), self.given_up()
            assert not set(told) & late
            assert set(self.wanted) - self.dropped - self.open - late <= set(told) <= set(self.wanted) - self.dropped
            assert set(told.values()) <= {1}
            for one in self.far.posted.values():
                assert not one.thread or any(
                    each.kind == "digest" and one.story in {brief.story for brief in each.carries}
                    for each in self.far.posted.values()
                )
            self.run(self.store.close())
        self.runner.close()
        self.folder.cleanup()


@pytest.mark.parametrize("name", STORES)
def test_no_order_of_events_loses_a_story_or_tells_it_twice(name: str) -> None:
    class Machine(AnyTimes):
        opens = staticmethod(STORES[name])

    run_state_machine_as_test(Machine, settings=settings(max_examples=20, stateful_step_count=25, deadline=None))
