"""One world in which the program is killed as often as asked, and what was counted at the end."""

import asyncio
import math
import shutil
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Literal

from bench.kills import ledger
from bench.kills.counting import Count, Kill
from bench.kills.ledger import held, in_doubt
from bench.kills.lives import Doors, Life, live
from bench.kills.news import Press, title
from bench.kills.points import ANYWHERE, Needs, Plan, Point, points
from bench.kills.received import NOTICE, Key, Received
from bot.model import Channel, Subscription
from tests.standins.discord.payloads import Place
from tests.standins.gate import Gate
from tests.walks.test_cli import starts
from tests.walks.world import SLACK, World, world

HELD, RESENT = "doubt held by policy: look at the channel", "doubt resolved by policy: sending again"
AT_FIRST = 2
"""Stories that are told already when the first life begins."""

SOONEST, LONGEST = -1.5, 3.0
"""Seconds after its start, in which a life ends that ends at no labelled point; before it, of its starting."""

A_SECOND = 4
"""Messages that a life may post in one, where a workspace has a pace: that much longer a life is that has much to send."""

MOST = 40
"""Messages that a life posts before it is killed, or twice as many."""

NEWS_LASTS = 0.8
"""Share of the lives that hear news; the rest tells and edits what is left."""

GATHERS = 4
"""One channel in so many wants its news in digests."""

CORRECTED, OPERATORS = 6, 4
"""One story in so many is corrected once it is told; before one life in so many there is one more message for operators."""

LAST_LIFE = 1_200.0
"""Seconds in which what is in doubt at the end must be settled, on a machine however busy."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The arguments of one world. The same ones give the same plan of kills."""

    platform: Literal["slack", "discord"]
    kills: int
    channels: int
    stories: int
    seed: int
    readable: bool = True
    doubt: Literal["hold", "resend"] = "hold"
    minutes: float = math.inf
    """After which no more are killed."""

    @property
    def names(self) -> tuple[str, ...]:
        """Of its points."""
        return tuple(one.name for one in points(self.platform, readable=self.readable, doubt=self.doubt))


async def kill(asked: Asked, folder: Path, done: Callable[[], None] = lambda: None) -> Count:
    """In this folder, where database, logs and configuration stay."""
    async with AsyncExitStack() as stack:
        slack = asked.platform == "slack"
        made = await stack.enter_async_context(world(folder, slack=slack, discord=not slack))
        server = made.slack or made.discord
        assert server  # noqa: S101  # one of the two was asked for
        doors = Doors(
            await stack.enter_async_context(Gate(f"http://{made.feeds.address}")),
            await stack.enter_async_context(Gate(f"http://{server.address}")),
        )
        walk = Walk(asked, made, doors)
        await walk.prepares()
        until = time.monotonic() + 60 * asked.minutes
        for number in range(asked.kills):
            if time.monotonic() > until:
                break
            await walk.kills(number)
            done()
        await walk.ends()
        return await walk.counted()


class Walk:
    """`prepares`, then `kills` again and again, then `ends` and is `counted`."""

    def __init__(self, asked: Asked, made: World, doors: Doors) -> None:
        self._asked, self._made, self._doors = asked, made, doors
        self._chance = Random(asked.seed)  # noqa: S311  # the same plan each time
        self._plan = Plan(points(asked.platform, readable=asked.readable, doubt=asked.doubt), self._chance)
        self._press = Press(made, doors.publisher.address)
        self._places = tuple(_places(asked.platform, asked.channels))
        self._digests = self._places[GATHERS - 1 :: GATHERS]
        self._ops = Channel("slack", SLACK.space, "COPS") if made.slack else Channel("discord", "100", "299")
        self._kills: list[Kill] = []
        self._last: dict[str, Kill] = {}
        """By delivery, the kill that last left it in doubt."""
        self._logged: set[str] = set()
        """Deliveries of which the log says that policy decided."""
        self._wrong: list[str] = []
        self._before = 0
        """Messages sent by now."""
        (made.folder / "lives").mkdir()

    async def prepares(self) -> None:
        made = self._made
        made.door = self._doors.publisher.address
        made.environment |= _through(made, self._doors) | {
            "REGPULSE_WEB_LISTEN": "127.0.0.1:0",
            "REGPULSE_LOG_FORMAT": "json",
            "REGPULSE_OPS_CHANNEL": str(self._ops),
            "REGPULSE_ALERTS_DOUBT": self._asked.doubt,
        }
        if made.discord:
            made.discord.has(*(Place(place.id) for place in (*self._places, self._ops)))
        for feed in ("one", "two"):
            made.has_feed(feed)
        async with made.opens() as running:
            for place in self._places:
                every = "hourly" if place in self._digests else "now"
                await running.store.subscribe(
                    Subscription(place, "everything", "tester", running.outbox.now(), every=every)
                )
        await made.turns()
        for _ in range(min(AT_FIRST, self._asked.stories)):
            self._press.publishes()
        if not self._asked.readable:
            server = made.slack or made.discord
            assert server  # noqa: S101  # one of the two was asked for
            server.forbids_history()

    async def kills(self, number: int) -> None:
        database, left = self._made.database, self._asked.kills - number
        news, more = self._news(number), self._more(number)
        if self._chance.random() < 0.5:
            ledger.hasten_digests(database)
        if number % OPERATORS == 0:
            ledger.tells_operators(database, f"A message after {number} kills")
        ledger.hasten_edits(database)
        before = in_doubt(database)
        point = self._plan.next(tuple(self._there(news=news, more=more)))
        self._arrange(point)
        first = self._first(left) if point.often or point is ANYWHERE else 0
        longer = first / A_SECOND
        seconds = self._chance.uniform(SOONEST, LONGEST + longer) if point is ANYWHERE else longer
        log = self._made.folder / "lives" / f"{number + 1:04}.log"
        life = await live(self._made, self._doors, point, first=first if point.often else 0, seconds=seconds, log=log)
        self._before = ledger.sent(database)
        self._learn(life, before)

    def _first(self, left: int) -> int:
        """How much a life sends before it is killed: one in three is such a one, and all is to be sent by the last."""
        share = min(MOST, 4 * ledger.waiting(self._made.database) // left)
        return self._chance.choice((0, share, share, self._chance.randint(0, 2 * share)))

    def _news(self, number: int) -> bool:
        """Whether there is a new story for this life."""
        told = len(self._press.told)
        due = min(self._asked.stories, int((number + 1) * self._asked.stories / (self._asked.kills * NEWS_LASTS)))
        for _ in range(told, due):
            self._press.publishes()
        return due > told

    def _more(self, number: int) -> bool:
        """Whether there is for this life what leads to edits: every third story is told by the other outlet later, and
        some are corrected once every channel has them."""
        press, before = self._press, len(self._press.again) + len(self._press.corrected)
        if len(press.told) > 3 * len(press.again) + 3:
            press.repeats(3 * len(press.again))
        if len(press.told) > CORRECTED * len(press.corrected) + 1:
            self._corrects()
        return len(press.again) + len(press.corrected) > before

    def _corrects(self) -> None:
        for number in self._press.told:
            if number not in self._press.corrected and (places := ledger.told_in(self._made.database, title(number))):
                self._press.corrects(number, places)
                return

    def _there(self, *, news: bool, more: bool) -> Iterator[Needs]:
        always: tuple[Needs, ...] = ("", "loss", "no backup")
        grown: tuple[Needs, ...] = ("grown",) if more else ()
        yield from always
        if news:
            yield "news"
        yield from dict.fromkeys((*ledger.needs_met(self._made.database), *grown))

    def _arrange(self, point: Point) -> None:
        server = self._made.slack or self._made.discord
        assert server  # noqa: S101  # one of the two was asked for
        match point.needs:
            case "no backup":
                shutil.rmtree(self._made.folder / "backups", ignore_errors=True)
            case "loss":
                server.stores_then_drops()
            case "outage":
                assert self._made.discord  # noqa: S101  # the points of Slack have none
                ledger.age_doubts(self._made.database, timedelta(minutes=10))
                self._made.discord.forgets_nonces()

    def _learn(self, life: Life, before: set[str]) -> None:
        """What this life settled belongs to the kills before it; what it leaves in doubt anew, to this one."""
        decided = life.deliveries(HELD, RESENT)
        for delivery in decided & self._last.keys():
            self._last[delivery].undecided.add(delivery)
        self._logged |= decided
        tried_again = life.deliveries(RESENT, "sending later")
        left = in_doubt(self._made.database) - (before - tried_again)
        kill = Kill(life.point.name, life.met, left, 2 if life.point.needs == "loss" else 1)
        self._kills.append(kill)
        self._last |= dict.fromkeys(kill.left, kill)
        self._wrong += [f"kill {len(self._kills)}: the log tells of a crash: {line}" for line in life.crashes]

    async def ends(self) -> None:
        """A last life that settles what is in doubt and is stopped in peace; then all the rest, without pauses."""
        for door in (self._doors.publisher, self._doors.platform):
            door.holds("", "before")
        ledger.hasten_doubts(self._made.database)
        before = in_doubt(self._made.database)
        life = await _last_life(self._made, before)
        self._logged |= life.deliveries(HELD, RESENT)
        for delivery in life.deliveries(HELD, RESENT) & self._last.keys():
            self._last[delivery].undecided.add(delivery)
        for _ in range(8):
            ledger.hasten_digests(self._made.database, 1)
            ledger.hasten_edits(self._made.database)
            await self._made.turns()
            if not ledger.still_open(self._made.database):
                return
        self._wrong.append(
            f"{ledger.still_open(self._made.database)} messages are still to be sent or edited at the end"
        )

    async def counted(self) -> Count:
        found = Received(self._made, self._press, self._places, self._digests, self._ops.id)
        found.keeps(self._made.folder / "received.json")
        times, told = found.times(), found.told(self._logged)
        lost, doubled = [key for key, number in times.items() if not number], [key for key in times if times[key] > 1]
        wanted, right, unedited = found.edits(held(self._made.database))
        wrong = [
            *self._wrong,
            *self._unexplained(found, lost, doubled, told),
            *await self._untold(told),
            *(f"published and never told: {one}" for one in found.unheard()),
            *unedited,
        ]
        return Count(
            tuple(self._kills),
            Counter(key[0] for key in times),
            Counter(found.kind_of(one) for kill in self._kills for one in kill.left),
            Counter(key[0] for key in lost),
            Counter(key[0] for key in doubled),
            frozenset(map(found.id_of, lost)),
            frozenset(map(found.id_of, doubled)),
            told,
            self._allowed(found, lost, doubled, told),
            (wanted, right),
            self._before,
            tuple(wrong),
        )

    def _unexplained(self, found: Received, lost: list[Key], doubled: list[Key], told: frozenset[str]) -> Iterator[str]:
        """Held ones may be missing and resent ones may be there twice, if the operator knows, and messages for operators
        may be there twice where nobody can tell: of nothing else is that so."""
        missing, twice = self._by_policy(found, told)
        yield from (f"lost: {key} ({one})" for key in lost if (one := found.id_of(key)) not in missing)
        for key in doubled:
            if (one := found.id_of(key)) not in twice and (key[0] != NOTICE or self._asked.readable):
                yield f"twice: {key} ({one})"
        for number, kill in enumerate(self._kills, 1):
            if len(kill.undecided) > kill.bound:
                yield f"kill {number} ({kill.point}) left {len(kill.undecided)} in doubt for good"
            if kill.undecided and self._asked.readable:
                yield f"kill {number} ({kill.point}) left a doubt for good though the history may be read"

    def _by_policy(self, found: Received, told: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
        """Deliveries that may be missing, and that may be there twice."""
        missing = found.with_carried(held(self._made.database) & told)
        return missing, told if self._asked.doubt == "resend" else frozenset()

    def _allowed(self, found: Received, lost: list[Key], doubled: list[Key], told: frozenset[str]) -> tuple[int, int]:
        missing, twice = self._by_policy(found, told)
        again = sum(found.id_of(key) in twice or (key[0] == NOTICE and not self._asked.readable) for key in doubled)
        return sum(found.id_of(key) in missing for key in lost), again

    async def _untold(self, told: frozenset[str]) -> Iterator[str]:
        kept = held(self._made.database)
        status = await self._made.says("status")
        found = [
            f"the operators' channel says nothing of {one}" for one in sorted(self._logged | kept) if one not in told
        ]
        found += [f"the log says nothing of {one}, which is held" for one in sorted(kept - self._logged)]
        number = ledger.told_as_held(self._made.database)
        if number and f"{number} held" not in status:
            found.append(f"status does not say that {number} are held:\n{status}")
        return iter(found)


def _places(platform: str, channels: int) -> Iterator[Channel]:
    for number in range(channels):
        yield (
            Channel("slack", SLACK.space, f"C{number:03}X")
            if platform == "slack"
            else Channel("discord", "100", f"{300 + number}")
        )


def _through(made: World, doors: Doors) -> dict[str, str]:
    found = {"REGPULSE_HTTP_ALLOW_PRIVATE": doors.publisher.address}
    if made.slack:
        return found | {"REGPULSE_SLACK_API_URL": f"http://{doors.platform.address}/api/"}
    assert made.discord  # noqa: S101  # the other of the two
    there, here = made.discord.address, doors.platform.address
    return found | {"REGPULSE_DISCORD_API_URL": made.discord.api_url.replace(there, here)}


async def _last_life(made: World, open_before: set[str]) -> Life:
    life = Life(Point("the end"))
    process = await starts(made, "run")
    assert process.stderr  # noqa: S101  # a pipe was asked for
    reading = asyncio.create_task(life.reads(process.stderr))
    try:
        async with asyncio.timeout(LAST_LIFE):
            while open_before & in_doubt(made.database):  # noqa: ASYNC110  # another process settles them
                await asyncio.sleep(0.2)
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.gather(process.wait(), reading)
    return life
