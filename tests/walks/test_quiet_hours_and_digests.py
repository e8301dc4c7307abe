"""Quiet hours, digests and changes of them, at a stand-in's channel, the clock ours: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot import app, dispatch
from bot.app import App
from bot.model import Alert, Caller, Channel, Correction, Reply, Subscription
from tests.edges.stored import brief_of, entry, filed, judged
from tests.walks.world import DISCORD, SLACK, World, world

PLATFORMS = pytest.mark.parametrize("platform", ["slack", "discord"])
CHANNELS = {"slack": SLACK, "discord": DISCORD}
LOW, HIGH = 10, 90
HOUR = timedelta(hours=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOON = utc("2026-11-26 12:00")


@dataclass
class Days:
    """A RegPulse whose clock we turn, started anew as often as one likes on one file."""

    made: World
    platform: str
    now: datetime = NOON
    stories: int = 0
    subscriptions: tuple[int, ...] = ()

    @property
    def channel(self) -> Channel:
        return CHANNELS[self.platform]

    @asynccontextmanager
    async def opens(self) -> AsyncIterator[App]:
        async with app.assembled(
            self.made.config(), self.made.platforms(), alone=True, now=lambda: self.now
        ) as running:
            for platform in running.platforms:
                await platform.connect()
                running.speaking[platform.name] = platform
            yield running

    async def begins(self, *every: str, **settings: str) -> None:
        async with self.opens() as running:
            for number, cadence in enumerate(every or ("now",)):
                one = Subscription(self.channel, f"words{number}", "U1", self.now, every=cadence)
                self.subscriptions += ((await running.store.subscribe(one)).id,)
            for name, value in settings.items():
                await running.store.set(self.channel, name, value)

    async def hears(self, *importance: int, by: tuple[int, ...] = (0,)) -> None:
        """Stories of this importance come in, which these of the subscriptions ask for."""
        wanted = tuple(self.subscriptions[number] for number in by)
        async with self.opens() as running:
            for points in importance:
                self.stories += 1
                one = entry(str(self.stories), feed=f"paper{self.stories}", title=f"Act {self.stories:02} passes")
                story = await filed(running.store, judged(one))
                alert = Alert(self.channel, ("acts",), subscriptions=wanted)
                await running.store.publish(brief_of(story), (alert,), self.now, importance=points)

    async def until(self, moment: str, *, step: timedelta = HOUR / 2) -> None:
        """The clock goes on, and RegPulse runs all the while, started anew each time."""
        while self.now < utc(moment):
            self.now = min(self.now + step, utc(moment))
            await self.flushes()

    async def flushes(self) -> None:
        async with self.opens() as running:
            await dispatch.flush(running.outbox)
            await dispatch.retell(running.outbox)

    async def says(self, line: str, name: str = "Ada") -> Reply:
        async with self.opens() as running:
            return await running.desk.answer(line, Caller(self.channel, "U1", "manager", name=name))

    @property
    def messages(self) -> list[str]:
        """What a person reads in the channel itself."""
        if self.made.slack:
            return [str(one) for one in self.made.slack.channel("C1").messages if not one.thread_ts]
        assert self.made.discord
        return [str(one) for one in self.made.discord.channel("200").messages]

    @property
    def told(self) -> Counter[str]:
        """How often each act is told: by an alert, in Slack also one in a digest's thread; elsewhere by a digest's line."""
        if self.made.slack:
            texts = [str(one) for one in self.made.slack.channel("C1").messages if "igest, " not in str(one)
                     and "After quiet hours" not in str(one)]  # fmt: skip
        else:
            texts = self.messages
        return Counter(act for text in texts for n in range(1, self.stories + 1) if (act := f"Act {n:02}") in text)

    @property
    def everything_once(self) -> bool:
        return self.told == Counter({f"Act {n:02}": 1 for n in range(1, self.stories + 1)})


@asynccontextmanager
async def days(folder: Path, platform: str) -> AsyncIterator[Days]:
    async with world(folder, slack=platform == "slack", discord=platform == "discord") as made:
        made.has_feed("one")
        yield Days(made, platform)
        far = made.slack or made.discord
        assert far
        assert far.faults == []


@PLATFORMS
async def test_what_comes_by_night_is_told_in_the_morning_as_one_message(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins(timezone="Europe/Berlin", quiet="20:00-07:00")
        await made.hears(LOW)
        await made.flushes()
        assert len(made.messages) == 1
        await made.until("2026-11-26 22:30")
        await made.hears(LOW, LOW)
        await made.until("2026-11-27 00:30")
        await made.hears(LOW, LOW)
        await made.until("2026-11-27 05:59")
        assert len(made.messages) == 1
        await made.until("2026-11-27 06:00")
        assert len(made.messages) == 2
        assert "After quiet hours, 27 November: 4 stories" in made.messages[1]
        await made.until("2026-11-28 12:00", step=6 * HOUR)
        assert made.everything_once
        assert len(made.messages) == 2


@PLATFORMS
async def test_a_quiet_channel_is_not_sent_an_empty_digest_nor_one_of_two(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00")
        await made.until("2026-11-28 12:00", step=3 * HOUR)
        assert made.messages == []
        await made.hears(LOW, HIGH)
        await made.until("2026-11-29 12:00", step=3 * HOUR)
        assert len(made.messages) == 2
        assert made.everything_once


@PLATFORMS
@pytest.mark.parametrize(
    ("zone", "begins", "night", "morning"),
    [
        ("Europe/Berlin", "2026-03-28 12:00", "2026-03-29 00:30", "2026-03-29 05:00"),
        ("Europe/Berlin", "2026-10-24 12:00", "2026-10-25 01:30", "2026-10-25 06:00"),
        ("America/New_York", "2026-03-07 18:00", "2026-03-08 06:30", "2026-03-08 11:00"),
        ("America/New_York", "2026-10-31 18:00", "2026-11-01 06:30", "2026-11-01 12:00"),
        ("Australia/Sydney", "2026-04-04 02:00", "2026-04-04 15:30", "2026-04-04 21:00"),
        ("Australia/Sydney", "2026-10-03 02:00", "2026-10-03 15:30", "2026-10-03 20:00"),
    ],
)
async def test_the_night_of_a_change_of_the_clocks_ends_at_seven_there(
    tmp_path: Path, platform: str, zone: str, begins: str, night: str, morning: str
) -> None:
    async with days(tmp_path, platform) as made:
        made.now = utc(begins)
        await made.begins("now", "daily 07:00", timezone=zone, quiet="20:00-07:00")
        await made.until(night, step=2 * HOUR)
        await made.hears(LOW, LOW, by=(0,))
        await made.hears(LOW, by=(1,))
        made.now = utc(morning) - timedelta(seconds=1)
        await made.flushes()
        assert made.messages == []
        await made.until(morning)
        assert len(made.messages) == 1
        await made.until(f"{utc(morning) + 26 * HOUR:%Y-%m-%d %H:%M}", step=2 * HOUR)
        assert made.everything_once
        assert len(made.messages) == 1


@PLATFORMS
async def test_a_daily_digest_comes_once_in_the_hour_that_comes_twice(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        made.now = utc("2026-10-24 12:00")
        await made.begins("daily 02:30", timezone="Europe/Berlin")
        await made.hears(LOW, LOW, LOW)
        await made.until("2026-10-25 00:30")
        assert len(made.messages) == 1
        await made.hears(LOW, LOW, LOW)
        await made.until("2026-10-25 12:00")
        assert len(made.messages) == 1
        await made.until("2026-10-26 02:00")
        assert len(made.messages) == 2
        assert made.everything_once


@PLATFORMS
async def test_equal_bounds_are_no_quiet_hours_and_the_answer_says_so(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins(quiet="20:00-07:00")
        reply = await made.says("settings quiet 09:00-09:00")
        assert "09:00-09:00 spans no time" in reply.text
        assert "Quiet hours: none" in reply.text
        await made.until("2026-11-26 23:00", step=11 * HOUR)
        await made.hears(LOW)
        await made.flushes()
        assert made.everything_once


@PLATFORMS
async def test_a_change_of_the_time_zone_moves_what_waits_and_loses_none(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00")
        await made.hears(LOW, LOW, LOW)
        reply = await made.says("settings timezone tokyo")
        assert "Asia/Tokyo" in reply.text
        assert reply.text.startswith("Ada changed the settings of this channel.")
        assert not reply.private
        assert [button.line for button in reply.buttons] == ["settings timezone UTC"]
        await made.until("2026-11-26 23:59")
        assert made.messages == []
        await made.until("2026-11-27 00:00")
        assert "Daily digest, 27 November: 3 stories" in made.messages[0]
        await made.says("settings timezone America/New_York")
        await made.hears(LOW, LOW, LOW)
        await made.until("2026-11-27 14:00")
        assert len(made.messages) == 2
        await made.says("settings timezone UTC")
        await made.until("2026-11-29 12:00", step=3 * HOUR)
        assert made.everything_once
        assert len(made.messages) == 2


@PLATFORMS
async def test_quiet_hours_taken_back_let_go_at_once_what_they_held(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins(quiet="11:00-13:00")
        await made.hears(LOW)
        await made.flushes()
        assert made.messages == []
        await made.says("settings quiet off")
        await made.flushes()
        assert made.everything_once


@PLATFORMS
async def test_what_was_gathered_only_for_a_subscription_goes_with_it(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00", "weekly mon 09:00")
        await made.hears(LOW, by=(0,))
        await made.hears(LOW, by=(0, 1))
        await made.says(f"unsubscribe {made.subscriptions[0]}")
        await made.until("2026-11-30 08:59", step=6 * HOUR)
        assert made.messages == []
        await made.until("2026-11-30 09:00")
        assert made.told == Counter({"Act 02": 1})


@PLATFORMS
async def test_undo_of_stopping_brings_back_the_number_and_what_waited(tmp_path: Path, platform: str) -> None:
    """Also when RegPulse has worked meanwhile and a slot has gone by."""
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00", "weekly mon 09:00")
        await made.hears(LOW, LOW, by=(0,))
        await made.hears(LOW, by=(0, 1))
        first = made.subscriptions[0]
        stopped = await made.says(f"unsubscribe {first}")
        await made.flushes()
        await made.until("2026-11-27 12:00", step=6 * HOUR)
        assert made.messages == []
        undo = next(button.line for button in stopped.buttons if button.label == "Undo")
        back = await made.says(undo)
        assert back.text.startswith(f"Ada subscribed this channel again, as number {first}: ")
        assert "What waited for it comes after all: 3 stories." in back.text
        assert "Already subscribed" in (await made.says(undo)).text
        await made.until("2026-11-28 08:59", step=6 * HOUR)
        assert made.messages == []
        await made.until("2026-11-28 09:00")
        assert made.everything_once
        await made.until("2026-11-30 09:30", step=6 * HOUR)
        assert made.everything_once


@PLATFORMS
async def test_three_alerts_a_week_break_through_and_are_counted_across_restarts(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins(quiet="00:00-23:00", budget="2")
        for _ in range(3):
            await made.hears(HIGH)
            await made.flushes()
        assert len(made.messages) == 2
        assert "broke through quiet hours (2 of 2 this week)" in (await made.says("why 2")).text
        assert "used up" in (await made.says("why 3")).text
        await made.until("2026-11-26 23:00", step=11 * HOUR)
        assert len(made.messages) == 3
        await made.until("2026-11-30 00:00", step=12 * HOUR)
        await made.hears(HIGH)
        await made.flushes()
        assert made.everything_once


@PLATFORMS
async def test_what_an_outage_kept_until_the_night_waits_for_the_morning(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("now", "daily 18:00", quiet="20:00-07:00")
        await made.hears(LOW, LOW, by=(0,))
        await made.hears(LOW, by=(1,))
        made.now = utc("2026-11-26 23:00")  # nobody was there since noon
        await made.flushes()
        assert made.messages == []
        assert "held by quiet hours until Fri 27 Nov, 07:00 (UTC)" in (await made.says("why 1")).text
        await made.until("2026-11-27 07:00", step=2 * HOUR)
        assert len(made.messages) == 1
        assert made.everything_once


@PLATFORMS
async def test_a_digest_that_meets_weather_is_sent_whole_and_once(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00")
        await made.hears(LOW, HIGH, LOW, LOW)
        far = made.made.slack or made.made.discord
        assert far
        far.fails(503, times=1)
        await made.until("2026-11-27 12:00")
        assert made.everything_once
        assert len(made.messages) == 1
        assert made.messages[0].index("Act 02") < made.messages[0].index("Act 01")


async def test_in_slack_a_digest_is_one_message_with_its_stories_in_the_thread(tmp_path: Path) -> None:
    async with days(tmp_path, "slack") as made:
        await made.begins("daily 09:00")
        await made.hears(LOW, LOW, LOW)
        await made.until("2026-11-27 09:00", step=21 * HOUR)
        assert made.made.slack
        digest, *stories = made.made.slack.channel("C1").messages
        assert not digest.thread_ts
        assert [one.thread_ts for one in stories] == [digest.ts] * 3
        assert "Sent here 27 Nov 2026" in (text := (await made.says("why 2")).text)
        assert "in a digest" in text


@PLATFORMS
async def test_a_story_corrected_while_it_waits_is_told_as_corrected(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00")
        await made.hears(LOW, LOW, LOW)
        await corrects(made, 1)
        await made.until("2026-11-27 09:00", step=21 * HOUR)
        assert "Corrected: Act 01" in made.messages[0]
        assert made.everything_once


@PLATFORMS
async def test_a_correction_of_what_a_digest_told_edits_it_and_stands_under_it(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins("daily 09:00")
        await made.hears(LOW, LOW, LOW)
        await made.until("2026-11-27 09:00", step=21 * HOUR)
        await corrects(made, 1)
        await made.flushes()
        assert "Corrected: Act 01" in made.messages[0]
        if made.made.slack:
            digest, *_, note = made.made.slack.channel("C1").messages
            assert note.thread_ts == digest.ts
        else:
            assert "What the message above said" in made.messages[-1]


async def corrects(made: Days, number: int) -> None:
    """Its publisher corrects this story."""
    async with made.opens() as running:
        brief = await running.store.brief(number)
        assert brief
        seen = Correction(brief.dek[0].evidence[0].entry, "Gazette", False, "May", "June", made.now)
        told = replace(brief, corrections=(seen,))
        await running.store.correct(seen, told, "digest", made.now)


@PLATFORMS
async def test_where_updates_are_off_later_reports_edit_nothing(tmp_path: Path, platform: str) -> None:
    async with days(tmp_path, platform) as made:
        await made.begins(updates="off")
        await made.hears(LOW)
        await made.flushes()
        far = made.made.slack or made.made.discord
        assert far
        async with made.opens() as running:
            brief = await running.store.brief(1)
            assert brief
            await running.store.revise(brief, made.now, repost=True, why="+1 outlets", growth=True)
        await made.flushes()
        assert far.channel(made.channel.id).messages[0].edits == 0
        await made.says("settings updates on")
        async with made.opens() as running:
            await running.store.revise(brief, made.now, repost=True, why="+1 outlets", growth=True)
        await made.flushes()
        assert far.channel(made.channel.id).messages[0].edits == 1


@PLATFORMS
async def test_a_weekly_digest_outlives_a_machine_that_comes_up_with_a_clock_a_month_ahead(
    tmp_path: Path, platform: str
) -> None:
    """For a minute, and restarted in it: all that would be too old by then waits again, and `why` says so."""
    async with days(tmp_path, platform) as made:
        await made.begins("weekly mon 09:00")
        await made.hears(LOW, LOW, LOW)
        right = made.now
        made.now += timedelta(days=30)
        async with made.opens() as running:
            await running.store.configured([platform], made.now)
            await dispatch.flush(running.outbox)
            made.now = right + timedelta(minutes=2)
            await running.store.note_turn(made.now)
        assert made.messages == []
        assert "waiting for the weekly" in (await made.says("why 1")).text
        await made.until("2026-11-30 08:30", step=12 * HOUR)
        assert made.messages == []
        await made.until("2026-11-30 09:00")
        assert len(made.messages) == 1
        assert made.everything_once
