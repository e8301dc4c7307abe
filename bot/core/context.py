"""What our register of instruments adds to a story: where the law it is about stood, and when that was known."""

import re
from datetime import date

from bot.core.text import shorten
from bot.core.vocabulary import Instrument, Vocabulary
from bot.model import Verdict

MOST_LINES = 2
LONGEST = 220
"""Characters of the status."""

_SOURCE = " Source: "
_DATE = re.compile(r"(?<![\w-])\d{4}-\d\d-\d\d(?![\w-])")


def lines(verdict: Verdict, vocabulary: Vocabulary, today: date) -> tuple[str, ...]:
    """ "Our register, as of 7 October 2026: EU AI Act: …", for each instrument of which it holds a sourced status."""
    named = (vocabulary.instrument(name) for name in verdict.instruments)
    known = [one for one in named if one and one.status and one.url and vocabulary.as_of]
    return tuple(_line(one, vocabulary.as_of, today) for one in known[:MOST_LINES])


def parted(line: str) -> tuple[str, str]:
    """A line of ours without its source, and the address of that; "" where it names none."""
    text, _, url = line.rpartition(_SOURCE)
    return (text, url) if text else (line, "")


def _line(instrument: Instrument, as_of: str, today: date) -> str:
    ahead = _next(instrument, today)
    return (
        " ".join(
            part
            for part in (
                f"Our register, as of {_day(as_of)}: {instrument.name}:",
                _ended(_DATE.sub(lambda found: _day(found[0]), _first(instrument.status))),
                f"Next: {_day(ahead[0])}, {_ended(ahead[1])}" if ahead else "",
            )
            if part
        )
        + f"{_SOURCE}{instrument.url}"
    )


def _first(status: str) -> str:
    """As much of the status as is read, cut where one of its statements ends."""
    ends = [end.start() for end in re.finditer(r"[.;](?=\s|$)", status) if end.start() <= LONGEST]
    return status if len(status) <= LONGEST else status[: ends[-1]] if ends else shorten(status, LONGEST)


def _next(instrument: Instrument, today: date) -> tuple[str, str] | None:
    """The first date of the register that is still to come, unless the status names it."""
    coming = sorted(one for one in instrument.dates if len(one[0]) == 10 and one[0] > today.isoformat())
    return next((one for one in coming if one[0] not in instrument.status and not one[1].startswith("key date")), None)


def _day(text: str) -> str:
    """A date of the register as people write it; a month or a year alone stays as it is."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _ended(text: str) -> str:
    return text if text.endswith((".", "…", "!")) else f"{text}."
