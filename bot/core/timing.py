"""When RegPulse speaks: cadences, quiet hours and what may break through them, in a channel's own time zone.

A time of the day that a change of the clocks skips happens at the first moment after it; one that comes twice happens
the first time, once.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from bot.core import importance, zones
from bot.core.text import fold, has_other_digits, shorten
from bot.errors import UserError
from bot.model import Subscription

Every = Literal["now", "hourly", "daily", "weekly"]
Slot = Literal["now", "asked", "hourly", "daily", "weekly", "quiet"]
"""What an alert goes with: at once, because a person asked for it just now, a digest's hour, or the end of quiet hours."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MORNING = time(9)
BUDGET = 3
MOST_BUDGET = 99
FEWEST = 3
"""As many stories make a digest; fewer are sent as they are."""

MOST = 60
"""Stories one digest carries; what is left makes another."""

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_HOUR = timedelta(hours=1)
_TIME = r"\d{1,2}(?:[:.h]\d{2})?\s*(?:am|pm|uhr|h)?"
_CADENCES = 'Say one of: now, hourly, "daily 09:00", "weekly mon 09:00"'


# Cadences


@dataclass(frozen=True, slots=True)
class Cadence:
    every: Every = "now"
    at: time = MORNING
    day: int = 0
    """Of the week, Monday 0."""

    def __str__(self) -> str:
        match self.every:
            case "daily":
                return f"daily {self.at:%H:%M}"
            case "weekly":
                return f"weekly {DAYS[self.day]} {self.at:%H:%M}"
            case _:
                return self.every

    def after(self, now: datetime, zone: ZoneInfo) -> datetime:
        """The next slot, strictly after now; "now" itself for what is told at once."""
        match self.every:
            case "now":
                return now
            case "hourly":
                return _next_hour(now, zone)
            case "daily":
                days = range(-1, 3)
            case "weekly":
                days = range(-1, 9)
        today = now.astimezone(zone).date()
        ahead = (today + n * _DAY for n in days)
        wanted = (one for one in ahead if self.every == "daily" or one.weekday() == self.day)
        return next(slot for one in wanted if (slot := moment(one, self.at, zone)) > now)


def _next_hour(now: datetime, zone: ZoneInfo) -> datetime:
    """The next full hour on the clocks; an hour that a change of the clocks cuts short ends with the change."""
    local = now.astimezone(zone)
    gone = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return now.astimezone(UTC) - gone + _HOUR


def moment(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When it is that time of that day there, in UTC."""
    wall = datetime.combine(day, at, zone)
    found = wall.astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
        return found
    return _end_of_gap(wall.replace(fold=1).astimezone(UTC), found, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The first moment with the new offset, between one before the change of the clocks and one at or after it."""
    old = before.astimezone(zone).utcoffset()
    while after - before > _SECOND:
        middle = before + (after - before) // _SECOND // 2 * _SECOND
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after


def cadence(text: str) -> Cadence:
    """As people type it: "daily", "daily@9", "weekly Monday 9:30". Raises UserError."""
    words = " ".join(re.sub(r"[@,\-–_]|\b(?:at|on|every|each|digest)\b", " ", fold(text)).split())
    if words in ("now", "immediately", "instant", "instantly", "at once", "once"):
        return Cadence()
    if words in ("hourly", "hour"):
        return Cadence("hourly")
    found = re.fullmatch(rf"(daily|day|weekly|week)?\s*([a-z]{{3,}})?\s*({_TIME})?", words)
    day = _weekday(found[2]) if found and found[2] else None
    if (
        not found
        or not words
        or has_other_digits(text)
        or (found[2] and day is None)
        or (day is not None and (found[1] or "")[:3] in ("dai", "day"))
    ):
        raise UserError(f"“{shorten(text, 40)}” is no time for alerts. {_CADENCES}")
    at = clock(found[3]) if found[3] else MORNING
    if day is None and found[1] not in ("weekly", "week"):
        return Cadence("daily", at)
    return Cadence("weekly", at, day or 0)


def _weekday(word: str) -> int | None:
    """ "mon", "monday", "mondays", "thurs"."""
    full = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")
    return next((number for number, name in enumerate(full) if name.startswith(word)), None)


def clock(text: str) -> time:
    """A time of the day as people type it: "9", "09:00", "9.30", "8pm". Raises UserError."""
    found = re.fullmatch(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|uhr|h)?", fold(text).strip())
    hour, minute, half = (int(found[1]), int(found[2] or 0), found[3]) if found else (99, 0, None)
    if half in ("am", "pm") and 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif half in ("am", "pm"):
        hour = 99
    if (hour, minute) == (24, 0):
        hour = 0
    if hour > 23 or minute > 59 or has_other_digits(text):
        raise UserError(f"“{shorten(text, 30)}” is no time of the day. Say one as in: 09:00")
    return time(hour, minute)


def kept_cadence(text: str) -> Cadence:
    """Of a subscription that was saved; one whose cadence cannot be read any more is told at once."""
    try:
        return cadence(text)
    except UserError:
        return Cadence()


# What a channel chose


@dataclass(frozen=True, slots=True)
class Quiet:
    """Hours of each day in which a channel is not spoken to, also across midnight."""

    start: time
    end: time

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When the quiet hours end in which this moment is; None where it is in none."""
        today = now.astimezone(zone).date()
        for day in (today - _DAY, today):
            end = moment(day if self.start < self.end else day + _DAY, self.end, zone)
            if moment(day, self.start, zone) <= now < end:
                return end
        return None


NAMES = ("timezone", "quiet", "budget", "updates")
OFF = "off"


@dataclass(frozen=True, slots=True)
class Settings:
    """A channel's own times."""

    timezone: str = zones.UTC
    quiet: Quiet | None = None
    budget: int = BUDGET
    """Alerts of high importance that may break through quiet hours in one week, Monday to Sunday."""
    updates: bool = True
    """Whether posted messages are edited when later reports come, and new ones answer to earlier ones."""

    @property
    def zone(self) -> ZoneInfo:
        return zones.zone(self.timezone)

    def quiet_until(self, now: datetime) -> datetime | None:
        return self.quiet.until(now, self.zone) if self.quiet else None

    def week_began(self, now: datetime) -> datetime:
        """Monday, 00:00 there."""
        today = now.astimezone(self.zone).date()
        return moment(today - today.weekday() * _DAY, time(0), self.zone)

    def said(self, at: datetime) -> str:
        """ "Fri 27 Nov, 07:00 (Europe/Berlin)"."""
        local = at.astimezone(self.zone)
        return f"{local:%a} {local.day} {local:%b, %H:%M} ({self.timezone})"


def settings(kept: Mapping[str, str]) -> Settings:
    """From what is stored by name; what is not there, or cannot be read any more, is as it is by itself."""
    return Settings(
        timezone=_kept_zone(kept.get("timezone", "")),
        quiet=_kept_quiet(kept.get("quiet", "")),
        budget=int(kept["budget"]) if re.fullmatch(r"[0-9]{1,6}", kept.get("budget", "")) else BUDGET,
        updates=kept.get("updates", "") != OFF,
    )


def _kept_zone(text: str) -> str:
    try:
        return zones.named(text) if text else zones.UTC
    except UserError:
        return zones.UTC


def _kept_quiet(text: str) -> Quiet | None:
    try:
        return quiet(text) if text else None
    except UserError:
        return None


def quiet(text: str) -> Quiet | None:
    """ "20:00-07:00" as people type it; None where both ends are one, or it says off. Raises UserError."""
    if fold(text).strip() in (OFF, "none", "no", "never"):
        return None
    parts = re.split(r"\s*(?:-|–|—|\bto\b|\buntil\b|\btill\b)\s*", text.strip())
    if len(parts) != 2 or not all(parts):
        raise UserError(f"“{shorten(text, 40)}” are no quiet hours. Say both ends, as in: 20:00-07:00; or: off")
    start, end = map(clock, parts)
    return None if start == end else Quiet(start, end)


# The decision


@dataclass(frozen=True, slots=True)
class Plan:
    """When an alert goes, with what, and why in words ("" where it simply goes)."""

    due: datetime
    slot: Slot = "now"
    broke: bool = False
    """Through quiet hours: it counts against the week's budget."""
    why: str = ""

    @property
    def gathered(self) -> bool:
        return self.slot not in ("now", "asked")


def plan(
    level: str, cadences: Iterable[Cadence], chosen: Settings, now: datetime, *, broken: Iterable[datetime] = ()
) -> Plan:
    """The earliest of the cadences wins. `broken` are the times at which alerts broke through here before.

    What would be told in quiet hours waits until they end, unless it matters much, was to be told at once, and the
    week's budget is not used up.
    """
    asked = tuple(dict.fromkeys(cadences)) or (Cadence(),)
    if Cadence() not in asked:
        return min((_digest(one, chosen, now) for one in asked), key=lambda one: one.due)
    ends = chosen.quiet_until(now)
    if ends is None:
        return Plan(now)
    since = chosen.week_began(now)
    used = sum(at >= since for at in broken)
    if level == "high" and used < chosen.budget:
        return Plan(now, broke=True, why=f"broke through quiet hours ({used + 1} of {chosen.budget} this week)")
    spent = f"; this week's {chosen.budget} break-throughs are used up" if level == "high" and chosen.budget else ""
    held = Plan(ends, "quiet", why=f"held by quiet hours until {chosen.said(ends)}{spent}")
    return min((held, *(_digest(one, chosen, now) for one in asked if one.every != "now")), key=lambda one: one.due)


def _digest(one: Cadence, chosen: Settings, now: datetime) -> Plan:
    slot = one.after(now, chosen.zone)
    ends = chosen.quiet_until(slot)
    due = ends or slot
    late = ", when quiet hours end" if ends else ""
    return Plan(due, one.every, why=f"waiting for the {one.every} digest of {chosen.said(due)}{late}")


def mention(subscriptions: Iterable[Subscription], level: str) -> str:
    """The one role or group to mention: of the first subscription that wants it for a story of this importance."""
    reached = importance.LEVELS.index(level)
    wanted = (one.mention for one in subscriptions if one.mention and reached >= _least(one.mention_from))
    return next(wanted, "")


def _least(level: str) -> int:
    return importance.LEVELS.index(level) if level in importance.LEVELS else 0


def title(slots: Iterable[str], chosen: Settings, now: datetime) -> str:
    """What a digest is called: "Daily digest, 26 November"."""
    local = now.astimezone(chosen.zone)
    day = f"{local.day} {local:%B}"
    match sorted(set(slots)):
        case ["quiet"]:
            return f"After quiet hours, {day}"
        case ["hourly"]:
            return f"Hourly digest, {day}, {local:%H:%M}"
        case [("daily" | "weekly") as every]:
            return f"{every.capitalize()} digest, {day}"
        case _:
            return f"Digest, {day}"
