"""The language of subscriptions and search: words, "phrases", -not, OR, parentheses, everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, assert_never

import lark

from bot.core.lexicon import Words
from bot.errors import UserError

MOST_CHARACTERS = 500
MOST_DEPTH = 20
EVERYTHING = "everything"

_GRAMMAR = r"""
?start: either
?either: all ("OR" all)*
?all: one+
?one: "-" atom -> without
    | atom
?atom: PHRASE -> phrase
     | WORD -> word
     | "(" either ")"
PHRASE: /["“”][^"“”]*["“”]/
WORD.-1: /[^\s"“”()\-][^\s"“”()]*/
%ignore /\s+/
"""
_parser = lark.Lark(_GRAMMAR, parser="lalr", propagate_positions=False)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase, whole words in this order."""

    words: tuple[str, ...]
    text: str

    def __str__(self) -> str:
        return f'"{self.text}"' if len(self.text.split()) > 1 or self.text in ("OR", "AND", EVERYTHING) else self.text


@dataclass(frozen=True, slots=True)
class Everything:
    def __str__(self) -> str:
        return EVERYTHING


@dataclass(frozen=True, slots=True)
class Without:
    part: "Query"

    def __str__(self) -> str:
        return f"-({self.part})" if isinstance(self.part, All | Either) else f"-{self.part}"


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " ".join(f"({part})" if isinstance(part, Either) else str(part) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple["Query", ...]

    def __str__(self) -> str:
        return " OR ".join(map(str, self.parts))


Query = Term | Everything | Without | All | Either


class Text:
    """A text made ready to be asked many queries."""

    def __init__(self, text: str) -> None:
        self.words = Words.of(text)

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words.folded):
            places.setdefault(word, []).append(place)
        return places

    def find(self, wanted: tuple[str, ...]) -> str | None:
        """The first place of these words in this order, as the text writes them."""
        for start in self._places.get(wanted[0], ()):
            end = start + len(wanted)
            if self.words.folded[start:end] == wanted:
                return self.words.written(start, end)
        return None


def parse(text: str) -> Query:
    """The query typed. Raises UserError, which points at the character."""
    if len(text) > MOST_CHARACTERS:
        raise UserError(f"That is {len(text)} characters long; a query may have {MOST_CHARACTERS}.")
    if not text.strip():
        raise UserError('Say which words, as in: "EU AI Act" -opinion. Or: everything')
    if sum(text.count(quote) for quote in '"“”') % 2:
        last = max(text.rfind(quote) for quote in '"“”')
        raise UserError(f"The quote at character {last + 1} has no partner.")
    if _depth(text) > MOST_DEPTH:
        raise UserError(f"More than {MOST_DEPTH} parentheses within each other are too many.")
    try:
        query = _built(_parser.parse(text))
    except lark.UnexpectedEOF as error:
        raise UserError("The query ends too early: something is missing after its last word.") from error
    except lark.UnexpectedInput as error:
        raise UserError(_complaint(text, error)) from error
    if not _asks(query):
        raise UserError("A query needs something to look for besides what to leave out. Try: everything " + str(query))
    return query


def matched(query: Query, text: Text) -> tuple[str, ...] | None:
    """The words that matched, as the text writes them; None when the query does not match."""
    match query:
        case Term():
            found = text.find(query.words)
            return None if found is None else (found,)
        case Everything():
            return (EVERYTHING,)
        case Without():
            return None if matched(query.part, text) is not None else ()
        case All():
            answers = [matched(part, text) for part in query.parts]
            return None if None in answers else _joined(answer for answer in answers if answer)
        case Either():
            answers = [matched(part, text) for part in query.parts]
            return None if all(answer is None for answer in answers) else _joined(a for a in answers if a)
    assert_never(query)


def to_fts(query: Query) -> str:
    """The same query for SQLite's FTS5, over text that was indexed as folded words (`core.audience.indexed`)."""
    match query:
        case Term():
            return '"' + " ".join(query.words) + '"'
        case Everything() | Without():
            raise UserError("Search needs a word to look for.")
        case Either():
            return "(" + " OR ".join(map(to_fts, query.parts)) + ")"
        case All():
            wanted = [to_fts(part) for part in query.parts if not isinstance(part, Without | Everything)]
            unwanted = [to_fts(part.part) for part in query.parts if isinstance(part, Without)]
            if not wanted:
                raise UserError("Search needs a word to look for besides what to leave out.")
            expression = "(" + " AND ".join(wanted) + ")"
            return f"({expression} NOT ({' OR '.join(unwanted)}))" if unwanted else expression
    assert_never(query)


def _depth(text: str) -> int:
    depth = deepest = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        deepest = max(deepest, depth)
    return deepest


def _built(tree: Any) -> Query:
    parts = [_built(child) for child in tree.children if not isinstance(child, lark.Token)]
    match tree.data:
        case "phrase":
            return _term(str(tree.children[0])[1:-1])
        case "word":
            word = str(tree.children[0])
            return Everything() if word.lower() == EVERYTHING else _term(word)
        case "without":
            return Without(parts[0])
        case "all":
            found = [part for part in parts if not (isinstance(part, Term) and part.text == "AND")]
            return _only(All, found)
        case _:
            return _only(Either, parts)


def _only(kind: type[All] | type[Either], parts: list[Query]) -> Query:
    if not parts:
        raise UserError("AND needs a word before it and after it.")
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def _term(text: str) -> Term:
    text = " ".join(text.split())
    words = Words.of(text).folded
    if not words:
        raise UserError(f"“{text}” holds no word to look for.")
    return Term(words, text)


def _complaint(text: str, error: lark.UnexpectedInput) -> str:
    if getattr(getattr(error, "token", None), "type", "") == "$END":
        return "The query ends too early: close each parenthesis, and write a word after OR and after “-”."
    column = max(1, error.column)
    character = text[column - 1 : column]
    return f'“{character}” at character {column} does not belong there. Use words, "a phrase", -word, OR, ( ).'


def _asks(query: Query) -> bool:
    match query:
        case Term() | Everything():
            return True
        case Without():
            return False
        case All():
            return any(map(_asks, query.parts))
        case Either():
            return all(map(_asks, query.parts))
    assert_never(query)


def _joined(answers: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for answer in answers for word in answer))
