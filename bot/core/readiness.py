"""Whether a running bot does its work: the reasons why not, in words, for a supervisor and for whoever it wakes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.text import counted
from bot.model import Channel, Unheard

AT_LEAST = timedelta(minutes=2)
"""No two intervals are shorter than this: a turn that asks slow servers takes a while."""

FIRST_TURN = timedelta(minutes=15)
"""The first turn on a new database reads every feed and its articles."""

HEARTBEAT_LATE = timedelta(minutes=2)
"""Slack is pinged every few seconds, Discord about every 41."""

WAITING_LONG = timedelta(minutes=30)
"""By then a message has been tried some ten times."""


STOPPED = timedelta(hours=2)
"""Without a turn, after which it is said of a database whose process is not asked; whoever starts each turn does so oftener."""

SEE_STATUS = "; status says why"

ASKED_LONG = timedelta(minutes=5)
"""A feed's server has 20 seconds, its articles as many, and some others are before it."""

BRIEFED_LATE = timedelta(minutes=30)
"""A brief takes seconds, with a language model a minute."""


@dataclass(slots=True)
class Pulse:
    """What the running process knows of itself."""

    started: datetime
    interval: timedelta
    """Between the end of one turn and the next."""
    turned: datetime | None = None
    slowest: timedelta = timedelta(0)
    """Of the turns lately: each turn forgets a tenth of it."""
    trouble: str = ""
    """Why the database cannot be read or written just now; "" when it can."""
    heard: Mapping[str, datetime] = field(default_factory=dict)
    """When each connected platform's socket last gave a sign of life."""
    asked: Mapping[str, datetime] = field(default_factory=dict)
    """Since when each feed is being asked that is being asked now."""

    def turn(self, now: datetime, took: timedelta) -> None:
        self.turned = now
        self.slowest = max(took, self.slowest * 0.9)

    @property
    def late_after(self) -> timedelta:
        return max(AT_LEAST, 2 * (self.interval + self.slowest))


def troubles(pulse: Pulse, waiting: datetime | None, now: datetime, *, overdue: int = 0) -> tuple[str, ...]:
    """Why the work does not get done. `waiting` is since when the oldest delivery that should have gone has waited.

    `overdue` is how much has waited for its brief for longer than `BRIEFED_LATE`.
    """
    found = [pulse.trouble] if pulse.trouble else []
    if pulse.turned is None and now - pulse.started > FIRST_TURN:
        found.append(f"no turn has finished since the start, {_clock(pulse.started)}")
    if pulse.turned is not None and now - pulse.turned > pulse.late_after:
        found.append(f"no turn has finished since {_clock(pulse.turned)}, which is more than two intervals")
    hanging = {feed: at for feed, at in pulse.asked.items() if now - at > max(ASKED_LONG, pulse.late_after)}
    if hanging:
        first = min(hanging, key=lambda feed: (hanging[feed], feed))
        number, since = counted(len(hanging), "feed"), _clock(hanging[first])
        found.append(f"looking at {number} does not end, at {first} since {since}: restart RegPulse, and report it")
    found += [
        f"{platform} has given no sign of life since {_clock(at)}: nobody there can be answered"
        for platform, at in sorted(pulse.heard.items())
        if now - at > HEARTBEAT_LATE
    ]
    if waiting is not None and now - waiting > WAITING_LONG:
        found.append(f"the oldest message to be sent has waited since {_clock(waiting)}{SEE_STATUS}")
    return (*found, *late(overdue))


def stopped(last_turn: datetime | None, now: datetime) -> tuple[str, ...]:
    """What is said where only the database knows of turns."""
    if last_turn is None or now - last_turn <= STOPPED:
        return ()
    return (f"no turn has finished since {_clock(last_turn)}: is RegPulse running?",)


def late(overdue: int) -> tuple[str, ...]:
    """What is said of news that nobody was told."""
    if not overdue:
        return ()
    minutes, they = BRIEFED_LATE // timedelta(minutes=1), "it is" if overdue == 1 else "they are"
    pieces = f"{counted(overdue, 'piece')} of news {'has' if overdue == 1 else 'have'}"
    return (
        f"{pieces} waited for a brief for more than {minutes} minutes: {they} tried again, and the log says what fails",
    )


def unheard(channel: Channel, found: Unheard) -> str:
    """Of the operators' own channel, which they would look at in vain."""
    wait = f"{counted(found.messages, 'message')} {'waits' if found.messages == 1 else 'wait'} for it"
    return f"operators' channel {channel}: {found.reason.rstrip('.')}; {wait} since {_clock(found.since)}"


def not_ready(pulse: Pulse, waiting: datetime | None, now: datetime, *, overdue: int = 0) -> tuple[str, ...]:
    """The troubles, and that it has only begun."""
    found = troubles(pulse, waiting, now, overdue=overdue)
    if pulse.turned is None and not found:
        return ("starting: the first turn has not finished",)
    return found


def _clock(at: datetime) -> str:
    return f"{at:%d %b %H:%M} UTC"
