"""How often a source speaks, learnt from the days it was heard on, and so how long its silence is nothing unusual."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import pairwise

REMEMBERED = 40
"""Days kept of each source: the newest on which it was heard."""

ENOUGH = 5
"""Days from which on its habit is known."""

SHORTEST = timedelta(days=4)
"""A long weekend says nothing of anybody."""

LONGEST = timedelta(days=120)
"""Of any source, and of one whose habit is not known."""


def learnt(heard: tuple[datetime, ...], moments: Iterable[datetime]) -> tuple[datetime, ...]:
    """The days heard, oldest first, each by its latest item; many items of one day count once."""
    days: dict[object, datetime] = {}
    for moment in sorted((*heard, *moments)):
        days[moment.date()] = moment
    return tuple(days.values())[-REMEMBERED:]


def patience(heard: tuple[datetime, ...]) -> timedelta:
    """How long it may be silent: three times the pause that nine of ten of its pauses do not exceed."""
    if len(heard) < ENOUGH:
        return LONGEST
    pauses = sorted(after - before for before, after in pairwise(heard))
    usual = pauses[(len(pauses) * 9 - 1) // 10]
    return min(LONGEST, max(SHORTEST, 3 * usual))


def habit(heard: tuple[datetime, ...]) -> str:
    """ "about every 3 days"; "" where it is not known yet."""
    days = round(pause(heard) / timedelta(days=1))
    return "" if not days else "about daily" if days == 1 else f"about every {days} days"


def pause(heard: tuple[datetime, ...]) -> timedelta:
    """Between two of its days, the middle one, a day at least; none where its habit is not known yet."""
    if len(heard) < ENOUGH:
        return timedelta(0)
    pauses = sorted(after - before for before, after in pairwise(heard))
    return max(timedelta(days=1), pauses[len(pauses) // 2])
