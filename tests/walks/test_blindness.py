"""Sixty days of sources that fall silent, shut us out, freeze, move and come back: what operators are told, in order."""

import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import dispatch, pipeline
from bot.commands import Desk
from bot.core import items
from bot.core.thresholds import Thresholds
from bot.dispatch import Outbox
from bot.model import (
    Article,
    Caller,
    Card,
    Channel,
    Delivery,
    Doubt,
    Failed,
    Feed,
    Fresh,
    Later,
    Memory,
    Outcome,
    Pace,
    Polled,
    Sent,
    Unchanged,
    Unread,
)
from bot.pipeline import Newsroom
from bot.pipeline.newsroom import Kept
from bot.store.sqlite import Sqlite
from bot.writers.extract import Extract
from tests.core.vocabulary import LIKENESS, SHIPPED
from tests.standins.desks import INDOORS
from tests.standins.feeds import Item, rss
from tests.walks.world import DISCORD, SLACK, world

START = datetime(2026, 9, 1, 8, tzinfo=UTC)
STEP = timedelta(hours=6)
OPS = Channel("slack", "T1", "C9")
PACE = Pace(per_second=1_000, channel_gap=timedelta(0))
CHALLENGE = b"<html><title>Just a moment...</title></html>"


def named(name: str) -> Feed:
    return Feed(id=name, url=f"https://www.{name}.example/feed", name=name.title(), poll_minutes=300)


@dataclass
class Press:
    """Publishers on a scripted calendar, each with a new item every day but where the script says otherwise."""

    now: datetime = START
    pauses: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Days on which it publishes nothing."""
    turmoil: list[tuple[str, float, float, Callable[[Feed, "Press"], Polled]]] = field(default_factory=list)
    """Days on which it answers otherwise."""

    @property
    def ahead(self) -> None:
        return None

    @property
    def day(self) -> float:
        return (self.now - START) / timedelta(days=1)

    def document(self, feed: Feed) -> bytes:
        first, last = self.pauses.get(feed.id, (999, 999))
        days = [day for day in range(-20, int(self.day) + 1) if not first <= day < last]
        items = [
            Item(f"Harbour minutes of day {day}", f"https://{feed.id}.example/{day}", published=START + timedelta(day))
            for day in reversed(days)
        ]
        return rss(feed.name, items[:15]).encode()

    async def poll(self, feed: Feed, memory: Memory) -> Polled:
        for name, first, last, answer in self.turmoil:
            if name == feed.id and first <= self.day < last:
                return answer(feed, self)
        digest = hashlib.sha256(body := self.document(feed)).hexdigest()
        return Unchanged(url=feed.url) if digest == memory.body_hash else fresh(body, feed.url)

    async def article(self, url: str) -> Article | Unread:
        return Unread("not there", "not there")

    async def ask_hub(self, hub: str, form: Mapping[str, str]) -> Failed | None:
        return Failed("not asked in these tests")


def fresh(body: bytes, url: str) -> Fresh:
    return Fresh(body, "application/rss+xml", hashlib.sha256(body).hexdigest(), url)


def refused(feed: Feed, press: Press) -> Polled:
    return Failed("answered 403 (it refuses us; is a contact set in [http]?)", cause="blocked")


def challenged(feed: Feed, press: Press) -> Polled:
    return fresh(CHALLENGE, feed.url)


def garbled(feed: Feed, press: Press) -> Polled:
    return fresh(b"%PDF-1.7", feed.url)


def down(feed: Feed, press: Press) -> Polled:
    return Failed("timed out after 20 s")


def redirected(feed: Feed, press: Press) -> Polled:
    return fresh(press.document(feed), "https://news.newowner.example/feed")


def parked(feed: Feed, press: Press) -> Polled:
    return fresh(b"<html>This domain is for sale</html>", "https://parking.example/")


def rebuilt(feed: Feed, press: Press) -> Polled:
    """The same items in other bytes each time."""
    return fresh(press.document(feed) + f"<!-- built {press.now} -->".encode(), feed.url)


@dataclass
class Desktop:
    """The operators' channel: what is posted there, and when."""

    heard = None
    traceable = None
    ahead = None

    press: Press
    answers: list[Outcome] = field(default_factory=list)
    """What the next sends come to; they are posted unless it is weather."""
    posted: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    name: str = OPS.platform
    pace: Pace = PACE
    down: str = ""

    async def connect(self) -> None: ...

    async def listen(self, desk: object) -> None: ...

    async def send(self, delivery: Delivery, card: Card) -> Outcome:
        outcome = self.answers.pop(0) if self.answers else Sent("1")
        assert delivery.channel == OPS
        if not isinstance(outcome, Later):
            self.ids.append(delivery.id)
            self.posted += [f"{self.press.now:%d %b %H:%M} {line}" for line in (card.title, *card.points, card.source)]
        return outcome

    async def edit(self, delivery: Delivery, card: Card) -> Outcome:
        raise AssertionError("notices are never edited")

    async def resolve(self, delivery: Delivery, card: Card) -> Outcome:
        return Sent("1") if delivery.id in self.ids else Later("was not posted", timedelta(0))

    async def close(self) -> None: ...


@dataclass
class Watch:
    """RegPulse over the press, the operators' channel, and the days between."""

    press: Press
    store: Sqlite
    room: Newsroom
    outbox: Outbox
    channel: Desktop

    async def lives(self, days: float) -> None:
        end = self.press.now + timedelta(days=days)
        while self.press.now < end:
            await pipeline.turn(self.room)
            await dispatch.inform(self.outbox)
            self.press.now += STEP

    async def says(self, line: str) -> str:
        async def no_brief(story: object) -> object:
            raise AssertionError

        desk = Desk(
            store=self.store,
            brief_now=no_brief,  # type: ignore[arg-type]
            vocabulary=SHIPPED,
            feeds=self.room.feeds,
            now=lambda: self.press.now,
            outside=INDOORS,
            max_age=self.room.max_age,
        )
        return (await desk.answer(line, Caller(OPS, "U1", rank="manager"))).text


@asynccontextmanager
async def watching(folder: Path, press: Press, *names: str) -> AsyncIterator[Watch]:
    store = await Sqlite.open(folder / "regpulse.db")
    channel = Desktop(press)
    room = Newsroom(
        store=store,
        web=press,
        writer=Extract(SHIPPED),
        vocabulary=SHIPPED,
        detector=None,
        likeness=LIKENESS,
        thresholds=Thresholds(),
        feeds=tuple(named(name) for name in names),
        now=lambda: press.now,
        max_age=timedelta(days=3),
    )
    outbox = Outbox(store, {OPS.platform: channel}, SHIPPED, lambda: press.now, "hold", OPS)
    try:
        yield Watch(press, store, room, outbox, channel)
    finally:
        await store.close()


def headlines(posted: Sequence[str]) -> list[str]:
    """Without the remedies and addresses, which another test reads."""
    return [line.partition(". ")[0] for line in posted if "sources healthy" not in line]


async def test_sixty_days_of_trouble_are_told_once_each_and_in_order(tmp_path: Path) -> None:
    press = Press(pauses={"quiet": (10, 30), "frozen": (15, 35)})
    press.turmoil = [
        ("walled", 5, 20, refused),
        ("hiccup", 7, 7.2, down),
        ("frozen", 15, 35, rebuilt),
        ("mover", 25, 45, redirected),
        ("lapsed", 38, 44, parked),
        ("guarded", 40, 99, challenged),
        ("garbled", 50, 52, garbled),
    ]
    names = ("steady", "quiet", "walled", "hiccup", "frozen", "mover", "lapsed", "guarded", "garbled")
    async with watching(tmp_path, press, *names) as watch:
        await watch.lives(60)
        print(*watch.channel.posted, sep="\n")  # for whoever wants to read them: pytest -s
        assert headlines(watch.channel.posted) == [
            "06 Sep 14:00 1 source in trouble",
            "06 Sep 14:00 Walled (walled) blocks us since 6 Sep 2026: answered 403 (it refuses us; is a contact set in [http]?)",
            "14 Sep 14:00 1 source in trouble",
            "14 Sep 14:00 Quiet (quiet) is silent since 10 Sep 2026: nothing new for more than 4 days, which is unusual for it",
            "19 Sep 14:00 1 source in trouble",
            "19 Sep 14:00 Frozen (frozen) is frozen since 15 Sep 2026: it is served anew, and its newest item is still of "
            "15 Sep 2026",
            "21 Sep 14:00 1 source out of trouble",
            "21 Sep 14:00 Walled (walled) is heard again",
            "26 Sep 14:00 1 source in trouble",
            "26 Sep 14:00 Mover (mover) is at another site since 26 Sep 2026: mover.example redirects to newowner.example",
            "01 Oct 08:00 1 source out of trouble",
            "01 Oct 08:00 Quiet (quiet) is heard again",
            "06 Oct 08:00 1 source out of trouble",
            "06 Oct 08:00 Frozen (frozen) is heard again",
            "09 Oct 14:00 1 source in trouble",
            "09 Oct 14:00 Lapsed (lapsed) serves no feed since 9 Oct 2026: answered with a web page (HTML) instead of a feed, "
            "at parking.example, to which lapsed.example redirects",
            "11 Oct 14:00 1 source in trouble",
            "11 Oct 14:00 Guarded (guarded) blocks us since 11 Oct 2026: answered with a bot challenge page instead of a feed "
            "(blocked)",
            "15 Oct 14:00 1 source out of trouble",
            "15 Oct 14:00 Lapsed (lapsed) is heard again",
            "16 Oct 08:00 1 source out of trouble",
            "16 Oct 08:00 Mover (mover) is no longer at another site.",
            "21 Oct 14:00 1 source in trouble",
            "21 Oct 14:00 Garbled (garbled) serves no feed since 21 Oct 2026: answered with a PDF instead of a feed",
            "23 Oct 14:00 1 source out of trouble",
            "23 Oct 14:00 Garbled (garbled) is heard again",
        ]
        assert watch.channel.posted[-1].endswith("8 of 9 sources healthy; blind: Guarded (blocked since 11 Oct 2026).")
        assert len(set(watch.channel.ids)) == len(watch.channel.ids)


async def test_the_same_is_known_of_a_source_whether_its_items_were_cut_or_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(*_: object) -> items.Cut:
        raise items.Unusual

    async def known(folder: Path) -> list[Memory]:
        press = Press(pauses={"quiet": (4, 20), "frozen": (4, 20)})
        press.turmoil = [("frozen", 4, 20, rebuilt), ("mover", 6, 9, redirected), ("lapsed", 8, 10, parked)]
        found: list[Memory] = []
        async with watching(folder, press, "steady", "quiet", "frozen", "mover", "lapsed") as watch:
            for _ in range(12):
                await watch.lives(2)
                memories = await watch.store.memories()
                found += [memories[feed.id] for feed in watch.room.feeds]
        return found

    for folder in (tmp_path / "cut", tmp_path / "whole"):
        folder.mkdir()
    cut = await known(tmp_path / "cut")
    monkeypatch.setattr(items, "cut", whole)
    assert [replace(memory, items=b"") for memory in cut] == await known(tmp_path / "whole")
    assert all(memory.items for memory in cut)


async def test_what_is_told_is_also_shown_by_sources_and_status(tmp_path: Path) -> None:
    press = Press(turmoil=[("walled", 5, 99, refused)])
    async with watching(tmp_path, press, "steady", "walled") as watch:
        await watch.lives(7)
        shown = (await watch.says("sources")).splitlines()
        assert shown[0] == "1 of 2 sources healthy; blind: Walled (blocked since 6 Sep 2026)."
        assert shown[1].startswith("✗ walled (Walled) blocks us since 6 Sep 2026: answered 403 (")
        assert shown[2].startswith("✓ steady (Steady): last heard ")
        status = await watch.says("status")
        assert "• 1 of 2 sources healthy; blind: Walled (blocked since 6 Sep 2026)" in status


async def test_many_at_once_are_one_message(tmp_path: Path) -> None:
    names = tuple(f"paper{n}" for n in range(30))
    press = Press(turmoil=[(name, 2, 4, down) for name in names])
    async with watching(tmp_path, press, *names) as watch:
        await watch.lives(6)
        titles = [line for line in watch.channel.posted if "trouble" in line]
        assert [title.partition(" 08:00 ")[2] or title.partition(" 14:00 ")[2] for title in titles] == [
            "30 sources in trouble",
            "30 sources out of trouble",
        ]
        assert sum("… and 10 more: sources" in line for line in watch.channel.posted) == 2


async def test_a_notice_that_met_weather_or_doubt_is_posted_once_all_the_same(tmp_path: Path) -> None:
    press = Press(turmoil=[("walled", 5, 99, refused)])
    async with watching(tmp_path, press, "walled") as watch:
        watch.channel.answers = [Later("down"), Doubt("the connection broke while posting")]
        await watch.lives(8)
        assert len(watch.channel.ids) == 1


async def test_a_notice_that_was_posted_just_before_a_crash_is_not_posted_again(tmp_path: Path) -> None:
    press = Press(turmoil=[("walled", 5, 99, refused)])
    async with watching(tmp_path, press, "walled") as watch:
        settle = watch.store.settle_notice
        watch.store.settle_notice = _crash  # type: ignore[method-assign]
        with pytest.raises(PowerCut):
            await watch.lives(9)
        assert len(watch.channel.ids) == 1
        watch.store.settle_notice = settle  # type: ignore[method-assign]
        await watch.lives(3)
        assert len(watch.channel.ids) == 1
        assert await watch.store.claim_notice(press.now, since=START, lease=timedelta(minutes=3)) is None


class PowerCut(Exception):
    """The process ends here."""


async def _crash(*args: object, **named: object) -> None:
    raise PowerCut


async def test_a_source_that_went_blind_as_the_process_ended_is_told_by_the_next_though_its_first_turn_fails(
    tmp_path: Path,
) -> None:
    press = Press(turmoil=[("walled", 5, 99, refused)])
    async with watching(tmp_path, press, "walled") as watch:
        noted, remembered = watch.store.watch, watch.store.memories
        watch.store.watch = _crash  # type: ignore[method-assign]
        with pytest.raises(PowerCut):
            await watch.lives(9)
        watch.store.watch = noted  # type: ignore[method-assign]
        watch.room = replace(watch.room, kept=Kept())
        watch.store.memories = _crash  # type: ignore[assignment]
        with pytest.raises(PowerCut):
            await pipeline.turn(watch.room)
        watch.store.memories = remembered  # type: ignore[method-assign]
        await pipeline.turn(watch.room)
        await dispatch.inform(watch.outbox)
        assert len(watch.channel.ids) == 1


async def test_without_a_channel_for_operators_nothing_is_posted_then_or_when_one_is_named_much_later(
    tmp_path: Path,
) -> None:
    press = Press(turmoil=[("walled", 5, 99, refused)])
    async with watching(tmp_path, press, "walled") as watch:
        watch.outbox = Outbox(watch.store, {OPS.platform: watch.channel}, SHIPPED, lambda: press.now, "hold")
        await watch.lives(12)
        watch.outbox = Outbox(watch.store, {OPS.platform: watch.channel}, SHIPPED, lambda: press.now, "hold", OPS)
        await watch.lives(2)
        assert watch.channel.posted == []
        assert "blind: Walled" in await watch.says("status")


@pytest.mark.parametrize("platform", ["slack", "discord"])
async def test_a_notice_whose_answer_was_lost_is_found_in_the_channel_rather_than_posted_again(
    tmp_path: Path, platform: str
) -> None:
    place = {"slack": SLACK, "discord": DISCORD}[platform]
    async with world(tmp_path, slack=platform == "slack", discord=platform == "discord") as made:
        made.environment["REGPULSE_OPS_CHANNEL"] = str(place)
        made.has_feed("one")
        far_side = made.slack or made.discord
        assert far_side
        async with made.opens() as running:
            for speaker in running.platforms:
                await speaker.connect()
                running.speaking[speaker.name] = speaker
            now = datetime.now(UTC)
            outbox = replace(running.outbox, now=lambda: now)
            text = ("1 source in trouble", "The Herald (herald) blocks us", "1 of 2 sources healthy.")
            await running.store.watch({}, text, now - timedelta(minutes=10))
            now -= timedelta(minutes=10)
            far_side.stores_then_drops()
            assert await dispatch.inform(outbox) == 0
            now += timedelta(minutes=10)
            assert await dispatch.inform(outbox) == 1
            assert await dispatch.inform(outbox) == 0
        (message,) = far_side.channel(place.id).messages
        assert "1 source in trouble" in str(message)
