"""When a channel is spoken to, as its people set it: time zone, quiet hours, break-throughs, updates."""

import difflib
from datetime import datetime

from bot.commands.asking import Asked, Means, aloud
from bot.core import timing, zones
from bot.core.text import counted, shorten
from bot.core.timing import Settings
from bot.errors import UserError
from bot.model import Channel, Reply
from bot.ports import Store

MOST_SHOWN = 10
"""Digests whose next hour is told."""

_ALSO = {"zone": "timezone", "time-zone": "timezone", "tz": "timezone", "hours": "quiet", "update": "updates"}
_OTHERS = ("model", "manage")
"""Settings that are answered elsewhere."""


def takes(text: str) -> bool:
    """Whether the line is about one of these settings, or nearly so. Raises UserError for a near miss."""
    word = _word(text)
    if word in timing.NAMES:
        return True
    near = difflib.get_close_matches(word, timing.NAMES, n=1, cutoff=0.7) if word not in _OTHERS else []
    if near:
        raise UserError(f"There is no setting “{shorten(word, 30)}”. Did you mean: settings {near[0]}?")
    return False


def _word(text: str) -> str:
    word = text.partition(" ")[0].lower()
    return _ALSO.get(word, word)


async def change(means: Means, asked: Asked) -> Reply:
    """Said aloud, with a button that brings the former value back. Raises UserError."""
    channel, now = asked.caller.channel, means.now()
    name, value = _word(asked.rest), asked.rest.partition(" ")[2].strip()
    before = await chosen(means.store, channel)
    if not value:
        raise UserError(f"{_line(name, before, now)}\n{_HOW[name]}")
    kept = _kept(name, value)
    await means.gate.check(asked.caller, f"my settings {name} {value}")
    if kept == _value(name, before):
        return Reply(f"It is so already. {_line(name, before, now)}")
    await means.store.set(channel, name, kept, by=asked.caller.user)
    after = await chosen(means.store, channel)
    note = (
        f"{shorten(value, 30)} spans no time. "
        if kept == timing.OFF and name == "quiet" and value.lower() not in _NONE
        else ""
    )
    undo = asked.line(f"settings {name} {_value(name, before)}")
    whose = "your settings" if asked.own else f"the settings of {asked.whom}"
    return aloud(asked, f"{asked.who} changed {whose}. {note}{_line(name, after, now)}", undo)


_NONE = (timing.OFF, "none", "no", "never")
_HOW = {
    "timezone": "To change it, name a city or a zone: settings timezone Europe/Berlin",
    "quiet": "To change them: settings quiet 20:00-07:00, or: settings quiet off",
    "budget": "To change it: settings budget 3; with 0 nothing breaks through.",
    "updates": "To change it: settings updates on, or: settings updates off",
}


def _kept(name: str, value: str) -> str:
    """As it is stored, which is also how it can be typed. Raises UserError."""
    match name:
        case "timezone":
            return zones.named(value)
        case "quiet":
            hours = timing.quiet(value)
            return str(hours) if hours else timing.OFF
        case "budget":
            if not value.isascii() or not value.isdigit() or int(value) > timing.MOST_BUDGET:
                raise UserError(f"Say a number up to {timing.MOST_BUDGET}, as in: settings budget 3")
            return str(int(value))
        case _:
            if value.lower() not in ("on", timing.OFF):
                raise UserError("Say: settings updates on, or: settings updates off")
            return value.lower()


def _value(name: str, now: Settings) -> str:
    match name:
        case "timezone":
            return now.timezone
        case "quiet":
            return str(now.quiet) if now.quiet else timing.OFF
        case "budget":
            return str(now.budget)
        case _:
            return "on" if now.updates else timing.OFF


async def chosen(store: Store, channel: Channel) -> Settings:
    return timing.settings({name: await store.setting(channel, name) for name in timing.NAMES})


async def shown(store: Store, channel: Channel, now: datetime) -> str:
    """All of them, and when the digests of this channel go next."""
    times = await chosen(store, channel)
    subscriptions = await store.subscriptions(channel)
    slots = sorted(
        {(one.after(now, times.zone), str(one)) for each in subscriptions
         if (one := timing.kept_cadence(each.every)).every != "now"}
    )  # fmt: skip
    digests = [_next(at, every, times) for at, every in slots[:MOST_SHOWN]]
    return "\n".join([*(_line(name, times, now) for name in timing.NAMES), *digests])


def _next(slot: datetime, every: str, times: Settings) -> str:
    ends = times.quiet_until(slot)
    late = ", when quiet hours end" if ends else ""
    return f"Next {every} digest: {times.said(ends or slot)}{late}."


def _line(name: str, times: Settings, now: datetime) -> str:
    match name:
        case "timezone":
            return f"Time zone: {times.timezone}, where it is {now.astimezone(times.zone):%H:%M on %a %d %b}."
        case "quiet" if times.quiet:
            ends = times.quiet_until(now)
            until = f", now until {times.said(ends)}" if ends else ""
            return f"Quiet hours: {times.quiet}{until}. What comes in them is sent when they end."
        case "quiet":
            return "Quiet hours: none. To have some: settings quiet 20:00-07:00"
        case "budget" if times.budget:
            alerts = counted(times.budget, "alert")
            return f"Break-throughs: {alerts} of high importance a week may come in quiet hours (settings budget {times.budget})."
        case "budget":
            return "Break-throughs: none; nothing comes in quiet hours (settings budget 0)."
        case _ if times.updates:
            return "Updates: on; posted alerts are edited when more reports come."
        case _:
            return "Updates: off; posted alerts stay as they are, except for corrections and retractions."
