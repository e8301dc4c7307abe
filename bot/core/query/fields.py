"""What can stand before the colon of `field:value`, and the words that stand for it in the text a story is found by."""

import calendar
import difflib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import get_args

from bot.core.importance import LEVELS
from bot.core.languages import LANGUAGES
from bot.core.query.words import words
from bot.core.text import fold
from bot.model import Certainty, Tier

FIELDS: Mapping[str, frozenset[str] | None] = {
    "importance": frozenset(LEVELS),
    "certainty": frozenset(get_args(Certainty)),
    "tier": frozenset(get_args(Tier)),
    "jurisdiction": None,
    "instrument": None,
    "type": None,
    "stage": None,
    "topic": None,
    "source": None,
    "language": frozenset((*LANGUAGES, *(name.lower() for name in LANGUAGES.values()))),
    "since": None,
    "until": None,
}
"""What a story is tagged with, and the values there are; None for those that are not always the same."""

DATES = ("since", "until")
"""Both days included."""

ADJACENT = "regpulseadjacent"
"""Stands among the tags of a story that is only near AI regulation: queries leave it out unless they include it."""

MOVE = "regpulsemove"
"""Stands among the tags of a story in which an instrument moved: all that subscriptions to changes of stage hear."""

FIRST_YEAR, LAST_YEAR = 1970, 2099
"""No story of ours is of another year: one that says so counts as of the nearest of these."""

_OTHER_NAMES = {
    "after": "since", "before": "until", "country": "jurisdiction", "date": "since", "feed": "source", "from": "since",
    "lang": "language", "law": "instrument", "outlet": "source", "place": "jurisdiction", "to": "until",
}  # fmt: skip
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_DIGITS_AS_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def nearest(word: str, known: Iterable[str], least: float) -> str:
    """The known word most like it; "" where none is so like it. `least` is 0 to 1."""
    return next(iter(difflib.get_close_matches(word, tuple(known), n=1, cutoff=least)), "")


@lru_cache(maxsize=1_000)
def meant(name: str) -> str:
    """The field that this word before a colon names or very likely means; "" for a word like any other."""
    return name if name in FIELDS else _OTHER_NAMES.get(name) or nearest(name, FIELDS, 0.8)


def tag(field: str, value: str) -> str:
    """The one word that stands for a tag in the text a story is found by."""
    return f"regpulse{field}" + in_letters("".join(character for character in fold(value) if character.isalnum()))


def in_letters(text: str) -> str:
    """The text in the letters of the alphabet alone, so that no tokenizer cuts it: "sb53" is "sbqjlqqjjq"."""
    return "".join(
        character
        if "a" <= character <= "z" and character != "q"
        else f"q{ord(character):x}q".translate(_DIGITS_AS_LETTERS)
        for character in text
    )


def is_date(value: str) -> bool:
    found = _DATE.fullmatch(value)
    if not found or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return False
    month, day = int(found[2] or 1), int(found[3] or 1)
    return 1 <= month <= 12 and 1 <= day <= calendar.monthrange(int(found[1]), month)[1]


def date_words(at: datetime) -> tuple[str, ...]:
    """The words that stand for a day: its own, those of its month, its year and its decade."""
    day = at.astimezone(UTC).date()
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        day = date(FIRST_YEAR, 1, 1) if day.year < FIRST_YEAR else date(LAST_YEAR, 12, 31)
    written = day.isoformat()
    return tuple(_date_word(written[:length]) for length in (10, 7, 4, 3))


@lru_cache(maxsize=20_000)
def ways(field: str, value: str) -> tuple[tuple[str, ...], ...]:
    """The words of which one stands in the text of a story with this tag; each of `date_words` for a range of days."""
    if field not in DATES:
        return (words(tag(field, value)),)
    spans = _since(value) if field == "since" else _until(value)
    return tuple(words(_date_word(span)) for span in spans)


def _date_word(span: str) -> str:
    """ "2026-11-05", "2026-11", "2026" or the decade "202"."""
    return tag("dated", span)


def _since(value: str) -> tuple[str, ...]:
    """As few days, months, years and decades as hold all days from this one on."""
    year, month, day = (int(part) if part else 0 for part in _fields(value))
    days = range(day, calendar.monthrange(year, month)[1] + 1) if day else range(0)
    months = range(month + bool(day), 13) if month else range(0)
    years = range(year + bool(month), year - year % 10 + 10)
    decades = range(year // 10 + 1, LAST_YEAR // 10 + 1)
    return _spans(value, days, months, years, decades)


def _until(value: str) -> tuple[str, ...]:
    year, month, day = (int(part) if part else 0 for part in _fields(value))
    days = range(1, day + 1)
    months = range(1, month + (not day)) if month else range(0)
    years = range(year - year % 10, year + (not month))
    decades = range(FIRST_YEAR // 10, year // 10)
    return _spans(value, days, months, years, decades)


def _spans(value: str, days: range, months: range, years: range, decades: range) -> tuple[str, ...]:
    return (
        *(f"{value[:7]}-{day:02}" for day in days),
        *(f"{value[:4]}-{month:02}" for month in months),
        *(str(year) for year in years),
        *(str(decade) for decade in decades),
    )


def _fields(value: str) -> tuple[str | None, ...]:
    found = _DATE.fullmatch(value)
    assert found  # noqa: S101  # `is_date` was asked when the query was read
    return found.groups()
