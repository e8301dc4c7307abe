"""Whether a query matches a text, and because of which words."""

from collections.abc import Iterable
from typing import assert_never

from bot.core.query.fields import ADJACENT, DATES
from bot.core.query.nodes import (
    EVERYTHING,
    All,
    Either,
    Everything,
    IncludeAdjacent,
    Query,
    Tag,
    Term,
    Without,
    includes_adjacent,
)
from bot.core.query.words import Text


def matched(query: Query, text: Text) -> tuple[str, ...] | None:
    """The words that matched, as the text writes them; None when the query does not match."""
    if text.find((ADJACENT,)) and not includes_adjacent(query):
        return None
    return _matched(query, text)


def _matched(query: Query, text: Text) -> tuple[str, ...] | None:
    match query:
        case Term():
            found = text.find(query.words)
            return None if found is None else (found,)
        case Tag():
            if all(text.find(way) is None for way in query.ways):
                return None
            return (EVERYTHING,) if query.field in DATES else (str(query),)
        case Everything() | IncludeAdjacent():
            return (EVERYTHING,)
        case Without():
            return None if _matched(query.part, text) is not None else ()
        case All():
            every: list[str] = []
            for part in query.parts:
                answer = _matched(part, text)
                if answer is None:
                    return None
                every += answer
            return tuple(dict.fromkeys(every))
        case Either():
            answers = [answer for part in query.parts if (answer := _matched(part, text)) is not None]
            return _joined(answers) if answers else None
    assert_never(query)


def _joined(answers: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for answer in answers for word in answer))
