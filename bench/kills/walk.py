"""One world in which the program is killed as often as asked, and what was counted at the end."""

import asyncio
import shutil
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Literal

from bench.kills.counting import (
    Count,
    Delivered,
    Kill,
    age_doubts,
    hasten_doubts,
    held,
    in_doubt,
    needs_met,
    still_open,
)
from bench.kills.lives import Doors, Life, live
from bench.kills.news import Press
from bench.kills.points import ANYWHERE, Needs, Plan, Point, points
from bot.model import Channel
from tests.standins.gate import Gate
from tests.walks.test_cli import starts
from tests.walks.world import SLACK, World, world

HELD, RESENT = "doubt held by policy: look at the channel", "doubt resolved by policy: sending again"
AT_FIRST = 2
"""Stories that are told already when the first life begins."""

SOONEST, LONGEST = -1.5, 3.0
"""Seconds after its start, in which a life ends that ends at no labelled point; before it, of its starting."""

LAST_LIFE = 180.0
"""Seconds in which what is in doubt at the end must be settled."""


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
        for number in range(asked.kills):
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
        self._ops = Channel("slack", SLACK.space, "COPS") if made.slack else Channel("discord", "100", "299")
        self._kills: list[Kill] = []
        self._last: dict[str, Kill] = {}
        """By delivery, the kill that last left it in doubt."""
        self._logged: set[str] = set()
        """Deliveries of which the log says that policy decided."""
        self._wrong: list[str] = []
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
        for feed in ("one", "two"):
            made.has_feed(feed)
        for place in self._places:
            await made.subscribes(place)
        await made.turns()
        for _ in range(min(AT_FIRST, self._asked.stories)):
            self._press.publishes()
        if not self._asked.readable:
            server = made.slack or made.discord
            assert server  # noqa: S101  # one of the two was asked for
            server.forbids_history()

    async def kills(self, number: int) -> None:
        news = self._news(number)
        before = in_doubt(self._made.database)
        point = self._plan.next(tuple(self._there(news=news)))
        self._arrange(point)
        log = self._made.folder / "lives" / f"{number + 1:04}.log"
        first, seconds = (
            self._chance.choice((0, 0, 1, 3)),
            self._chance.uniform(SOONEST, LONGEST) if point is ANYWHERE else 0.0,
        )
        life = await live(self._made, self._doors, point, first=first if point.often else 0, seconds=seconds, log=log)
        self._learn(life, before)

    def _news(self, number: int) -> bool:
        """Whether there is a new story for this life; every third is told by the other outlet later."""
        told, due = len(self._press.told), (number + 1) * self._asked.stories // self._asked.kills
        for _ in range(told, due):
            self._press.publishes()
        if due > told > 3 and told % 3 == 0:
            self._press.repeats(told - 3)
        return due > told

    def _there(self, *, news: bool) -> Iterator[Needs]:
        yield from ("", "loss", "no backup")
        if news:
            yield "news"
        yield from needs_met(self._made.database)

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
                age_doubts(self._made.database, timedelta(minutes=10))
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
        hasten_doubts(self._made.database)
        before = in_doubt(self._made.database)
        life = await _last_life(self._made, before)
        self._logged |= life.deliveries(HELD, RESENT)
        for delivery in life.deliveries(HELD, RESENT) & self._last.keys():
            self._last[delivery].undecided.add(delivery)
        for _ in range(5):
            await self._made.turns()
            if not still_open(self._made.database):
                return
        self._wrong.append(f"{still_open(self._made.database)} deliveries and notices are still open at the end")

    async def counted(self) -> Count:
        found = Delivered(self._made, self._places, tuple(self._press.told), tuple(self._press.again))
        times, ids = found.times(), found.ids()
        lost = frozenset(ids.get(key, f"{key[0]}: {key[1]}") for key, number in times.items() if not number)
        doubled = frozenset(ids.get(key, f"{key[0]}: {key[1]}") for key, number in times.items() if number > 1)
        said, keys = found.ops(self._ops.id), {delivery: key for key, delivery in ids.items()}
        told = frozenset(one for one in self._logged if one in keys and all(part in said for part in keys[one]))
        wrong = [*self._wrong, *self._unexplained(lost, doubled, told), *await self._untold(told)]
        wrong += [f"published and never told: {one}" for one in found.unheard()]
        found.keeps(self._made.folder / "received.json")
        if unedited := found.unedited():
            wrong.append(f"{unedited} messages do not tell of their second report")
        return Count(tuple(self._kills), len(times), lost, doubled, told, tuple(wrong))

    def _unexplained(self, lost: frozenset[str], doubled: frozenset[str], told: frozenset[str]) -> Iterator[str]:
        """Held ones may be missing and resent ones may be there twice, if the operator knows: of nothing else is that so."""
        excused = held(self._made.database) & told
        yield from (f"lost: {one}" for one in sorted(lost - excused))
        yield from (f"twice: {one}" for one in sorted(doubled - told if self._asked.doubt == "resend" else doubled))
        for number, one in enumerate(self._kills, 1):
            if len(one.undecided) > one.bound:
                yield f"kill {number} ({one.point}) left {len(one.undecided)} in doubt for good"
            if one.undecided and self._asked.readable:
                yield f"kill {number} ({one.point}) left a doubt for good though the history may be read"

    async def _untold(self, told: frozenset[str]) -> Iterator[str]:
        kept = held(self._made.database)
        status = await self._made.says("status")
        found = [
            f"the operators' channel says nothing of {one}" for one in sorted(self._logged | kept) if one not in told
        ]
        found += [f"the log says nothing of {one}, which is held" for one in sorted(kept - self._logged)]
        if kept and f"{len(kept)} held" not in status:
            found.append(f"status does not say that {len(kept)} are held:\n{status}")
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
    async with asyncio.timeout(LAST_LIFE):
        while open_before & in_doubt(made.database):  # noqa: ASYNC110  # another process settles them
            await asyncio.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    await asyncio.gather(process.wait(), reading)
    return life
