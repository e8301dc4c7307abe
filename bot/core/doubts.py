"""What of a query can never match, said in a sentence with what to write instead. Nothing that is legal is refused."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import chain, product

from bot.core import query
from bot.core.importance import LEVELS
from bot.core.query import Query, Tag, Term
from bot.core.text import shorten
from bot.core.vocabulary import Vocabulary

NEVER = "Nothing could ever match"

MOST_CASES = 256
"""Ways to match that are looked at; a query with more is not doubted."""

_SINGLE = ("type", "stage", "certainty", "tier")
"""Of these a story has one."""

_LIKE_A_FIELD = re.compile(r"([a-z][a-z_-]*):(?!//)\S", re.IGNORECASE)
_LAST = {4: "-12-31", 7: "-31"}


@dataclass(frozen=True, slots=True)
class _Case:
    """One way to match: what must be there, and what must not."""

    there: tuple[Term | Tag, ...] = ()
    out: tuple[Term | Tag, ...] = ()

    def __add__(self, other: "_Case") -> "_Case":
        return _Case(self.there + other.there, self.out + other.out)


def of(wanted: Query, vocabulary: Vocabulary) -> tuple[str, ...]:
    """A sentence for each doubt, the gravest first."""
    conflicts = [_conflict(case, vocabulary) for case in _cases(wanted, there=True) or ()]
    never = (f"{NEVER}: {conflicts[0]}",) if conflicts and all(conflicts) else ()
    return (*never, *_no_fields(wanted))


def over(wanted: Query, today: date) -> str:
    """What to say of a query that asks only for days gone by, where it is to be told of what comes; "" for any other."""
    cases = _cases(wanted, there=True) or ()
    ends = [min(_dates(case, "until"), key=_end, default="9999") for case in cases]
    if not ends or max(map(_end, ends)) >= today.isoformat():
        return ""
    return f"until:{max(ends, key=_end)} is over, so no new story could match. What was: search {wanted}"


def unknown_source(asked: Tag, names: Mapping[str, str]) -> str:
    """What to say of a source no story ever came from; `names` are those of the feeds, by id."""
    spellings = {spelling.lower(): name for name, title in names.items() for spelling in (title, name)}
    near = spellings.get(query.nearest(asked.value, spellings, 0.6), "")
    called = f"No source is called “{shorten(asked.value, 40)}”"
    if not near:
        return f"{called}. Find its name: sources {shorten(asked.value, 40)}"
    return f"{called}: did you mean {Tag('source', near)} ({names[near]})?"


def _cases(wanted: Query, *, there: bool) -> list[_Case] | None:
    """Every way to match (or, if not `there`, not to match); None where there are too many to look at."""
    match wanted:
        case Term() | Tag():
            return [_Case(there=(wanted,)) if there else _Case(out=(wanted,))]
        case query.Without():
            return _cases(wanted.part, there=not there)
        case query.All() | query.Either():
            parts = [_cases(part, there=there) for part in wanted.parts]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return (
                _together(known)
                if isinstance(wanted, query.All) == there
                else _within(list(chain.from_iterable(known)))
            )
        case _:
            return [_Case()] if there else []


def _together(parts: list[list[_Case]]) -> list[_Case] | None:
    found = [_Case()]
    for part in parts:
        if len(found) * len(part) > MOST_CASES:
            return None
        found = [one + other for one, other in product(found, part)]
    return found


def _within(cases: list[_Case]) -> list[_Case] | None:
    return cases if len(cases) <= MOST_CASES else None


def _conflict(case: _Case, vocabulary: Vocabulary) -> str:
    """Why nothing matches in this way; "" where something could."""
    for left_out in case.out:
        if left_out == Tag("importance", LEVELS[0]):
            return f"every story has “{left_out}”, which is left out. Take it away."
        for asked in case.there:
            if _same(asked, left_out):
                return f"“{asked}” is asked for and left out. Take one of them away."
            if _holds(asked, left_out, vocabulary):
                return f"whatever has “{asked}” has “{left_out}”, which is left out. Take one of them away."
    return _two_of_one(case) or _no_day(case)


def _same(one: Term | Tag, other: Term | Tag) -> bool:
    return one.words == other.words if isinstance(one, Term) and isinstance(other, Term) else one == other


def _holds(asked: Term | Tag, other: Term | Tag, vocabulary: Vocabulary) -> bool:
    """Whether no story has the one without the other."""
    if isinstance(asked, Term) and isinstance(other, Term):
        long, short = asked.words, other.words
        return any(long[place : place + len(short)] == short for place in range(len(long)))
    if not (isinstance(asked, Tag) and isinstance(other, Tag)) or asked.field != other.field:
        return False
    if asked.field == "importance":
        return LEVELS.index(other.value) < LEVELS.index(asked.value)
    return asked.field == "jurisdiction" and other.value.upper() in vocabulary.ancestors(asked.value.upper())


def _two_of_one(case: _Case) -> str:
    for field in _SINGLE:
        values = dict.fromkeys(one.value for one in case.there if isinstance(one, Tag) and one.field == field)
        if len(values) > 1:
            both = f"{field}:{','.join(values)}"
            return f"a story has one {field}, and {_counted(len(values))} are asked for. For the one or the other write: {both}"
    return ""


def _counted(number: int) -> str:
    return "two" if number == 2 else str(number)


def _no_day(case: _Case) -> str:
    since, until = max(_dates(case, "since"), default=None), min(_dates(case, "until"), key=_end, default=None)
    if since is None or until is None or since <= _end(until):
        return ""
    return f"since:{since} begins after until:{until} ends. Exchange them: since:{until} until:{since}"


def _dates(case: _Case, field: str) -> Iterator[str]:
    return (one.value for one in case.there if isinstance(one, Tag) and one.field == field)


def _end(day: str) -> str:
    """At least the last day of what is written as a year, a month or a day; days compare as they are written."""
    return day + _LAST.get(len(day), "")


def _no_fields(wanted: Query) -> Iterator[str]:
    for term in query.terms_in(wanted):
        if _LIKE_A_FIELD.match(term.text):
            yield (
                f"“{shorten(term.text, 40)}” is looked for as the words “{' '.join(term.words)}”, for there is no field of "
                f"that name. Fields are: {', '.join(sorted(query.FIELDS))}."
            )
