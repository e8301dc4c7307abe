"""Work on which RegPulse itself failed: left alone for a while, longer each time, so that the rest goes on."""

from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.text import counted

FIRST, MOST = timedelta(minutes=1), timedelta(hours=1)
"""The first pause, which doubles, and the longest."""

MENDED = (
    "Nothing is stuck any more",
    "What RegPulse had failed on is done, or no longer wanted. Nothing need be done.",
    "",
)


def notice(number: int) -> tuple[str, ...]:
    """What operators are told of it."""
    return (
        f"RegPulse fails on {counted(number, 'piece')} of news",
        "It is a fault of the program; the log says which and why, please report it. All other news goes out.",
        "It is tried again after a minute, two, four … an hour.",
    )


@dataclass(slots=True)
class Setbacks:
    """Of one kind of work, by the number of what it was done on. Kept in memory: a new process tries each at once."""

    _met: dict[int, tuple[int, datetime]] = field(default_factory=dict)
    """How often it failed, and when it is tried next."""

    def __len__(self) -> int:
        return len(self._met)

    def meet(self, number: int, now: datetime) -> int:
        """Answers how often it failed by now."""
        times = self._met[number][0] + 1 if number in self._met else 1
        self._met[number] = times, now + min(MOST, FIRST * 2 ** min(times - 1, 10))
        return times

    def overcome(self, number: int) -> None:
        self._met.pop(number, None)

    def resting(self, now: datetime) -> Set[int]:
        """To be left alone now; a clock that was put back makes no pause longer."""
        return {number for number, (_, again) in self._met.items() if now < again <= now + MOST}

    def is_due(self, now: datetime) -> bool:
        """Whether any of them is to be tried again."""
        return len(self.resting(now)) < len(self)

    def keep(self, still: Set[int]) -> None:
        """Forget those on which nothing is to be done any more."""
        self._met = {number: met for number, met in self._met.items() if number in still}
