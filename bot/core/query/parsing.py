"""Reads a query as it was typed, and says of one that cannot be read where and why."""

import re
from collections import deque
from collections.abc import Iterable
from typing import assert_never

from bot.core.query import fields
from bot.core.query.fts import matches_nothing
from bot.core.query.nodes import (
    DASHES,
    EVERYTHING,
    INCLUDE_ADJACENT,
    QUOTES,
    All,
    Either,
    Everything,
    IncludeAdjacent,
    Query,
    Tag,
    Term,
    Without,
)
from bot.core.query.words import words
from bot.core.text import fold, shorten, visible
from bot.errors import UserError

MOST_CHARACTERS = 500
MOST_DEPTH = 20
MOST_LISTED = 12
"""Values named where none is like the one typed."""

_ENDS = rf"(?![^\s{QUOTES}()])"
_QUOTED = rf"[{QUOTES}][^{QUOTES}]*[{QUOTES}]"
_PHRASE = re.compile(_QUOTED)
# OR and AND only as whole words: ORDER is a word like any other.
_TOKEN = re.compile(
    rf"(?P<or>OR{_ENDS})|(?P<and>AND{_ENDS})|(?P<not>[{DASHES}](?=\S))|(?P<open>\()|(?P<close>\))"
    rf"|(?P<named>(?i:{'|'.join(fields.FIELDS)}):{_QUOTED})|(?P<phrase>{_QUOTED})"
    rf"|(?P<word>[^\s{QUOTES}(){DASHES}][^\s{QUOTES}()]*)|(?P<other>\S)"
)
_Token = re.Match[str]

_ATOM = frozenset(("named", "phrase", "word", "open"))
_AFTER_ONE = _ATOM | {"not", "or", "and", "close"}
_MAY_FOLLOW = {
    **dict.fromkeys(("open", "or", "and"), _ATOM | {"not"}),
    **dict.fromkeys(("named", "phrase", "word", "close"), _AFTER_ONE),
    "not": _ATOM,
}
_EXAMPLES = {
    "certainty": "confirmed", "importance": "high", "instrument": "eu-ai-act", "jurisdiction": "us-ca", "language": "en",
    "since": "2026-11", "source": "reuters", "stage": "signed", "tier": "primary", "topic": "copyright", "type": "bill",
    "until": "2026-11-05",
}  # fmt: skip


def parse(text: str) -> Query:
    """The query typed. Raises UserError, which points at the character."""
    text = visible(text)
    _check_length(text)
    if not text.strip():
        raise UserError('Say which words, as in: "EU AI Act" -opinion. Or: everything')
    _check_pairs(text)
    query = _read(text)
    _check_include(query)
    if matches_nothing(query):
        raise UserError(f"“{shorten(str(query), 60)}” leaves out everything, so nothing could ever match.")
    if not _asks(query):
        raise UserError(
            f"A query needs something to look for besides what to leave out. Try: {All((Everything(), query))}"
        )
    _check_length(str(query))  # it is stored as printed, and must be read again
    return query


def _check_length(text: str) -> None:
    if len(text) > MOST_CHARACTERS:
        raise UserError(f"That is {len(text)} characters long; a query may have {MOST_CHARACTERS}.")


def _check_pairs(text: str) -> None:
    """Raises UserError for a quote or parenthesis without its partner, and for too many within each other."""
    bare = _PHRASE.sub(lambda phrase: " " * len(phrase.group()), text)
    alone = next((place for place, character in enumerate(bare) if character in QUOTES), None)
    if alone is not None:
        raise UserError(f"A quote opened at character {alone + 1} is never closed.")
    opened: list[int] = []
    for place, character in enumerate(bare, 1):
        if character == "(":
            opened.append(place)
        elif character == ")":
            if not opened:
                raise UserError(f"A parenthesis closed at character {place} was never opened.")
            opened.pop()
        if len(opened) > MOST_DEPTH:
            raise UserError(
                f"More than {MOST_DEPTH} parentheses within each other, at character {place}, are too many."
            )
    if opened:
        raise UserError(f"A parenthesis opened at character {opened[-1]} is never closed.")


def _read(text: str) -> Query:
    tokens = deque(_TOKEN.finditer(text))
    _check_order(text, tokens)
    return _either(tokens)


def _check_order(text: str, tokens: Iterable[_Token]) -> None:
    """Raises UserError at the first token that may not stand where it does."""
    last = "open"
    for token in tokens:
        if token.lastgroup not in _MAY_FOLLOW[last]:
            raise UserError(_complaint(text, token.start()))
        last = token.lastgroup
    if last in ("or", "and"):
        raise UserError(f"The query ends too early: a word is missing after “{shorten(text.split()[-1], 40)}”.")


def _either(tokens: deque[_Token]) -> Query:
    parts = [_all(tokens)]
    while tokens and tokens[0].lastgroup == "or":
        tokens.popleft()
        parts.append(_all(tokens))
    return _only(Either, parts)


def _all(tokens: deque[_Token]) -> Query:
    parts = [_one(tokens)]
    while tokens and tokens[0].lastgroup not in ("or", "close"):
        if tokens[0].lastgroup == "and":
            tokens.popleft()
        parts.append(_one(tokens))
    return _only(All, parts)


def _one(tokens: deque[_Token]) -> Query:
    token = tokens.popleft()
    if token.lastgroup == "not":
        part = _one(tokens)
        return part.part if isinstance(part, Without) else Without(part)
    if token.lastgroup == "open":
        inside = _either(tokens)
        tokens.popleft()  # what closes it
        return inside
    return _term(token)


def _only(kind: type[All] | type[Either], parts: list[Query]) -> Query:
    if len(parts) == 1:
        return parts[0]
    return kind(tuple(inner for part in parts for inner in (part.parts if isinstance(part, kind) else (part,))))


def _term(token: _Token) -> Query:
    text = token.group()
    if token.lastgroup != "phrase":
        if text.lower() == EVERYTHING:
            return Everything()
        if named := _named(text, token.start() + 1):
            return named
    text = " ".join((text[1:-1] if token.lastgroup == "phrase" else text).split())
    found = words(text)
    if not found:
        raise UserError(f"“{shorten(text, 40)}” at character {token.start() + 1} holds no word to look for.")
    return Term(found, text)


def _named(text: str, place: int) -> Query | None:
    """What stands before a colon is a field of ours, or the word is one like any other."""
    name, colon, value = text.partition(":")
    field = name.lower()
    if field == "include" and value:
        if value.lower() != "adjacent":
            raise UserError(f"“{shorten(text, 40)}” is not known. What can be included besides: {INCLUDE_ADJACENT}")
        return IncludeAdjacent()
    if not colon or not (known := fields.meant(field)):
        return None
    if known != field:
        raise UserError(
            f"Unknown field “{shorten(name, 40)}” at character {place}: did you mean"
            f" {known}:{value or _EXAMPLES[known]}? To look for the words, put them in quotes."
        )
    return _tags(field, value, place + len(name) + 1)


def _tags(field: str, value: str, place: int) -> Query:
    """`stage:signed,vetoed` asks for the one or the other; a value in quotes is one whatever it holds."""
    if value[:1] in QUOTES and value:
        return _tag(field, " ".join(value[1:-1].split()), place + 1)
    parts: list[Query] = []
    for each in value.split(","):
        parts.append(_tag(field, each, place))
        place += len(each) + 1
    return _only(Either, list(dict.fromkeys(parts)))


def _tag(field: str, value: str, place: int) -> Tag:
    value = value.lower()
    example = f"as in {field}:{_EXAMPLES[field]}"
    if not any(character.isalnum() for character in fold(value)):
        raise UserError(f"A value must follow {field}: at character {place}, {example}")
    if field in fields.DATES and not fields.is_date(value):
        raise UserError(
            f"“{shorten(value, 40)}” at character {place} is no date. Write a year, a month or a day, {example}"
            f" or {field}:2026-11-05; from {fields.FIRST_YEAR} to {fields.LAST_YEAR}."
        )
    tag, known = Tag(field, value, place), fields.FIELDS[field]
    if known is not None and fields.tag(field, value) not in {fields.tag(field, each) for each in known}:
        raise unknown(tag, fields.nearest(value, sorted(known), 0.6), known)
    return tag


def unknown(tag: Tag, near: str, known: Iterable[str], remark: str = "") -> UserError:
    """What to say of a value that no story could have; `near` is the one that is probably meant, "" for none."""
    said = f"Unknown {tag.field} “{shorten(tag.value, 40)}” at character {tag.place}"
    if near:
        return UserError(f"{said}: did you mean {Tag(tag.field, near)}{remark}?")
    some = sorted(known)
    others = f" and {len(some) - MOST_LISTED} others" if len(some) > MOST_LISTED else ""
    return UserError(f"{said}. There are: {', '.join(some[:MOST_LISTED])}{others}.")


def _check_include(query: Query) -> None:
    """Raises UserError where include:adjacent is not simply one of the words: it is a wish, not a condition."""
    for part in query.parts if isinstance(query, All) else (query,):
        if not isinstance(part, IncludeAdjacent) and _within(part):
            raise UserError(f"{INCLUDE_ADJACENT} stands beside the other words: not behind -, and not within OR.")


def _within(query: Query) -> bool:
    match query:
        case IncludeAdjacent():
            return True
        case Without():
            return _within(query.part)
        case All() | Either():
            return any(map(_within, query.parts))
        case _:
            return False


def _complaint(text: str, place: int) -> str:
    found = re.match(r"(?:OR|AND)\b|.", text[place:], re.DOTALL)
    return (
        f"“{found.group() if found else ''}” at character {place + 1} does not belong there."
        ' Use words, "a phrase", -word, OR, ( ).'
    )


def _asks(query: Query) -> bool:
    match query:
        case Term() | Tag() | Everything() | IncludeAdjacent():
            return True
        case Without():
            return False
        case All():
            return any(map(_asks, query.parts))
        case Either():
            return all(map(_asks, query.parts))
    assert_never(query)
