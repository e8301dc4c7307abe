"""core.timing: slots and quiet hours across both changes of the clocks, and the one decision when an alert goes."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core import timing, zones
from bot.core.timing import Cadence, Quiet, Settings
from bot.errors import UserError
from bot.model import Channel, Subscription

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SANTIAGO = ZoneInfo("America/Santiago")
MINUTE = timedelta(minutes=1)
# Over the changes of the clocks of both hemispheres.
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
CLOCKS = st.times().map(lambda at: at.replace(second=0, microsecond=0))
CADENCES = st.builds(Cadence, st.sampled_from(("hourly", "daily", "weekly")), CLOCKS, st.integers(0, 6))
QUIETS = st.builds(Quiet, CLOCKS, CLOCKS).filter(lambda quiet: quiet.start != quiet.end)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Cadences


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("now", "now"),
        ("Hourly", "hourly"),
        ("daily", "daily 09:00"),
        ("daily 9:00", "daily 09:00"),
        ("daily@8pm", "daily 20:00"),
        ("daily-7.30", "daily 07:30"),
        ("every day at 9", "daily 09:00"),
        ("17:45", "daily 17:45"),
        ("weekly", "weekly mon 09:00"),
        ("weekly Monday 09:00", "weekly mon 09:00"),
        ("weekly-fri@17:30", "weekly fri 17:30"),
        ("thursdays", "weekly thu 09:00"),
    ],
)
def test_a_cadence_is_read_as_people_type_it(typed: str, printed: str) -> None:
    assert str(timing.cadence(typed)) == printed


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "monthly",
        "daily monday",
        "daily 25:00",
        "weekly 9:75",
        "13pm",
        "weekly mo",
        "@",
        "²",
        "daily ٩:٠٠",
        "mon ９",
        "⑨h",
    ],
)
def test_what_is_no_cadence_is_answered_with_what_to_say(typed: str) -> None:
    with pytest.raises(UserError, match="Say one"):
        timing.cadence(typed)


@given(CADENCES)
def test_a_cadence_reads_itself_as_printed(cadence: Cadence) -> None:
    assert str(timing.cadence(str(cadence))) == str(cadence)


@given(CADENCES, MOMENTS, st.sampled_from(ZONES))
def test_the_next_slot_is_after_now_and_no_other_lies_between(cadence: Cadence, now: datetime, zone: str) -> None:
    there = ZoneInfo(zone)
    slot = cadence.after(now, there)
    assert slot > now
    assert cadence.after(slot - timedelta(microseconds=1), there) == slot
    assert cadence.after(now + (slot - now) / 2, there) == slot
    longest = {"hourly": 1, "daily": 25, "weekly": 7 * 24 + 1}
    assert slot - now <= timedelta(hours=longest[cadence.every]) + timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "at", "before", "slot", "next_slot"),
    [
        (BERLIN, "02:30", "2026-03-28 12:00", "2026-03-29 01:00", "2026-03-30 00:30"),
        (NEW_YORK, "02:30", "2026-03-07 12:00", "2026-03-08 07:00", "2026-03-09 06:30"),
        # Midnight itself does not exist on the day Chile goes to summer time.
        (SANTIAGO, "00:00", "2026-09-05 12:00", "2026-09-06 04:00", "2026-09-07 03:00"),
    ],
)
def test_a_slot_the_clocks_skip_happens_at_the_first_moment_after(
    zone: ZoneInfo, at: str, before: str, slot: str, next_slot: str
) -> None:
    daily = Cadence("daily", time.fromisoformat(at))
    assert daily.after(utc(before), zone) == utc(slot)
    assert daily.after(utc(slot), zone) == utc(next_slot)


@pytest.mark.parametrize(
    ("zone", "at", "before", "slot", "next_slot"),
    [
        (BERLIN, "02:30", "2026-10-24 12:00", "2026-10-25 00:30", "2026-10-26 01:30"),
        (NEW_YORK, "01:30", "2026-10-31 12:00", "2026-11-01 05:30", "2026-11-02 06:30"),
        (SANTIAGO, "23:30", "2026-04-04 12:00", "2026-04-05 02:30", "2026-04-06 03:30"),
    ],
)
def test_a_slot_the_clocks_show_twice_happens_once(
    zone: ZoneInfo, at: str, before: str, slot: str, next_slot: str
) -> None:
    daily = Cadence("daily", time.fromisoformat(at))
    assert daily.after(utc(before), zone) == utc(slot)
    assert daily.after(utc(slot), zone) == utc(next_slot)


def test_every_hour_has_one_slot_across_a_change_of_half_an_hour() -> None:
    there, hourly = ZoneInfo("Australia/Lord_Howe"), Cadence("hourly")
    at, seen = utc("2026-04-04 12:50"), []
    for _ in range(4):
        at = hourly.after(at, there)
        seen.append(f"{at.astimezone(there):%H:%M}")
    assert seen == ["00:00", "01:00", "01:30", "02:00"]


def test_a_week_goes_by_the_day_of_the_channel_not_of_utc() -> None:
    monday = Cadence("weekly", time(0, 30), 0)
    assert monday.after(utc("2026-11-22 12:00"), BERLIN) == utc("2026-11-22 23:30")


# Quiet hours


@given(QUIETS, MOMENTS, st.sampled_from(ZONES))
def test_quiet_hours_end_where_they_say_and_never_again_that_night(quiet: Quiet, now: datetime, zone: str) -> None:
    there = ZoneInfo(zone)
    ends = quiet.until(now, there)
    if ends is None:
        return
    assert now < ends <= now + timedelta(hours=25)
    assert quiet.until(ends - timedelta(microseconds=1), there) == ends
    assert (
        quiet.until(ends, there) is None
        or quiet.start < quiet.end
        or ends == timing.moment(ends.astimezone(there).date(), quiet.start, there)
    )


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-11-26 18:59", None),
        ("2026-11-26 19:00", "2026-11-27 06:00"),
        ("2026-11-26 23:30", "2026-11-27 06:00"),
        ("2026-11-27 05:59", "2026-11-27 06:00"),
        ("2026-11-27 06:00", None),
    ],
)
def test_quiet_hours_span_midnight(at: str, ends: str | None) -> None:
    assert Quiet(time(20), time(7)).until(utc(at), BERLIN) == (utc(ends) if ends else None)


def test_quiet_hours_that_end_in_an_hour_that_comes_twice_end_once() -> None:
    quiet = Quiet(time(20), time(2, 30))
    assert quiet.until(utc("2026-10-24 23:00"), BERLIN) == utc("2026-10-25 00:30")
    assert quiet.until(utc("2026-10-25 01:10"), BERLIN) is None  # 02:10 for the second time


def test_quiet_hours_that_end_in_a_skipped_hour_end_with_it() -> None:
    assert Quiet(time(20), time(2, 30)).until(utc("2026-03-29 00:30"), BERLIN) == utc("2026-03-29 01:00")


@pytest.mark.parametrize("typed", ["20:00-07:00", "20-7", "8pm to 7am", "20.00 – 07.00", "20:00 until 7:00"])
def test_quiet_hours_are_read_as_people_type_them(typed: str) -> None:
    assert str(timing.quiet(typed)) == "20:00-07:00"


@pytest.mark.parametrize("typed", ["off", "none", "09:00-09:00", "0:00-24:00"])
def test_equal_bounds_are_no_quiet_hours(typed: str) -> None:
    assert timing.quiet(typed) is None


@pytest.mark.parametrize("typed", ["", "20:00", "evenings", "20:00-26:00", "1-2-3"])
def test_what_are_no_quiet_hours_is_answered_with_what_to_say(typed: str) -> None:
    with pytest.raises(UserError, match="as in"):
        timing.quiet(typed)


# The decision

NIGHT = Settings("Europe/Berlin", Quiet(time(20), time(7)))
EVENING = utc("2026-11-26 21:00")
NOON = utc("2026-11-26 11:00")
NOW, DAILY, WEEKLY = Cadence(), Cadence("daily"), Cadence("weekly")


def test_by_day_what_is_asked_for_now_goes_now_whatever_else_matches() -> None:
    assert timing.plan("low", (WEEKLY, NOW, DAILY), NIGHT, NOON) == timing.Plan(NOON)


def test_the_earliest_of_several_digests_wins_and_says_so() -> None:
    plan = timing.plan("high", (WEEKLY, DAILY), NIGHT, NOON)
    assert (plan.due, plan.slot) == (utc("2026-11-27 08:00"), "daily")
    assert plan.why == "waiting for the daily digest of Fri 27 Nov, 09:00 (Europe/Berlin)"


def test_by_night_what_is_asked_for_now_waits_for_the_morning() -> None:
    plan = timing.plan("medium", (NOW, DAILY), NIGHT, EVENING)
    assert (plan.due, plan.slot, plan.broke) == (utc("2026-11-27 06:00"), "quiet", False)
    assert plan.why == "held by quiet hours until Fri 27 Nov, 07:00 (Europe/Berlin)"


def test_a_digest_whose_hour_is_quiet_waits_for_the_end() -> None:
    plan = timing.plan("high", (Cadence("daily", time(6)),), NIGHT, NOON)
    assert plan.due == utc("2026-11-27 06:00")
    assert plan.why.endswith(", when quiet hours end")


def test_what_matters_much_breaks_through_until_the_weeks_budget_is_used_up() -> None:
    monday = utc("2026-11-22 23:00")  # 00:00 in Berlin
    earlier = (monday - MINUTE, monday, monday + MINUTE)
    plan = timing.plan("high", (NOW,), NIGHT, EVENING, broken=earlier)
    assert (plan.due, plan.broke, plan.why) == (EVENING, True, "broke through quiet hours (3 of 3 this week)")
    spent = timing.plan("high", (NOW,), NIGHT, EVENING, broken=(*earlier, EVENING))
    assert not spent.broke
    assert spent.why.endswith("this week's 3 break-throughs are used up")


def test_nothing_breaks_through_into_a_digest_or_by_a_budget_of_none() -> None:
    assert not timing.plan("high", (DAILY,), NIGHT, EVENING).broke
    assert not timing.plan("high", (NOW,), Settings(quiet=NIGHT.quiet, budget=0), EVENING).broke


@given(st.lists(st.one_of(CADENCES, st.just(NOW)), max_size=3), QUIETS, MOMENTS, st.sampled_from(ZONES))
def test_no_plan_is_in_the_past_or_in_quiet_hours_but_what_breaks_through(
    cadences: list[Cadence], quiet: Quiet, now: datetime, zone: str
) -> None:
    chosen = Settings(zone, quiet)
    for level in ("low", "high"):
        plan = timing.plan(level, cadences, chosen, now)
        assert plan.due >= now
        assert plan.gathered or plan.due == now
        assert plan.broke or chosen.quiet_until(plan.due) is None or plan.due == quiet.until(now, chosen.zone)


def test_the_first_subscription_that_wants_it_for_such_a_story_is_mentioned() -> None:
    def wants(mention: str, least: str) -> Subscription:
        return Subscription(Channel("slack", "T", "C"), "x", "U", NOON, mention=mention, mention_from=least)

    both = (wants("", "low"), wants("S1", "high"), wants("S2", "medium"))
    assert [timing.mention(both, level) for level in ("low", "medium", "high")] == ["", "S2", "S1"]


def test_settings_that_cannot_be_read_any_more_are_as_they_are_by_themselves() -> None:
    assert timing.settings({"timezone": "Mars/Base", "quiet": "x", "budget": "many", "updates": ""}) == Settings()
    kept = {"timezone": "Europe/Berlin", "quiet": "20:00-07:00", "budget": "0", "updates": "off"}
    assert timing.settings(kept) == Settings("Europe/Berlin", NIGHT.quiet, 0, updates=False)


# Zones


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Europe/Berlin", "Europe/Berlin"),
        ("europe/berlin", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("New York", "America/New_York"),
        ("utc", "UTC"),
        ("EST", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
    ],
)
def test_a_zone_is_found_by_its_city(typed: str, name: str) -> None:
    assert zones.named(typed) == name


@pytest.mark.parametrize(
    ("typed", "said"),
    [("Berln", "Did you mean Europe/Berlin?"), ("Atlantis", "as in"), ("Etc/GMT+5", "as in"), ("", "as in")],
)
def test_what_is_no_zone_is_answered_with_the_nearest(typed: str, said: str) -> None:
    with pytest.raises(UserError, match=said.replace("?", r"\?")):
        zones.named(typed)


def test_the_day_of_a_digest_is_the_channels() -> None:
    chosen = Settings("Asia/Tokyo")
    at = utc("2026-11-26 20:00")
    assert timing.title(["daily", "daily"], chosen, at) == "Daily digest, 27 November"
    assert timing.title(["quiet"], chosen, at) == "After quiet hours, 27 November"
    assert timing.title(["quiet", "daily"], chosen, at) == "Digest, 27 November"
