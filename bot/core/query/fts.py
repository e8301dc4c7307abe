"""The same query for SQLite's FTS5, over text that was indexed as folded words (`core.audience.indexed`)."""

from typing import assert_never

from bot.core.query.fields import ADJACENT, in_letters
from bot.core.query.nodes import (
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
from bot.core.query.words import ANYTHING


def to_fts(query: Query) -> str:
    """An expression that matches the stories whose text the query matches."""
    expression, inverted = _fts(query)
    if inverted:
        expression = f'"{ANYTHING}" NOT {expression}' if expression else f'"{ANYTHING}"'
    return expression if includes_adjacent(query) else f'({expression}) NOT "{ADJACENT}"'


def matches_nothing(query: Query) -> bool:
    """Whether no text whatever could match."""
    return _fts(query) == ("", False)


def spelled(word: str) -> str:
    """A word as it is indexed. SQLite knows fewer letters than Python does and would drop the others."""
    return word if word.isascii() else in_letters(word)


def _fts(query: Query) -> tuple[str, bool]:
    """An expression, and whether the query is everything but that; "" is the expression nothing matches."""
    match query:
        case Term():
            return _phrase(query.words), False
        case Tag():
            return _grouped(" OR ", [_phrase(way) for way in query.ways]), False
        case Everything() | IncludeAdjacent():
            return "", True
        case Without():
            expression, inverted = _fts(query.part)
            return expression, not inverted
        case All():
            return _fts_all([_fts(part) for part in query.parts])
        case Either():  # what is in any of them is what is not outside all of them
            expression, inverted = _fts_all([(part, not outside) for part, outside in map(_fts, query.parts)])
            return expression, not inverted
    assert_never(query)


def _phrase(words: tuple[str, ...]) -> str:
    return '"' + " ".join(map(spelled, words)) + '"'


def _fts_all(parts: list[tuple[str, bool]]) -> tuple[str, bool]:
    wanted = [expression for expression, inverted in parts if not inverted]
    unwanted = [expression for expression, inverted in parts if inverted and expression]
    if "" in wanted:
        return "", False
    left_out = _grouped(" OR ", unwanted)
    if not wanted:
        return left_out, True
    found = _grouped(" AND ", wanted)
    return (f"({found} NOT {left_out})" if unwanted else found), False


def _grouped(word: str, expressions: list[str]) -> str:
    return expressions[0] if len(expressions) == 1 else f"({word.join(expressions)})" if expressions else ""
